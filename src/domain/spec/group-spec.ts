import { z } from 'zod';
import { duration } from './duration.js';
import { serviceName } from './target.js';

/** A history holds the specs of all members, and all their endings. */
const MOST_MEMBERS = 100;

const approval = z
  .strictObject({
    timeout: duration.prefault('24h'),
    onTimeout: z.enum(['abort', 'hold']).default('abort').describe('Never an automatic yes.'),
    approvers: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(100)
      .optional()
      .describe('Who may approve: subjects, or role:<name>. Default: anybody.'),
    quorum: z.int().min(1).max(20).default(1).describe('How many different people must.'),
    fourEyes: z.boolean().default(false).describe('Who started the group may not approve it.'),
  })
  .superRefine(({ approvers, quorum }, ctx) => {
    if (approvers === undefined || approvers.some((name) => name.startsWith('role:'))) return;
    const people = new Set(approvers).size;
    if (people < quorum)
      ctx.addIssue({
        code: 'custom',
        path: ['quorum'],
        message: `a quorum of ${quorum} can not be had from ${people} people`,
      });
  });
export type GroupApproval = z.output<typeof approval>;

const wave = z.strictObject({
  name: serviceName,
  rollouts: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(MOST_MEMBERS)
    .describe('Rollout specs, relative to this file. They run side by side.'),
  barrier: z
    .enum(['promoted', 'cutover'])
    .default('promoted')
    .describe('When the wave is through: its rollouts have ended well, or their candidates serve all.'),
  pause: z
    .union([z.strictObject({ duration }), z.strictObject({ approval })])
    .optional()
    .describe('Between this wave and the next.'),
});

/** Rollouts of several services, wave after wave. Unknown keys are refused. */
export const groupSpec = z
  .strictObject({
    sluice: z.literal('group/v1'),
    name: serviceName.describe('One group of a name runs at a time.'),
    owner: z.string().min(1).max(100),
    waves: z.array(wave).min(1).max(MOST_MEMBERS),
    onFailure: z
      .enum(['abort', 'hold', 'continue'])
      .default('abort')
      .describe('What becomes of the others when a rollout does not end promoted.'),
    maxParallel: z.int().min(1).max(MOST_MEMBERS).default(10).describe('Rollouts that are on their way at a time.'),
  })
  .superRefine(({ waves }, ctx) => {
    const refuse = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    const members = waves.reduce((sum, { rollouts }) => sum + rollouts.length, 0);
    if (members > MOST_MEMBERS) refuse(['waves'], `a group of ${members} rollouts; at most ${MOST_MEMBERS} are taken`);
    const names = new Set<string>();
    for (const [index, { name }] of waves.entries()) {
      if (names.has(name)) refuse(['waves', index, 'name'], `wave ${name} is given twice`);
      names.add(name);
    }
    if (waves.at(-1)?.pause) refuse(['waves', waves.length - 1, 'pause'], 'no wave comes after this pause');
  });
export type GroupSpec = z.output<typeof groupSpec>;
