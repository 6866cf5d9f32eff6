import type { FeedbackRecord } from '../domain/observation.js';
import { arraysOf, type Column, column, namesOf, unnested } from './bulk-insert.js';
import type { SqlSession } from './sql-client.js';

const FEEDBACK: readonly Column<FeedbackRecord>[] = [
  column('service', 'text', (f) => f.service),
  column('feedback_id', 'text', (f) => f.feedbackId),
  column('prediction_id', 'text', (f) => f.predictionId),
  column('epoch', 'int8', (f) => f.epoch),
  column('arm', 'text', (f) => f.arm),
  column('version', 'text', (f) => f.version),
  column('predicted_at', 'timestamptz', (f) => f.predictedAt),
  column('unit_hash', 'text', (f) => f.unitHash),
  column('occurred_at', 'timestamptz', (f) => f.occurredAt),
  column('received_at', 'timestamptz', (f) => f.receivedAt),
  column('late', 'boolean', (f) => f.late),
  column('kind', 'text', (f) => f.kind),
  column('label', 'text', (f) => f.label),
  column('value', 'float8', (f) => f.value),
  column('item', 'text', (f) => f.item),
  column('currency', 'text', (f) => f.currency),
  column('survey', 'text', (f) => f.survey),
  column('scale_min', 'float8', (f) => f.scale?.[0] ?? null),
  column('scale_max', 'float8', (f) => f.scale?.[1] ?? null),
  column('source', 'text', (f) => f.source),
];
const NAMES = namesOf(FEEDBACK);
/**
 * Ids of older gateways don't say their unit: their prediction does, where it was recorded. It came long before: the id is of before the gateway was
 * replaced.
 */
const VALUES = FEEDBACK.map(({ name }) =>
  name === 'unit_hash'
    ? 'coalesce(r.unit_hash, (SELECT p.unit_hash FROM sluice.prediction AS p WHERE p.prediction_id = r.prediction_id LIMIT 1))'
    : `r.${name}`,
).join(', ');

/** Passes over those whose key is there already. Rows go in by their key, for the reason that `insertNew` gives. @returns how many were new */
export async function addFeedback(sql: SqlSession, records: readonly FeedbackRecord[]): Promise<number> {
  if (records.length === 0) return 0;
  const [row] = await sql.query<{ added: number }>(
    `WITH added AS (
       INSERT INTO sluice.feedback (${NAMES})
       SELECT ${VALUES} FROM ${unnested(FEEDBACK)} AS r (${NAMES}) ORDER BY r.service, r.feedback_id
       ON CONFLICT DO NOTHING RETURNING 1
     ) SELECT count(*)::int8 AS added FROM added`,
    arraysOf(FEEDBACK, records),
  );
  return row?.added ?? 0;
}
