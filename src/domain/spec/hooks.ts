import { z } from 'zod';
import { RUN_PHASES, TRIAL_PHASES } from '../phase.js';
import { duration } from './duration.js';
import { insecure, isSafeToCall, receiverUrl, secretRef } from './receiver.js';

const phase = z.enum(RUN_PHASES);
const livePhase = z.enum(TRIAL_PHASES);
/** Seconds to minutes; a call that takes longer belongs behind `confirm`, which asks again. */
const LONGEST_CALL_MS = 300_000;

const common = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits and hyphens'),
  url: receiverUrl,
  secretRef: secretRef.optional().describe('Signs as Standard Webhooks do. Default: nothing is signed.'),
  timeout: duration
    .prefault('10s')
    .refine((ms) => ms <= LONGEST_CALL_MS, 'one call may take 5m at most')
    .describe('Of one call.'),
  insecure,
};
const retries = z.int().min(0).max(100).default(3).describe('Further tries where nobody answers, or with 429 or 5xx.');
const onFailure = z
  .enum(['rollback', 'hold', 'ignore'])
  .default('rollback')
  .describe('After a no, or when no try got an answer: roll back, ask a person, or go on.');
const every = duration.prefault('10s').describe('Between two questions.');

const gate = z.union([
  z.strictObject({ before: phase }),
  z.strictObject({ after: phase }),
  z.strictObject({
    beforeStep: z.union([z.literal('each'), z.int().min(0).max(1000)]).describe('Of the canary, counted from 0.'),
  }),
]);

const hook = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('call'), ...common, at: gate, retries, onFailure }),
    z.strictObject({
      kind: z.literal('confirm'),
      ...common,
      at: gate,
      every,
      maxDuration: duration.prefault('24h').describe('Until there must be a yes.'),
      onTimeout: z.enum(['rollback', 'hold']).default('rollback').describe('Never an automatic yes.'),
    }),
    z.strictObject({ kind: z.literal('veto'), ...common, at: z.strictObject({ during: livePhase }), every }),
    z.strictObject({
      kind: z.literal('load-test'),
      ...common,
      at: z.strictObject({ during: livePhase }),
      retries,
      every,
      maxDuration: duration.prefault('1h').describe('After it a test that still runs is stopped, and has failed.'),
      waitForDone: z.boolean().default(false).describe('The phase waits for its end. Default: it ends with the phase.'),
      onFailure,
    }),
  ])
  .refine(({ url, insecure }) => isSafeToCall(url, insecure), {
    path: ['url'],
    error: 'http to another machine; use https, or say insecure: true',
  });

/** What is asked of others at points of a rollout. */
export const hooks = z
  .array(hook)
  .max(20)
  .superRefine((all, ctx) => {
    for (const [index, { name }] of all.entries())
      if (all.findIndex((other) => other.name === name) < index)
        ctx.addIssue({ code: 'custom', path: [index, 'name'], message: `hook ${name} is given twice` });
  });

export type Hook = z.output<typeof hooks>[number];
export type HookOf<Kind extends Hook['kind']> = Extract<Hook, { kind: Kind }>;

/**
 * A hook at a phase or step that the rollout does not have would never be asked, and nobody would notice.
 * @param phases those of the spec, and how many steps its canary has
 */
export function checkHooks(
  all: readonly Hook[],
  phases: { readonly present: readonly string[]; readonly steps: number },
  refuse: (path: (string | number)[], message: string) => void,
): void {
  for (const [index, { name, at }] of all.entries()) {
    const named = 'before' in at ? at.before : 'after' in at ? at.after : 'during' in at ? at.during : null;
    if (named !== null && !phases.present.includes(named))
      refuse([index, 'at'], `hook ${name}: the rollout has no phase ${named}`);
    if ('beforeStep' in at && at.beforeStep !== 'each' && at.beforeStep >= phases.steps)
      refuse([index, 'at'], `hook ${name}: step ${at.beforeStep} is not below the canary's ${phases.steps} steps`);
  }
}
