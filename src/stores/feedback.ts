import type { FeedbackStore, Forgotten } from '../ports/feedback-store.js';
import { addFeedback } from './feedback-append.js';
import { feedbackStats } from './feedback-stats.js';
import type { SqlClient, SqlSession } from './sql-client.js';

/** No table has an index by unit, since this is rare: each is gone through, however large it has become. */
const FORGETTING_MS = 10 * 60_000;

export function createSqlFeedback(client: SqlClient): FeedbackStore {
  return {
    append: (records) => client.transaction((sql) => addFeedback(sql, records)),
    stats: (span, suspectPerHour) => feedbackStats(client, span, suspectPerHour),
    prune: (before, service, most) => prune(client, before, service, most),
    forget: (unitHash) => client.transaction((sql) => forget(sql, unitHash), FORGETTING_MS),
  };
}

function prune(sql: SqlSession, before: string, service: string | null, most: number): Promise<number> {
  return removed(
    sql,
    `sluice.feedback WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM sluice.feedback
       WHERE received_at < $1::timestamptz AND ($2::text IS NULL OR service = $2) LIMIT $3::int8 FOR UPDATE SKIP LOCKED))`,
    [before, service, most],
  );
}

/** Samples and pairs know their prediction only, so they go first. */
const OF_UNIT = `(SELECT prediction_id FROM sluice.prediction WHERE unit_hash = $1::text
  UNION SELECT prediction_id FROM sluice.interleaved_list WHERE unit_hash = $1::text
  UNION SELECT prediction_id FROM sluice.feedback WHERE unit_hash = $1::text AND prediction_id IS NOT NULL)`;

async function forget(sql: SqlSession, unitHash: string): Promise<Forgotten> {
  const ofPredictions = (table: string) => removed(sql, `${table} WHERE prediction_id IN ${OF_UNIT}`, [unitHash]);
  const ofUnit = (table: string) => removed(sql, `${table} WHERE unit_hash = $1::text`, [unitHash]);
  const gone = {
    features: await ofPredictions('sluice.feature_sample'),
    pairs: await ofPredictions('sluice.shadow_pair'),
    lists: await ofUnit('sluice.interleaved_list'),
    predictions: await ofUnit('sluice.prediction'),
    exposures: await ofUnit('sluice.exposure'),
    feedback: await ofUnit('sluice.feedback'),
  };
  const { feedback, predictions, exposures, features, lists, pairs } = gone;
  await sql.query(
    'INSERT INTO sluice.erasure (feedback, predictions, exposures, features, lists, pairs) VALUES ($1, $2, $3, $4, $5, $6)',
    [feedback, predictions, exposures, features, lists, pairs],
  );
  return gone;
}

/** @param from a table and which of its rows */
async function removed(sql: SqlSession, from: string, params: unknown[]): Promise<number> {
  const [row] = await sql.query<{ n: number }>(
    `WITH gone AS (DELETE FROM ${from} RETURNING 1) SELECT count(*)::int8 AS n FROM gone`,
    params,
  );
  return row?.n ?? 0;
}
