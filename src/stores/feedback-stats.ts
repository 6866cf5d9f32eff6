import type { FeedbackSpan, FeedbackStats } from '../ports/feedback-store.js';
import type { SqlClient, SqlSession } from './sql-client.js';

/** $1 to $3: service, since, until. */
const TOLD = `told AS MATERIALIZED (
  SELECT * FROM sluice.feedback
  WHERE service = $1::text AND received_at >= $2::timestamptz AND received_at < $3::timestamptz)`;

/** All from one snapshot, so that the parts add up. */
export async function feedbackStats(
  client: SqlClient,
  { service, since, until }: FeedbackSpan,
  suspectPerHour: number,
): Promise<FeedbackStats> {
  const span = [service, since, until];
  return client.transaction(async (sql) => {
    await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // As in outcomes.ts: without statistics the planner picks nested loops, over exposures that no index has by unit.
    await sql.query('SET LOCAL enable_nestloop = off');
    return {
      counts: await counts(sql, span),
      delays: await delays(sql, span),
      sources: await grouped(sql, span, 'source', 'count(*)::int8 AS items'),
      currencies: await grouped(
        sql,
        span,
        'currency',
        'count(*)::int8 AS items, sum(value) AS sum',
        `kind = 'revenue'`,
      ),
      surveys: await grouped(sql, span, 'survey', 'count(*)::int8 AS items, avg(value) AS mean', `kind = 'survey'`),
      suspects: await suspects(sql, span, suspectPerHour),
    };
  });
}

/** The arm is the prediction's; of a unit alone, the one it had met last when it happened. */
function counts(sql: SqlSession, span: unknown[]): Promise<FeedbackStats['counts']> {
  return sql.query(
    `WITH ${TOLD}, met AS (
       SELECT DISTINCT ON (t.feedback_id) t.feedback_id, e.arm, e.version
       FROM told AS t JOIN sluice.exposure AS e ON e.service = $1::text AND e.unit_hash = t.unit_hash AND e.at <= t.occurred_at
       ORDER BY t.feedback_id, e.at DESC, e.epoch DESC
     )
     SELECT t.kind, coalesce(t.arm, met.arm) AS arm, coalesce(t.version, met.version) AS version,
       count(*)::int8 AS items, count(*) FILTER (WHERE t.late)::int8 AS late, count(t.unit_hash)::int8 AS "withUnit",
       count(met.feedback_id)::int8 AS exposed,
       count((SELECT 1 FROM sluice.prediction AS p WHERE p.prediction_id = t.prediction_id LIMIT 1))::int8 AS recorded
     FROM told AS t LEFT JOIN met USING (feedback_id)
     GROUP BY 1, 2, 3 ORDER BY 1, 2 NULLS LAST, 3`,
    span,
  );
}

function delays(sql: SqlSession, span: unknown[]): Promise<FeedbackStats['delays']> {
  return sql.query(
    `WITH ${TOLD}, delayed AS (
       SELECT kind, greatest(0, extract(epoch FROM received_at - coalesce(predicted_at, occurred_at)) * 1000)::float8 AS ms FROM told
     ), ranked AS (
       SELECT kind, percentile_cont(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY ms) AS at, max(ms) AS max FROM delayed GROUP BY kind
     )
     SELECT kind, at[1] AS "p50Ms", at[2] AS "p90Ms", at[3] AS "p99Ms", max AS "maxMs" FROM ranked ORDER BY kind`,
    span,
  );
}

function grouped<Row>(sql: SqlSession, span: unknown[], by: string, what: string, where = 'true'): Promise<Row[]> {
  return sql.query<Row>(
    `WITH ${TOLD} SELECT ${by}, ${what} FROM told WHERE ${where} GROUP BY ${by} ORDER BY ${by} NULLS LAST`,
    span,
  );
}

async function suspects(sql: SqlSession, span: unknown[], most: number): Promise<FeedbackStats['suspects']> {
  const [row] = await sql.query<FeedbackStats['suspects']>(
    `WITH ${TOLD}, hours AS (
       SELECT unit_hash, count(*) AS items FROM told WHERE unit_hash IS NOT NULL GROUP BY unit_hash, date_trunc('hour', occurred_at)
     ), units AS (SELECT unit_hash, sum(items)::int8 AS items FROM hours GROUP BY unit_hash HAVING max(items) > $4::int8)
     SELECT count(*)::int8 AS units, coalesce(sum(items), 0)::int8 AS items FROM units`,
    [...span, most],
  );
  return row ?? { units: 0, items: 0 };
}
