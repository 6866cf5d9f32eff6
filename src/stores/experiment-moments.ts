import type { ComparedArm, MomentsReading, UnitColumn, UnitSums } from '../domain/experiment.js';
import { type MetricDefinition, sourcesOf, type TakenSource } from '../domain/spec/metric-definition.js';
import { type EventSpan, eventsOf } from './experiment-events.js';
import { byGroup, type Grouped, type ReadGroups } from './experiment-groups.js';
import { IS_COUNTED } from './experiment-units.js';
import type { SqlSession } from './sql-client.js';

export interface MetricQuestion {
  readonly metric: MetricDefinition;
  readonly span: EventSpan;
  /** ISO: what came before it is the time before. */
  readonly since: string;
  readonly hasBefore: boolean;
  readonly byDay: boolean;
  readonly segments: readonly string[];
  readonly apart: readonly string[];
}

interface SumsRow extends Grouped {
  readonly units: number;
  readonly sums: readonly number[];
  /** The upper triangle, row by row. */
  readonly products: readonly number[];
}

/** Days of its own that a unit is followed for. */
const MOST_DAYS = 60;

/** Sums and sums of products over units, by arm: of all, of each segment, and of each day since exposure that is over. */
export async function readMoments(sql: SqlSession, question: MetricQuestion): Promise<ReadGroups<MomentsReading>> {
  const { metric, hasBefore } = question;
  const names: UnitColumn[] = metric.kind === 'ratio' ? ['value', 'denominator'] : ['value'];
  const now = names.length;
  // What is known of the time before a unit came back says nothing of whether it will.
  const columns = hasBefore && metric.kind !== 'retention' ? [...names, ...names.map(beforeOf)] : names;
  const rows = await sql.query<SumsRow>(statement(question, columns, now), question.span.params.values);
  // Nobody did anything then: a column of zeros explains nothing, and says that there was no such time.
  const known = rows.some(({ part, sums }) => part === 'all' && sums.slice(now).some((sum) => sum !== 0));
  const kept = known ? columns.length : now;
  return byGroup(rows, question.segments, (group, part) => {
    const used = part === 'day' ? columns.slice(0, now) : columns.slice(0, kept);
    const arm = (name: ComparedArm) =>
      sumsOf(
        group.find((row) => row.arm === name),
        part === 'day' ? now : columns.length,
        used.length,
      );
    return { kind: 'moments', columns: used, arms: { baseline: arm('baseline'), candidate: arm('candidate') } };
  });
}

function beforeOf(column: UnitColumn): UnitColumn {
  return column === 'denominator' ? 'denominatorBefore' : 'valueBefore';
}

/** @param width columns of the row's triangle @param kept how many of them are of interest */
function sumsOf(row: SumsRow | undefined, width: number, kept: number): UnitSums {
  const at = (i: number, j: number) => {
    const [low, high] = i < j ? [i, j] : [j, i];
    return row?.products[low * width - (low * (low - 1)) / 2 + high - low] ?? 0;
  };
  const indexes = Array.from({ length: kept }, (_, i) => i);
  return {
    units: row?.units ?? 0,
    sums: indexes.map((i) => row?.sums[i] ?? 0),
    products: indexes.map((i) => indexes.map((j) => at(i, j))),
  };
}

const SQL_NAMES: Readonly<Record<UnitColumn, string>> = {
  value: 'value',
  denominator: 'denominator',
  valueBefore: 'value_before',
  denominatorBefore: 'denominator_before',
};

function statement(question: MetricQuestion, columns: readonly UnitColumn[], now: number): string {
  const { metric, span, apart, byDay } = question;
  const { value, denominator } = sourcesOf(metric);
  const isApart = `u.segment = ANY(${span.params.add(apart, 'text[]')})`;
  const names = columns.map((column) => SQL_NAMES[column]);
  return `WITH ${deedsOf('value', value, question)},
    ${denominator === null ? '' : `${deedsOf('denominator', denominator, question)},`}
    unit AS MATERIALIZED (
      SELECT u.arm, u.segment, ${isApart} AS is_apart, ${names.map((name) => `coalesce(${name}, 0)::float8 AS ${name}`).join(', ')}
      FROM pg_temp.experiment_unit AS u LEFT JOIN value_of_unit USING (id)
      ${denominator === null ? '' : 'LEFT JOIN denominator_of_unit USING (id)'}
      WHERE ${IS_COUNTED} ${waits(question)}
    ), ${capOf(question)}, capped AS (
      SELECT arm, segment, is_apart, ${names.map((name) => `${capped(name)} AS ${name}`).join(', ')} FROM unit CROSS JOIN cap
    )
    SELECT CASE WHEN grouping(segment) = 1 THEN 'all' ELSE 'segment' END AS part, segment AS key, arm,
      count(*)::int8 AS units, ${sumsIn(names)}
    FROM capped GROUP BY GROUPING SETS ((arm, is_apart), (arm, segment))
    HAVING grouping(segment) = 0 OR NOT is_apart
    ${byDay && metric.kind !== 'retention' ? `UNION ALL ${daysOf(names.slice(0, now), isApart, question)}` : ''}`;
}

/** LEAST passes over a null: without units above 0 nothing is capped. What a unit did before is capped alike. */
function capped(name: string): string {
  return name.startsWith('value') ? `least(${name}, cap)` : name;
}

function capOf({ metric: { cap }, span }: MetricQuestion): string {
  if (cap === undefined) return 'cap AS (SELECT NULL::float8 AS cap)';
  if ('value' in cap) return `cap AS (SELECT ${span.params.add(cap.value, 'float8')} AS cap)`;
  return `cap AS (SELECT percentile_cont(${span.params.add(cap.percentile, 'float8')}) WITHIN GROUP (ORDER BY value) AS cap
      FROM unit WHERE value > 0)`;
}

/** Units whose time to come back is not over are not counted yet. */
function waits({ metric: { retention }, span }: MetricQuestion): string {
  if (retention === undefined) return '';
  return `AND u.at + ${interval(retention.to)} <= ${span.params.add(span.to, 'timestamptz')}`;
}

export function interval(ms: number): string {
  return `interval '${ms / 1000} seconds'`;
}

const TAKEN = {
  sum: { of: 'sum(total)', one: 'total' },
  count: { of: 'sum(events)', one: 'events' },
  any: { of: 'max((top > 0)::int4)', one: '(top > 0)::int4' },
} as const;

/** What units did, by day since exposure (-1: in the time before); then by unit. */
function deedsOf(column: 'value' | 'denominator', taken: TakenSource | null, question: MetricQuestion): string {
  const { metric, span, since } = question;
  const { within, retention } = metric;
  const during = retention
    ? `e.at >= u.at + ${interval(retention.from)} AND e.at < u.at + ${interval(retention.to)}`
    : `e.at >= u.at${within === undefined ? '' : ` AND e.at < u.at + ${interval(within)}`}`;
  const before = `(e.at < least(u.at, ${span.params.add(since, 'timestamptz')}) AND e.at >= ${span.params.add(span.from, 'timestamptz')})`;
  const events = taken === null ? sightings(span) : eventsOf(taken.source, span);
  const { of } = TAKEN[taken?.take ?? 'any'];
  return `${column}_by_day AS (
      SELECT u.id, CASE WHEN e.at < u.at THEN -1 ELSE floor(date_part('epoch', e.at - u.at) / 86400)::int4 END AS day,
        sum(e.value) AS total, count(*)::float8 AS events, max(e.value) AS top
      FROM pg_temp.experiment_unit AS u JOIN (${events}) AS e USING (unit_hash)
      WHERE ${IS_COUNTED} AND ((${during}) OR ${before}) AND e.at < ${span.params.add(span.to, 'timestamptz')}
      GROUP BY 1, 2
    ), ${column}_of_unit AS (
      SELECT id, ${of} FILTER (WHERE day >= 0) AS ${column}, ${of} FILTER (WHERE day < 0) AS ${column}_before
      FROM ${column}_by_day GROUP BY id
    )`;
}

/** When a unit was seen: whoever answered it. */
function sightings({ params, scope, from, to }: EventSpan): string {
  const isOurs = `service = ${params.add(scope.service, 'text')} AND at >= ${params.add(from, 'timestamptz')} AND at < ${params.add(to, 'timestamptz')}`;
  return `SELECT unit_hash, at, 1::float8 AS value FROM sluice.prediction WHERE ${isOurs} AND arm <> 'shadow'
    UNION ALL SELECT unit_hash, at, 1::float8 FROM sluice.exposure WHERE ${isOurs}`;
}

/** Of a day count the units whose day is over; who did nothing on it adds nothing but himself. */
function daysOf(names: readonly string[], isApart: string, question: MetricQuestion): string {
  const { metric, span } = question;
  const { value, denominator } = sourcesOf(metric);
  const fullDays = `least(${MOST_DAYS}, floor(date_part('epoch', ${span.params.add(span.to, 'timestamptz')} - u.at) / 86400))::int4`;
  const one = (taken: TakenSource | null) => TAKEN[taken?.take ?? 'any'].one;
  const deeds =
    denominator === null
      ? `SELECT id, day, ${one(value)}::float8 AS value FROM value_by_day`
      : `SELECT id, day, coalesce(v.value, 0) AS value, coalesce(d.denominator, 0) AS denominator
         FROM (SELECT id, day, ${one(value)}::float8 AS value FROM value_by_day) AS v
         FULL JOIN (SELECT id, day, ${one(denominator)}::float8 AS denominator FROM denominator_by_day) AS d USING (id, day)`;
  return `SELECT 'day', grid.day::text, grid.arm, grid.units, coalesce(did.sums, '{}'), coalesce(did.products, '{}')
    FROM (
      SELECT arm, day, count(*)::int8 AS units
      FROM pg_temp.experiment_unit AS u CROSS JOIN LATERAL generate_series(0, ${fullDays} - 1) AS day
      WHERE ${IS_COUNTED} AND NOT ${isApart} GROUP BY arm, day
    ) AS grid LEFT JOIN (
      SELECT arm, day, ${sumsIn(names)}
      FROM (
        SELECT u.arm, did.day, ${names.map((name) => `${capped(name)} AS ${name}`).join(', ')}
        FROM (${deeds}) AS did JOIN pg_temp.experiment_unit AS u USING (id) CROSS JOIN cap
        WHERE did.day >= 0 AND did.day < ${fullDays} AND NOT ${isApart}
      ) AS one GROUP BY arm, day
    ) AS did USING (arm, day)`;
}

function sumsIn(names: readonly string[]): string {
  const products = names.flatMap((a, i) => names.slice(i).map((b) => `sum(${a} * ${b})`));
  return `ARRAY[${names.map((name) => `sum(${name})`).join(', ')}] AS sums, ARRAY[${products.join(', ')}] AS products`;
}
