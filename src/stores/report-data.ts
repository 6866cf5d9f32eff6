import type { Decision } from '../domain/decision.js';
import type { WeightPoint } from '../domain/report.js';
import type { EvidenceLook, ReportSpan, Some, StoredReportData } from '../ports/report-data.js';
import { featureSamples } from './evaluation.js';
import { findIncidents } from './incidents-read.js';
import { buckets, confusion, latency, means } from './report-series.js';
import { rollout, rollouts } from './rollouts.js';
import type { SqlClient } from './sql-client.js';

export function createSqlReportData(client: SqlClient): StoredReportData {
  return {
    find: (name) => find(client, name),
    decisions: (rolloutId, most) => decisions(client, rolloutId, most),
    weights: (rolloutId, most) => weights(client, rolloutId, most),
    looks: (rolloutId, mostOfEach) => looks(client, rolloutId, mostOfEach),
    latency: (span) => latency(client, span),
    buckets: (span, intervalMs) => buckets(client, span, intervalMs),
    means: (span, intervalMs) => means(client, span, intervalMs),
    confusion: (span, most) => confusion(client, span, most),
    inputs: ({ service, rolloutId }, version, most) => featureSamples(client, { service, rolloutId }, version, most),
    incidents: (span, most) => incidents(client, span, most),
  };
}

async function find(client: SqlClient, name: string) {
  return (await rollout(client, name)) ?? (await rollouts(client, { service: name, limit: 1 }))[0] ?? null;
}

/** Ten thousand reminders must not push out the one word of a person. */
async function decisions(client: SqlClient, rolloutId: string, most: number): Promise<Some<Decision>> {
  const rows = await client.query<{ total: number; decision: Decision }>(
    `WITH lines AS (
       SELECT sequence, decision, count(*) OVER ()::int8 AS total,
         row_number() OVER (ORDER BY sequence) AS first, row_number() OVER (ORDER BY sequence DESC) AS newest,
         decision->>'source' <> 'rule' AS said,
         row_number() OVER (PARTITION BY decision->>'source' <> 'rule' ORDER BY sequence DESC) AS newest_said
       FROM sluice.decision WHERE rollout_id = $1
     )
     SELECT total, decision FROM lines WHERE first <= $2::int8 OR newest <= $2 OR (said AND newest_said <= $2) ORDER BY sequence`,
    [rolloutId, most],
  );
  return { total: rows[0]?.total ?? 0, rows: rows.map(({ decision }) => decision) };
}

async function weights(client: SqlClient, rolloutId: string, most: number): Promise<Some<WeightPoint>> {
  const rows = await client.query<WeightPoint & { total: number }>(
    `WITH lines AS (
       SELECT sequence, decision->>'at' AS at, (decision->>'weightPercent')::float8 AS weight,
         lag((decision->>'weightPercent')::float8) OVER (ORDER BY sequence) AS before
       FROM sluice.decision WHERE rollout_id = $1
     ), changes AS (
       SELECT sequence, at, weight, count(*) OVER ()::int8 AS total FROM lines
       WHERE weight IS DISTINCT FROM before ORDER BY sequence DESC LIMIT $2::int8
     )
     SELECT total, at, weight AS "weightPercent" FROM changes ORDER BY sequence`,
    [rolloutId, most],
  );
  return { total: rows[0]?.total ?? 0, rows: rows.map(({ at, weightPercent }) => ({ at, weightPercent })) };
}

/** Of all metrics together: the newest of each before all others. */
const MOST_LOOKS = 10_000;

/** A look that several decisions rest on is one. The documents are fetched for the chosen looks only: a long rollout has a hundred thousand. */
function looks(client: SqlClient, rolloutId: string, mostOfEach: number): Promise<EvidenceLook[]> {
  return client.query<EvidenceLook>(
    `WITH told AS (
       SELECT sequence, place, verdict, metric, coalesce(segment, '') AS segment, coalesce(gate, '') AS gate,
         coalesce(read_at, sequence::text) AS look
       FROM sluice.decision, ROWS FROM (jsonb_to_recordset(decision->'evidence') AS (metric text, segment text, verdict text, gate text, at text))
         WITH ORDINALITY AS e (metric, segment, verdict, gate, read_at, place)
       WHERE rollout_id = $1
     ), seen AS (
       SELECT DISTINCT ON (metric, segment, gate, look) * FROM told ORDER BY metric, segment, gate, look, sequence, place
     ), ranked AS (
       SELECT *, row_number() OVER one AS n, verdict IS DISTINCT FROM lag(verdict) OVER one AS is_new,
         count(*) OVER (PARTITION BY metric, segment, gate)::int8 AS of
       FROM seen WINDOW one AS (PARTITION BY metric, segment, gate ORDER BY sequence, place)
     ), numbered AS (
       SELECT *, count(*) FILTER (WHERE is_new) OVER (PARTITION BY metric, segment, gate ORDER BY n) AS change FROM ranked
     ), chosen AS (
       SELECT sequence, place, of FROM numbered
       WHERE n = of OR (is_new AND change <= $2::int8) OR (n - 1) % greatest(1, ceil(of::float8 / $2)::int8) = 0
       ORDER BY (n = of) DESC, sequence DESC, place LIMIT ${MOST_LOOKS}
     )
     SELECT decision->>'at' AS at, decision->>'phase' AS phase, decision->'evidence'->(place - 1)::int4 AS evidence, of
     FROM chosen JOIN sluice.decision USING (sequence) WHERE rollout_id = $1 ORDER BY sequence, place`,
    [rolloutId, mostOfEach],
  );
}

function incidents(client: SqlClient, { service, since, until }: ReportSpan, limit: number) {
  return findIncidents(client, { active: false, service, endedAfter: since, openedBefore: until, limit });
}
