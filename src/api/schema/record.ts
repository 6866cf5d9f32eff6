import { z } from 'zod';
import type { RecordedRollback } from '../../domain/forced-rollback.js';
import { FREEZE_SCOPE, type Freeze } from '../../domain/freeze.js';
import { LOG_RETENTION_DAYS } from '../../domain/log-line.js';
import type { MonitorReading } from '../../domain/monitor.js';
import { duration } from '../../domain/spec/duration.js';
import { serviceName, versionName } from '../../domain/spec/target.js';
import { VALIDATION_ID, type ValidationReport } from '../../domain/validation.js';
import { routeSchema } from '../../gateway/route-schema.js';
import type { LogReceipt } from '../../monitors/logs/intake.js';
import type { LogReport } from '../../monitors/logs/report.js';
import type { FeedbackStats, Forgotten } from '../../ports/feedback-store.js';
import type { PrunedLogs } from '../../ports/log-store.js';
import type { ReadingLine } from '../../ports/monitor-store.js';
import type { ValidationSummary } from '../../ports/validation-results.js';
import type { AlertAnswer } from '../alerts.js';
import { feedbackRecord } from '../observation-schema.js';
import { anyReason, documentOf, next, paging, person, reasonText, shapeOf, time, truth, verdict } from './common.js';

/** What is recorded beside rollouts: freezes, readings, validations, feedback, logs. */

export const freeze = shapeOf<Freeze>(
  z.object({
    id: z.string(),
    scope: z.string(),
    reason: z.string(),
    owner: z.string(),
    createdAt: time,
    expiresAt: time,
    liftedAt: time.nullable(),
    liftedBy: z.string().nullable(),
    liftReason: z.string().nullable(),
  }),
);
export const newFreeze = z
  .strictObject({
    scope: z.string().regex(FREEZE_SCOPE, 'expected a service, or a pattern such as eu-* or *').default('*'),
    reason: reasonText,
    owner: person.optional().describe('Without tokens only: else it is whoever asks.'),
    for: duration.optional(),
    until: z.iso.datetime({ offset: true, error: 'expected a date-time such as 2026-11-21T10:00:00Z' }).optional(),
  })
  .refine(
    (body) => (body.for === undefined) !== (body.until === undefined),
    'expected either for (how long) or until (when it ends)',
  );
export type NewFreezeBody = z.input<typeof newFreeze>;
export const lift = z.strictObject({ by: person.optional(), reason: reasonText });
export const ofFreeze = z.object({ id: z.string().regex(/^[a-z0-9-]{1,63}$/, 'expected the id of a freeze') });
export const freezeQuery = z.object({
  active: truth.default(false),
  service: serviceName.optional(),
  ...paging(50, 200),
});
export const freezePage = z.object({ freezes: z.array(freeze), next });

const readingLine = shapeOf<ReadingLine>(
  z.looseObject({ service: z.string(), monitor: z.string(), kind: z.string(), at: time, verdict, reason: z.string() }),
);
export const ofMonitor = z.object({ service: serviceName, monitor: serviceName });
export const monitorQuery = z.object({ service: serviceName.optional(), ...paging(200, 1000) });
export const monitorPage = z.object({ monitors: z.array(readingLine), next });
export const readingQuery = z.object(paging(20, 1000));
export const monitorHistory = z.object({
  latest: documentOf<MonitorReading>('The newest reading, whole: docs/monitors.md'),
  readings: z.array(readingLine),
  next,
});
export type MonitorHistory = z.output<typeof monitorHistory>;

export const ofValidation = z.object({
  id: z
    .string()
    .regex(VALIDATION_ID, 'expected 1 to 200 letters, digits and . _ : -, beginning with one of the first two'),
});
export const validationQuery = z.object({
  service: serviceName,
  candidate: versionName.optional(),
  ...paging(20, 200),
});
export const validationPage = z.object({
  validations: z.array(
    shapeOf<ValidationSummary>(z.looseObject({ id: z.string(), service: z.string(), endedAt: time, verdict })),
  ),
  next,
});
export const validation = documentOf<ValidationReport>('docs/validation.md describes it.');

const MOST_RECORDS = 1000;
export const feedbackDelivery = z.strictObject({ records: z.array(feedbackRecord).min(1).max(MOST_RECORDS) });
/** All of a request is kept, or nothing is; `repeated` were there before. */
export const feedbackReceipt = z.object({ added: z.int().min(0), repeated: z.int().min(0) });
export type FeedbackReceipt = z.output<typeof feedbackReceipt>;
export const feedbackQuery = z.object({
  since: duration.prefault('7d'),
  suspect: z.coerce.number().int().min(1).max(1e6).default(60).describe('Of one unit; more in an hour are suspect.'),
});
export const feedbackStats = documentOf<FeedbackStats>('docs/feedback.md describes it.');
export const pruneFeedback = z.strictObject({ before: z.iso.datetime(), service: serviceName.optional() });
export const prunedFeedback = z.object({
  removed: z.int().min(0),
  isDone: z.boolean().describe('false: there is more of it; ask again.'),
});
export type PrunedFeedback = z.output<typeof prunedFeedback>;
export const forgetBody = z.strictObject({
  unitHash: z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits'),
});
const count = z.int().min(0);
export const forgotten = shapeOf<Forgotten>(z.record(z.string(), count));

export const logDelivery = z
  .object({
    service: serviceName,
    version: versionName.optional(),
    source: z.string().min(1).max(200).optional(),
    sequence: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  })
  .refine(
    ({ source, sequence }) => (source === undefined) === (sequence === undefined),
    'expected both source and sequence, or neither',
  );
export const logReceipt = documentOf<LogReceipt>('`added` is false for a repeat: docs/logs.md');
export const logQuery = z.object({ since: duration.prefault('24h') });
export const logAnswer = documentOf<LogReport>('docs/logs.md describes it.');
export const pruneLogs = z.strictObject({ keep: duration.prefault(`${LOG_RETENTION_DAYS}d`) });
export const prunedLogs = shapeOf<PrunedLogs>(z.object({ days: count, templates: count, batches: count }));

export const forcedRollback = z.strictObject({
  at: z.iso.datetime(),
  actor: person,
  reason: anyReason,
  route: routeSchema.refine(({ candidate }) => candidate === null, 'expected a route without a candidate'),
});
export const recordedRollback = shapeOf<RecordedRollback>(
  z.object({ rolloutId: z.string(), sequence: z.int().min(1), isRouteSaved: z.boolean() }),
);
export const alertAnswer = shapeOf<AlertAnswer>(z.object({ received: count, outcomes: z.record(z.string(), count) }));
