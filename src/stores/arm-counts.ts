import type { ArmBucket } from '../domain/observation.js';
import type { ArmBucketSummary, ArmSummary, Scope } from '../ports/store.js';
import { mergeSketches } from '../stats/sketch/latency-sketch.js';
import { arraysOf, type Column, column, namesOf, unnested } from './bulk-insert.js';
import { IN_EPOCHS, IN_ROLLOUT, IN_SERVICE, inTime, scopeParams } from './scope.js';
import type { SqlClient, SqlSession } from './sql-client.js';

/** No rollout, in a column that is part of a key. */
const NO_ROLLOUT = '';

const TOTAL_KEY: readonly Column<ArmBucket>[] = [
  column('service', 'text', (b) => b.service),
  column('epoch', 'int8', (b) => b.epoch),
  column('arm', 'text', (b) => b.arm),
  column('version', 'text', (b) => b.version),
  column('rollout_id', 'text', (b) => b.rolloutId ?? NO_ROLLOUT),
  column('segment', 'text', (b) => b.segment),
];
const BUCKET_KEY: readonly Column<ArmBucket>[] = [
  ...TOTAL_KEY,
  column('bucket_start', 'timestamptz', (b) => new Date(b.bucketStart).toISOString()),
];

/** Adds to the time buckets. @throws {RangeError} on a bucket start that is no time */
export async function addToBuckets(sql: SqlSession, buckets: readonly ArmBucket[]): Promise<void> {
  await addCounts(sql, 'sluice.arm_bucket', BUCKET_KEY, buckets);
}

/** Adds to the running totals of each epoch. All gateways of a service meet here: the last thing that a transaction does. */
export async function addToTotals(sql: SqlSession, buckets: readonly ArmBucket[]): Promise<void> {
  await addCounts(sql, 'sluice.arm_total', TOTAL_KEY, buckets);
}

/**
 * Requests, errors and latency counts by arm and segment, all from one snapshot. Without a time limit the running totals answer, so
 * that a look at an epoch costs the same in its first minute and in its second week.
 */
export async function armSummaries(client: SqlClient, scope: Scope): Promise<ArmSummary[]> {
  const timed = scope.since !== undefined || scope.until !== undefined;
  const table = timed ? 'sluice.arm_bucket' : 'sluice.arm_total';
  // The totals have no time to compare; $5 and $6 are null then, and still have to stand somewhere.
  const time = timed ? inTime('bucket_start') : inTime('NULL::timestamptz');
  return client.query<ArmSummary>(
    `WITH scoped AS (
       SELECT bucket_id, arm, segment, requests, errors FROM ${table}
       WHERE ${IN_SERVICE} AND ${IN_ROLLOUT} AND ${IN_EPOCHS} AND ${time}
     ), latency AS (
       SELECT arm, segment, json_object_agg(idx, count) AS latency
       FROM (SELECT arm, segment, idx, sum(count) AS count
             FROM scoped JOIN ${table}_latency USING (bucket_id) GROUP BY arm, segment, idx) AS sums
       GROUP BY arm, segment
     ), counts AS (
       SELECT arm, segment, sum(requests)::int8 AS requests, sum(errors)::int8 AS errors FROM scoped GROUP BY arm, segment
     )
     SELECT arm, segment, requests, errors, coalesce(latency, '{}') AS latency
     FROM counts LEFT JOIN latency USING (arm, segment) ORDER BY arm, segment`,
    scopeParams(scope),
  );
}

/** Gateways ship every second or so; a bucket that ended this long ago has all its records. */
const SHIPPING_SLACK = "interval '5 seconds'";

/** The same by time bucket, buckets of `intervalMs` that have ended. */
export async function armSeries(client: SqlClient, scope: Scope, intervalMs: number): Promise<ArmBucketSummary[]> {
  return client.query<ArmBucketSummary>(
    `WITH scoped AS (
       SELECT bucket_id, arm, requests, errors,
         to_timestamp(floor(extract(epoch FROM bucket_start) * 1000 / $7::int8) * $7::int8 / 1000) AS start
       FROM sluice.arm_bucket
       WHERE ${IN_SERVICE} AND ${IN_ROLLOUT} AND ${IN_EPOCHS} AND ${inTime('bucket_start')}
     ), latency AS (
       SELECT start, arm, json_object_agg(idx, count) AS latency
       FROM (SELECT start, arm, idx, sum(count) AS count
             FROM scoped JOIN sluice.arm_bucket_latency USING (bucket_id) GROUP BY start, arm, idx) AS sums
       GROUP BY start, arm
     ), counts AS (
       SELECT start, arm, sum(requests)::int8 AS requests, sum(errors)::int8 AS errors FROM scoped GROUP BY start, arm
     )
     SELECT to_char(start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "bucketStart",
       arm, requests, errors, coalesce(latency, '{}') AS latency
     FROM counts LEFT JOIN latency USING (start, arm)
     WHERE start + make_interval(secs => $7::int8 / 1000.0) <= now() - ${SHIPPING_SLACK}
     ORDER BY start, arm`,
    [...scopeParams(scope), intervalMs],
  );
}

/**
 * Adds counts to the rows of those keys, or makes the rows. Both upserts read and write a row under its lock, so batches
 * that arrive together add up; and both go by order of the key, so they don't wait for each other crosswise.
 */
async function addCounts(
  sql: SqlSession,
  table: string,
  key: readonly Column<ArmBucket>[],
  buckets: readonly ArmBucket[],
): Promise<void> {
  const rows = mergeByKey(key, buckets);
  if (rows.length === 0) return;
  const names = namesOf(key);
  const columns = [
    ...key,
    column<ArmBucket>('requests', 'int8', (b) => b.requests),
    column<ArmBucket>('errors', 'int8', (b) => b.errors),
  ];
  await sql.query(
    `INSERT INTO ${table} AS t (${namesOf(columns)})
     SELECT * FROM ${unnested(columns)} AS r (${namesOf(columns)}) ORDER BY ${names}
     ON CONFLICT (${names}) DO UPDATE SET requests = t.requests + excluded.requests, errors = t.errors + excluded.errors`,
    arraysOf(columns, rows),
  );
  const latency = rows.flatMap((row, i) =>
    Object.entries(row.latency)
      .filter(([, count]) => count !== 0)
      .map(([idx, count]) => ({ row: i + 1, idx, count })),
  );
  if (latency.length === 0) return;
  await sql.query(
    `INSERT INTO ${table}_latency AS t (bucket_id, idx, count)
     SELECT bucket_id, idx, count
     FROM ${unnested(key)} WITH ORDINALITY AS k (${names}, row)
     JOIN ${table} USING (${names})
     JOIN ${unnested([{ type: 'int8' }, { type: 'int4' }, { type: 'int8' }], key.length + 1)} AS l (row, idx, count) USING (row)
     ORDER BY bucket_id, idx
     ON CONFLICT (bucket_id, idx) DO UPDATE SET count = t.count + excluded.count`,
    [...arraysOf(key, rows), latency.map((l) => l.row), latency.map((l) => l.idx), latency.map((l) => l.count)],
  );
}

/** One row a key: a statement may not upsert the same row twice. */
function mergeByKey(key: readonly Column<ArmBucket>[], buckets: readonly ArmBucket[]): ArmBucket[] {
  const merged = new Map<string, ArmBucket>();
  for (const bucket of buckets) {
    const id = JSON.stringify(key.map(({ value }) => value(bucket)));
    const before = merged.get(id);
    merged.set(id, before === undefined ? bucket : sum(before, bucket));
  }
  return [...merged.values()];
}

function sum(a: ArmBucket, b: ArmBucket): ArmBucket {
  return {
    ...a,
    requests: a.requests + b.requests,
    errors: a.errors + b.errors,
    latency: mergeSketches(a.latency, b.latency),
  };
}
