import { z } from 'zod';
import { duration } from './duration.js';
import { withoutProto } from './without-proto.js';

const label = z.string().min(1).max(200);

/** What an alert from outside does, the first rule that fits. */
const alertRule = z.strictObject({
  match: withoutProto('a label', z.record(label, z.union([label, z.array(label).min(1).max(50)]))).describe(
    'Labels of the alert, each with the value or values that it must have. {} fits every alert.',
  ),
  action: z.enum(['rollback', 'pause', 'note']).describe('Pause holds forward moves; note is a line in the ledger.'),
});

/** How a rollout goes back. */
export const rollback = z.strictObject({
  mode: z
    .enum(['instant', 'gradual'])
    .default('instant')
    .describe('Gradual applies where a guardrail asks that is not critical; brakes, people and alerts are instant.'),
  over: duration.prefault('2m').describe('With gradual: from the weight in force to none, at most 30m.'),
  alerts: z
    .array(alertRule)
    .max(50)
    .default([
      { match: { action: 'pause' }, action: 'pause' },
      { match: { severity: 'critical' }, action: 'rollback' },
    ])
    .describe(
      'What alerts do. Default: one labelled action=pause pauses, a critical one rolls back, others are noted.',
    ),
});
export type Rollback = z.output<typeof rollback>;

const LONGEST_DESCENT_MS = 30 * 60_000;

/** @param refuse told of what is wrong, below `rollback` */
export function checkRollback({ over }: Rollback, refuse: (path: string[], message: string) => void): void {
  if (over > LONGEST_DESCENT_MS) refuse(['over'], `a descent of ${over} ms is longer than 30m`);
}
