import { z } from 'zod';
import { guardrail } from './guardrail.js';
import { abTest, canary, cutover, impact, shadow, validation } from './phases.js';

const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'expected 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen',
  );
const version = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'expected 1 to 63 letters, digits, dots, hyphens and underscores');

const target = z.strictObject({
  version,
  url: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .describe('Base URL of the model server.'),
});

const protocol = z.strictObject({
  kind: z.literal('open-inference').default('open-inference'),
  model: name.describe('The name on the wire: requests under /v2/models/<model>.'),
  unitKey: z
    .string()
    .regex(/^header:[a-z0-9-]+$/, 'expected header:<name> in lower case')
    .default('header:x-user-key')
    .describe('What makes two requests one user: all of a unit’s requests meet the same version.'),
});

/** A rollout, as its owner writes it. Unknown keys are refused: a misspelt guardrail must not be a missing one. */
export const rolloutSpec = z
  .strictObject({
    sluice: z.literal('v1'),
    service: name.describe('The logical endpoint. One rollout at a time is active on it.'),
    owner: z.string().min(1).max(100),
    baseline: target.describe('What serves now.'),
    candidate: target.describe('What is under trial.'),
    protocol,
    guardrails: z.array(guardrail).min(1),
    phases: z.strictObject({
      validation: validation.optional(),
      shadow: shadow.optional(),
      canary,
      abTest: abTest.optional(),
      cutover: cutover.prefault({}),
      impact: impact.optional(),
    }),
    watch: z
      .strictObject({
        tick: z.int().min(200).max(60_000).default(5000).describe('Milliseconds between two looks at the guardrails.'),
        window: z
          .int()
          .min(1000)
          .max(3_600_000)
          .default(300_000)
          .describe('Milliseconds that one activity watches at most.'),
        lease: z
          .int()
          .min(2000)
          .max(600_000)
          .default(30_000)
          .describe('Milliseconds the candidate serves without a renewal.'),
        alpha: z
          .number()
          .gt(0)
          .lte(0.2)
          .default(0.05)
          .describe('Chance of a false rollback, over all guardrails and weights.'),
      })
      .prefault({}),
  })
  .superRefine((spec, ctx) => {
    const refuse = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    if (spec.baseline.version === spec.candidate.version)
      refuse(['candidate', 'version'], `candidate and baseline are the same version, ${spec.candidate.version}`);
    if (spec.watch.lease < 4 * spec.watch.tick)
      refuse(['watch', 'lease'], `lease ${spec.watch.lease} ms is shorter than four ticks of ${spec.watch.tick} ms`);
    const { canary, abTest } = spec.phases;
    const last = Math.max(0, ...canary.steps.map((step) => ('setWeight' in step ? step.setWeight : 0)));
    if (abTest && abTest.split < last)
      refuse(
        ['phases', 'abTest', 'split'],
        `split ${abTest.split} is below the last canary weight ${last}: users would move back`,
      );
    const seen = new Set<string>();
    for (const [index, { metric }] of spec.guardrails.entries()) {
      if (seen.has(metric)) refuse(['guardrails', index, 'metric'], `guardrail ${metric} is given twice`);
      seen.add(metric);
    }
  });

/** What a user writes (durations as text, defaults left out). */
export type RolloutSpecInput = z.input<typeof rolloutSpec>;
/** What the workflow runs (durations in milliseconds, defaults filled in). Plain JSON. */
export type RolloutSpec = z.output<typeof rolloutSpec>;
