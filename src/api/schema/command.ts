import { z } from 'zod';
import type { RetriedRollout } from '../../client/retry-rollout.js';
import type { StartedRollout } from '../../client/start-rollout.js';
import { COMMAND_ROLES, type CommandName } from '../../domain/api-role.js';
import { COMMAND_FIELDS } from '../../domain/commands.js';
import { DIGEST } from '../../domain/model-version.js';
import type { QueueState } from '../../domain/queue-state.js';
import { duration } from '../../domain/spec/duration.js';
import { serviceName } from '../../domain/spec/target.js';
import type { RolloutPlan } from '../../plan/rollout-plan.js';
import { anyReason, documentOf, person, rolloutId, shapeOf, time } from './common.js';

export { COMMAND_ROLES, type CommandName };
export const COMMAND_NAMES = Object.keys(COMMAND_ROLES) as [CommandName, ...CommandName[]];

export const ofService = z.object({ service: serviceName });
export const ofQueued = z.object({ service: serviceName, rolloutId });
const decisionId = z
  .string()
  .regex(/^[A-Za-z0-9][\w.:-]{0,199}$/, 'expected 1 to 200 letters, digits and . _ : -')
  .describe('The same one again is the same decision, and is not taken twice.');

/** `Idempotency-Key` is the decision id, where the body has none. */
export const idempotency = z.object({ 'idempotency-key': decisionId.optional() });

export const commandBody = z
  .strictObject({
    command: z.enum(COMMAND_NAMES),
    reason: anyReason.describe('For the ledger; asked for by reject, abort, rollback, break-glass and force.'),
    decisionId: decisionId.optional(),
    rolloutId: z.string().max(255).optional().describe('Refused where another one runs by now.'),
    forMs: z.int().min(1).max(31_622_400_000).optional().describe('pause: until it ends by itself; extend: how much.'),
    weightPercent: z.number().gt(0).max(100).optional().describe('set-weight'),
    step: z.int().min(0).max(1000).optional().describe('jump, retry: a canary step, counted from 0'),
    to: person.optional().describe('set-owner: the owner; delegate: who may approve; force: the version to go back to'),
    artifacts: z
      .strictObject({ baseline: z.string().regex(DIGEST).optional(), candidate: z.string().regex(DIGEST).optional() })
      .optional()
      .describe('approve: digests of what the approver had before them'),
  })
  .superRefine((body, ctx) => {
    const missing = missingOf(body.command, body);
    if (missing !== null) ctx.addIssue({ code: 'custom', path: [missing], message: `${body.command} needs it` });
  });
export type CommandBody = z.input<typeof commandBody>;
export type CheckedCommand = z.output<typeof commandBody>;

const NEEDS: Partial<Record<CommandName, string>> = {
  ...COMMAND_FIELDS,
  reject: 'reason',
  abort: 'reason',
  rollback: 'reason',
  'break-glass': 'reason',
  force: 'reason',
};

function missingOf(command: CommandName, body: Readonly<Record<string, unknown>>): string | null {
  const needed = NEEDS[command];
  if (needed === undefined) return null;
  return body[needed] === undefined || body[needed] === '' ? needed : null;
}

/** `accepted`: it is in the rollout's history. What a repeat answers is what the first one was answered. */
export const commandAnswer = z.object({
  accepted: z.literal(true),
  decisionId: z.string(),
  rolloutId: z.string(),
  status: z.string(),
  phase: z.string(),
  detail: z.string().describe('One line for people.'),
  retried: shapeOf<RetriedRollout>(z.looseObject({ rolloutId: z.string() }))
    .optional()
    .describe('retry: the new attempt'),
});
export type CommandAnswer = z.output<typeof commandAnswer>;

const spec = z
  .union([z.string().min(1).max(400_000), z.record(z.string(), z.unknown())])
  .describe('A rollout spec: as JSON, or as the text of its YAML. docs/spec.md');

export const startBody = z.strictObject({
  spec,
  onConflict: z.enum(['reject', 'queue', 'supersede']).default('reject'),
  reason: anyReason.describe('For superseding: why what runs is to give way.'),
});
export type StartBody = z.input<typeof startBody>;

/** `runId` is null where it waits in the queue. */
export const startedRollout = shapeOf<StartedRollout>(
  z.object({
    rolloutId: z.string(),
    workflowId: z.string(),
    runId: z.string().nullable(),
    queued: z.int().min(1).nullable(),
    dropped: z.array(z.string()),
  }),
);

export const queue = shapeOf<QueueState>(
  z.object({
    service: z.string(),
    entries: z.array(
      z.object({ rolloutId: z.string(), versions: z.string(), startedBy: z.string(), enqueuedAt: time }),
    ),
  }),
);

export const planBody = z.strictObject({
  spec,
  /** Requests a second; absent: what the store has measured in the last day. */
  rps: z.number().gt(0).max(1e7).optional(),
  errorRate: z.number().min(0).max(1).optional().describe('Of the baseline. Absent: as measured.'),
  unitsPerDay: z.number().gt(0).max(1e12).optional(),
  primaryValue: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('The primary metric of the A/B evaluation, where that is a share. Absent: as measured.'),
  window: duration.optional().describe('How far back traffic is measured. Default: 24h'),
});
export type PlanBody = z.input<typeof planBody>;
export const plan = documentOf<RolloutPlan>(
  'The schedule, who is asked when, the sample of each step and what it can detect: as `sluice plan -o json`.',
);
