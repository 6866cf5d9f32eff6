import type { ImpactMeasure, ImpactSum } from '../domain/impact-measure.js';
import type { LatencyCounts } from '../domain/observation.js';
import type { BucketValue, GroupSeries, HoldbackQuestion, ImpactSpan } from '../ports/impact-data.js';
import { sketchQuantile } from '../stats/sketch/latency-sketch.js';
import { heldAndKept, impactEvents } from './impact-events.js';
import type { SqlClient, SqlSession } from './sql-client.js';
import { SqlParams } from './sql-params.js';

/** Users' answers that are no held-back unit's; what is said of a unit alone may be anybody's. */
const SERVED = `(arm IN ('baseline', 'candidate') OR arm IS NULL)`;

/** What users met. Errors and latency are counted over all requests; all else over what was sampled or said. */
export async function impactSeries(
  client: SqlClient,
  measure: ImpactMeasure,
  span: ImpactSpan,
): Promise<BucketValue[]> {
  if (measure.kind === 'quantile' && 'outcome' in measure.source && measure.source.outcome === 'latency')
    return latencySeries(client, measure.quantile, span);
  if (isErrorRate(measure)) return errorSeries(client, span);
  const rows = await readSeries(client, measure, span, null);
  return rows.map(({ bucket, value, samples }) => ({ bucket, value, samples }));
}

export async function impactGroupSeries(
  client: SqlClient,
  measure: ImpactMeasure,
  span: ImpactSpan,
  groups: HoldbackQuestion,
): Promise<GroupSeries> {
  const rows = await readSeries(client, measure, span, groups);
  const of = (who: string) =>
    rows.filter((row) => row.who === who).map(({ bucket, value, samples }) => ({ bucket, value, samples }));
  return { held: of('held'), kept: of('kept') };
}

function isErrorRate(measure: ImpactMeasure): boolean {
  if (
    measure.kind !== 'ratio' ||
    measure.over === 'units' ||
    measure.over.take !== 'count' ||
    measure.value.take !== 'sum'
  )
    return false;
  return 'outcome' in measure.value.source && measure.value.source.outcome === 'error';
}

interface GroupedBucket extends BucketValue {
  readonly who: string;
}

function readSeries(
  client: SqlClient,
  measure: ImpactMeasure,
  span: ImpactSpan,
  groups: HoldbackQuestion | null,
): Promise<GroupedBucket[]> {
  return client.transaction(async (sql) => {
    // As in outcomes.ts: without statistics the planner picks nested loops, which take minutes here.
    await sql.query('SET LOCAL enable_nestloop = off');
    if (measure.kind === 'quantile') {
      const params = new SqlParams();
      const middle = `percentile_cont(${params.add(measure.quantile, 'float8')}) WITHIN GROUP (ORDER BY value)`;
      return bucketed(sql, `${middle} AS value, count(*)::int8 AS samples`, measure.source, { span, groups, params });
    }
    const top = await summed(sql, measure.value, span, groups);
    const bottom = await (measure.over === 'units'
      ? unitsSeen(sql, span, groups)
      : summed(sql, measure.over, span, groups));
    const known = new Map(top.map((row) => [`${row.who} ${row.bucket}`, row]));
    return bottom.flatMap(({ who, bucket, value: over, samples }) => {
      const sum = known.get(`${who} ${bucket}`)?.value ?? 0;
      return over === 0 ? [] : [{ who, bucket, value: sum / over, samples }];
    });
  });
}

interface Bucketing {
  readonly span: ImpactSpan;
  readonly groups: HoldbackQuestion | null;
  readonly params: SqlParams;
}

const TAKEN = {
  sum: 'sum(value)',
  count: 'count(*)::float8',
  any: 'count(DISTINCT unit) FILTER (WHERE value > 0)::float8',
} as const;

function summed(sql: SqlSession, { source, take }: ImpactSum, span: ImpactSpan, groups: HoldbackQuestion | null) {
  const columns = `coalesce(${TAKEN[take].replace('::float8', '')}, 0)::float8 AS value, count(*)::int8 AS samples`;
  return bucketed(sql, columns, source, { span, groups, params: new SqlParams() });
}

function unitsSeen(sql: SqlSession, span: ImpactSpan, groups: HoldbackQuestion | null) {
  const columns = 'count(DISTINCT unit)::float8 AS value, count(DISTINCT unit)::int8 AS samples';
  return bucketed(sql, columns, { outcome: 'requests' }, { span, groups, params: new SqlParams() });
}

function bucketed(
  sql: SqlSession,
  columns: string,
  source: ImpactSum['source'],
  { span, groups, params }: Bucketing,
): Promise<GroupedBucket[]> {
  const events = impactEvents(source, span, params);
  const from =
    groups === null
      ? `SELECT *, '' AS who FROM (${events}) AS e WHERE ${SERVED} AND ${ofVersion(span, params)}`
      : `SELECT e.*, g.who FROM (${events}) AS e JOIN (${heldAndKept(groups, params)}) AS g USING (unit)`;
  return sql.query<GroupedBucket>(
    `SELECT who, ${bucketOf('at', span, params)} AS bucket, ${columns} FROM (${from}) AS event GROUP BY who, bucket ORDER BY who, bucket`,
    params.values,
  );
}

function ofVersion({ version }: ImpactSpan, params: SqlParams): string {
  return version === null ? 'true' : `(version = ${params.add(version, 'text')} OR version IS NULL)`;
}

function bucketOf(column: string, { origin, bucketMs }: ImpactSpan, params: SqlParams): string {
  const since = `extract(epoch FROM ${column} - ${params.add(origin, 'timestamptz')})`;
  return `floor(${since} * 1000 / ${params.add(bucketMs, 'int8')})::int8`;
}

function servedBuckets(span: ImpactSpan, params: SqlParams): string {
  const { service, since, until } = span;
  return `SELECT bucket_id, ${bucketOf('bucket_start', span, params)} AS bucket, requests, errors FROM sluice.arm_bucket
    WHERE service = ${params.add(service, 'text')} AND arm IN ('baseline', 'candidate') AND ${ofVersion(span, params)}
      AND bucket_start >= ${params.add(since, 'timestamptz')} AND bucket_start < ${params.add(until, 'timestamptz')}`;
}

function errorSeries(client: SqlClient, span: ImpactSpan): Promise<BucketValue[]> {
  const params = new SqlParams();
  return client.query<BucketValue>(
    `SELECT bucket, (sum(errors) / sum(requests))::float8 AS value, sum(requests)::int8 AS samples
     FROM (${servedBuckets(span, params)}) AS served GROUP BY bucket HAVING sum(requests) > 0 ORDER BY bucket`,
    params.values,
  );
}

async function latencySeries(client: SqlClient, quantile: number, span: ImpactSpan): Promise<BucketValue[]> {
  const params = new SqlParams();
  const rows = await client.query<{ bucket: number; samples: number; latency: LatencyCounts }>(
    `SELECT bucket, sum(count)::int8 AS samples, json_object_agg(idx, count) AS latency
     FROM (SELECT bucket, idx, sum(count)::int8 AS count FROM (${servedBuckets(span, params)}) AS served
           JOIN sluice.arm_bucket_latency USING (bucket_id) GROUP BY bucket, idx) AS sums
     GROUP BY bucket ORDER BY bucket`,
    params.values,
  );
  return rows.map(({ bucket, samples, latency }) => ({ bucket, samples, value: sketchQuantile(latency, quantile) }));
}
