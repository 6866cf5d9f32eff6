import type { ConfusionCell, MeanBucket, ReportSpan, Some, VersionBucket, VersionSums } from '../ports/report-data.js';
import type { SqlClient } from './sql-client.js';

/** Numbers of a report by version. */

/** Over the running totals of the rollout's epochs. */
export function latency(client: SqlClient, { service, rolloutId }: ReportSpan): Promise<VersionSums[]> {
  return client.query<VersionSums>(
    `WITH scoped AS (
       SELECT bucket_id, version, arm, requests, errors FROM sluice.arm_total WHERE service = $1 AND rollout_id = $2
     ), latency AS (
       SELECT version, arm, json_object_agg(idx, count) AS latency
       FROM (SELECT version, arm, idx, sum(count) AS count
             FROM scoped JOIN sluice.arm_total_latency USING (bucket_id) GROUP BY version, arm, idx) AS sums
       GROUP BY version, arm
     ), counts AS (
       SELECT version, arm, sum(requests)::int8 AS requests, sum(errors)::int8 AS errors FROM scoped GROUP BY version, arm
     )
     SELECT version, arm, requests, errors, coalesce(latency, '{}') AS latency
     FROM counts LEFT JOIN latency USING (version, arm) ORDER BY arm, version`,
    [service, rolloutId],
  );
}

/** The start of the time bucket, whose width in milliseconds is $4. */
const startOf = (time: string) =>
  `to_timestamp(floor(extract(epoch FROM ${time}) * 1000 / $4::int8) * $4::int8 / 1000)`;
const ISO = `to_char(start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at`;
const paramsOf = ({ service, since, until }: ReportSpan, intervalMs: number) => [service, since, until, intervalMs];
const inSpan = (time: string) =>
  `service = $1 AND ${time} >= $2::timestamptz AND ${time} < $3::timestamptz AND arm <> 'shadow'`;

export function buckets(client: SqlClient, span: ReportSpan, intervalMs: number): Promise<VersionBucket[]> {
  return client.query<VersionBucket>(
    `WITH scoped AS (
       SELECT bucket_id, version, requests, errors, ${startOf('bucket_start')} AS start
       FROM sluice.arm_bucket WHERE ${inSpan('bucket_start')}
     ), latency AS (
       SELECT start, version, json_object_agg(idx, count) AS latency
       FROM (SELECT start, version, idx, sum(count) AS count
             FROM scoped JOIN sluice.arm_bucket_latency USING (bucket_id) GROUP BY start, version, idx) AS sums
       GROUP BY start, version
     ), counts AS (
       SELECT start, version, sum(requests)::int8 AS requests, sum(errors)::int8 AS errors FROM scoped GROUP BY start, version
     )
     SELECT ${ISO}, version, requests, errors, coalesce(latency, '{}') AS latency
     FROM counts LEFT JOIN latency USING (start, version) ORDER BY start, version`,
    paramsOf(span, intervalMs),
  );
}

/** A label's word on its prediction, the latest; of other kinds one value a prediction, the latest, by the time of the prediction. */
export function means(client: SqlClient, span: ReportSpan, intervalMs: number): Promise<MeanBucket[]> {
  return client.transaction(async (sql) => {
    // As in outcomes.ts: without statistics the planner picks nested loops.
    await sql.query('SET LOCAL enable_nestloop = off');
    return sql.query<MeanBucket>(
      `WITH latest AS (
         SELECT DISTINCT ON (prediction_id, kind) prediction_id, kind, version, value, label, predicted_at
         FROM sluice.feedback WHERE ${inSpan('predicted_at')} AND kind <> 'click'
         ORDER BY prediction_id, kind, received_at DESC, feedback_id DESC
       ), outcomes AS (
         SELECT p.version, 'accuracy' AS metric, (p.label = l.label)::int4::float8 AS value, p.at AS time
         FROM sluice.prediction AS p JOIN latest AS l ON l.prediction_id = p.prediction_id AND l.kind = 'label'
         WHERE p.service = $1 AND p.at >= $2::timestamptz AND p.at < $3::timestamptz AND p.arm <> 'shadow' AND p.label IS NOT NULL
         UNION ALL SELECT version, kind, value, predicted_at FROM latest WHERE value IS NOT NULL
       )
       SELECT ${ISO}, version, metric, count(*)::int8 AS samples, avg(value) AS value
       FROM (SELECT *, ${startOf('time')} AS start FROM outcomes) AS o
       GROUP BY start, version, metric ORDER BY start, metric, version`,
      paramsOf(span, intervalMs),
    );
  });
}

export function confusion(client: SqlClient, span: ReportSpan, most: number): Promise<Some<ConfusionCell>> {
  return client.transaction(async (sql) => {
    await sql.query('SET LOCAL enable_nestloop = off');
    const rows = await sql.query<ConfusionCell & { total: number }>(
      `WITH predicted AS (
         SELECT prediction_id, arm, version, label, epoch FROM sluice.prediction
         WHERE service = $1 AND rollout_id = $2 AND at >= $3::timestamptz AND at < $4::timestamptz AND label IS NOT NULL
       ), latest AS (
         SELECT DISTINCT ON (prediction_id) prediction_id, label AS truth FROM sluice.feedback
         WHERE service = $1 AND kind = 'label'
           AND epoch BETWEEN (SELECT min(epoch) FROM predicted) AND (SELECT max(epoch) FROM predicted)
         ORDER BY prediction_id, received_at DESC, feedback_id DESC
       ), cells AS (
         SELECT arm, version, label AS predicted, truth, count(*)::int8 AS count
         FROM predicted JOIN latest USING (prediction_id) GROUP BY arm, version, label, truth
       )
       SELECT *, count(*) OVER ()::int8 AS total FROM cells ORDER BY count DESC, arm, version, predicted, truth LIMIT $5::int8`,
      [span.service, span.rolloutId, span.since, span.until, most],
    );
    return {
      total: rows[0]?.total ?? 0,
      rows: rows.map(({ version, arm, predicted, truth, count }) => ({ version, arm, predicted, truth, count })),
    };
  });
}
