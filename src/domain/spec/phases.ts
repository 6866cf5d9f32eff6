import { z } from 'zod';
import { duration } from './duration.js';
import { abTest } from './experiment.js';
import { impact } from './impact.js';
import { minLabels } from './min-labels.js';
import { validation } from './validation/index.js';

export type { AbTest } from './experiment.js';
export type { Impact } from './impact.js';

const share = z.number().min(0).max(1);

const shadow = z.strictObject({
  sample: z.number().gt(0).max(100).default(100).describe('Percent of requests that are copied to the candidate.'),
  minSamples: z.int().min(20).default(200).describe('Compared pairs before the phase can pass.'),
  minAgreement: share
    .default(0.8)
    .describe(
      'The least share of pairs in which both give the same label; no prediction where the baseline makes one is another.',
    ),
  maxDuration: duration.prefault('30m').describe('When this is over without enough pairs, a person decides.'),
});

export type Shadow = z.output<typeof shadow>;

/** A person's subject, or `role:<name>`. */
const person = z.string().min(1).max(200);
export const approval = z
  .strictObject({
    timeout: duration.prefault('24h'),
    onTimeout: z.enum(['rollback', 'hold']).default('rollback').describe('Never an automatic yes.'),
    approvers: z.array(person).min(1).max(100).optional().describe('Who may approve. Default: anybody.'),
    quorum: z.int().min(1).max(20).default(1).describe('How many different people must.'),
    fourEyes: z.boolean().default(false).describe('Who started the rollout may not approve it.'),
    remindEvery: duration.optional().describe('A line in the ledger each time, until somebody answers.'),
    escalate: z
      .strictObject({ after: duration, to: z.array(person).min(1).max(100) })
      .optional()
      .describe('Who may approve as well once nobody has for so long.'),
  })
  .superRefine(({ approvers, quorum, escalate, timeout }, ctx) => {
    const people = new Set([...(approvers ?? []), ...(escalate?.to ?? [])]);
    // Who has a role is not known here.
    const hasRoles = [...people].some((name) => name.startsWith('role:'));
    if (approvers !== undefined && !hasRoles && people.size < quorum)
      ctx.addIssue({
        code: 'custom',
        path: ['quorum'],
        message: `a quorum of ${quorum} can not be had from ${people.size} people`,
      });
    if (escalate && approvers === undefined)
      ctx.addIssue({ code: 'custom', path: ['escalate'], message: 'without approvers anybody may approve already' });
    if (escalate && escalate.after >= timeout)
      ctx.addIssue({
        code: 'custom',
        path: ['escalate', 'after'],
        message: `the time-out of ${timeout} ms is over before ${escalate.after} ms`,
      });
  });
export type Approval = z.output<typeof approval>;

const setWeightStep = z.strictObject({
  setWeight: z.number().gt(0).max(100).multipleOf(0.01).describe('Percent of units that the candidate answers.'),
  bake: duration.prefault('10m').describe('The least time at this weight.'),
  minSamples: z.int().min(0).default(0).describe('Requests that the candidate must have answered at this weight.'),
  minLabels,
  maxDuration: duration
    .optional()
    .describe('When this is over and the verdict is still not a pass, a person decides. Default: ten times the bake.'),
});
export type WeightStep = z.output<typeof setWeightStep>;
const pauseStep = z.strictObject({
  pause: z.union([z.strictObject({ duration }), z.strictObject({ approval })]),
});

export const canary = z.strictObject({
  steps: z
    .array(z.union([setWeightStep, pauseStep]))
    .min(1)
    .superRefine((steps, ctx) => {
      let before = 0;
      for (const [index, step] of steps.entries()) {
        if (!('setWeight' in step)) continue;
        if (step.setWeight <= before)
          ctx.addIssue({
            code: 'custom',
            path: [index, 'setWeight'],
            message: `weight ${step.setWeight} does not rise above the ${before} before it`,
          });
        before = step.setWeight;
      }
      if (steps[0] !== undefined && !('setWeight' in steps[0]))
        ctx.addIssue({ code: 'custom', path: [0], message: 'the first step must set a weight' });
    }),
});
export type Canary = z.output<typeof canary>;
export type CanaryStep = Canary['steps'][number];

const cutover = z.strictObject({
  approval: approval.optional(),
  keepBaselineWarm: duration.prefault('1h').describe('How long a rollback is one command away after the cutover.'),
});

/** Those of src/domain/phase.ts, as a spec writes them. */
export const phases = z.strictObject({
  validation: validation.optional(),
  shadow: shadow.optional(),
  canary,
  abTest: abTest.optional(),
  cutover: cutover.prefault({}),
  impact: impact.optional(),
});
export type Phases = z.output<typeof phases>;
