import type { ServiceSpan, VersionFeedback, VersionReturns, VersionTraffic } from '../ports/monitor-data.js';
import type { SqlClient } from './sql-client.js';

/** $1 to $3: service, since, until. */
const inSpan = (time: string) =>
  `service = $1::text AND ${time} >= $2::timestamptz AND ${time} < $3::timestamptz AND arm <> 'shadow'`;
const paramsOf = ({ service, since, until }: ServiceSpan) => [service, since, until];

export function trafficByVersion(client: SqlClient, span: ServiceSpan): Promise<VersionTraffic[]> {
  return client.query<VersionTraffic>(
    `WITH scoped AS (
       SELECT bucket_id, version, requests, errors FROM sluice.arm_bucket WHERE ${inSpan('bucket_start')}
     ), latency AS (
       SELECT version, json_object_agg(idx, count) AS latency
       FROM (SELECT version, idx, sum(count) AS count
             FROM scoped JOIN sluice.arm_bucket_latency USING (bucket_id) GROUP BY version, idx) AS sums
       GROUP BY version
     ), counts AS (
       SELECT version, sum(requests)::int8 AS requests, sum(errors)::int8 AS errors FROM scoped GROUP BY version
     )
     SELECT version, requests, errors, coalesce(latency, '{}') AS latency
     FROM counts LEFT JOIN latency USING (version) ORDER BY version`,
    paramsOf(span),
  );
}

export function feedbackByVersion(client: SqlClient, span: ServiceSpan): Promise<VersionFeedback[]> {
  return client.query<VersionFeedback>(
    `WITH latest AS (
       SELECT DISTINCT ON (prediction_id, kind) version, kind, value,
         (coalesce(currency, ''), coalesce(scale_min, 1), coalesce(scale_max, 5)) AS unit FROM sluice.feedback
       WHERE ${inSpan('predicted_at')} AND kind NOT IN ('label', 'click', 'survey') AND value IS NOT NULL
       ORDER BY prediction_id, kind, received_at DESC, feedback_id DESC
     ), units AS (SELECT kind, count(DISTINCT unit)::int8 AS scales FROM latest GROUP BY kind)
     SELECT version, kind, count(*)::int8 AS count, sum(value) AS sum, sum(value * value) AS "sumOfSquares", scales
     FROM latest JOIN units USING (kind) GROUP BY version, kind, scales ORDER BY version, kind`,
    paramsOf(span),
  );
}

/** A unit that met two versions would count for both: it is left out. */
export function returnsByVersion(client: SqlClient, span: ServiceSpan, again: string): Promise<VersionReturns[]> {
  return client.transaction(async (sql) => {
    // As in outcomes.ts: without statistics the planner picks nested loops.
    await sql.query('SET LOCAL enable_nestloop = off');
    return sql.query<VersionReturns>(
      `WITH met AS (
         SELECT unit_hash, min(version) AS version FROM sluice.prediction WHERE ${inSpan('at')}
         GROUP BY unit_hash HAVING min(version) = max(version)
       ), back AS (
         SELECT DISTINCT unit_hash FROM sluice.prediction
         WHERE service = $1::text AND at >= $3::timestamptz AND at < $4::timestamptz AND arm <> 'shadow'
       )
       SELECT version, count(*)::int8 AS units, count(back.unit_hash)::int8 AS returned
       FROM met LEFT JOIN back USING (unit_hash) GROUP BY version ORDER BY version`,
      [...paramsOf(span), again],
    );
  });
}
