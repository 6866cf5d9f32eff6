import type { ComparedArm, QuantileReading, QuantileSums } from '../domain/experiment.js';
import { sourcesOf } from '../domain/spec/metric-definition.js';
import { eventsOf } from './experiment-events.js';
import { byGroup, type Grouped, type ReadGroups } from './experiment-groups.js';
import { interval, type MetricQuestion } from './experiment-moments.js';
import { IS_COUNTED } from './experiment-units.js';
import type { SqlSession } from './sql-client.js';

interface QuantileRow {
  /** The group's number, twice, and 1 more for the candidate: 0 of all, then segments, then days. */
  readonly g: number;
  readonly units: number;
  readonly events: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly clusters: [number, number, number, number, number];
}

const NORMAL_975 = 1.959963984540054;
const EMPTY: QuantileSums = { units: 0, events: 0, value: null, low: null, high: null, clusters: [0, 0, 0, 0, 0] };

/**
 * A quantile over the events of units, with the order statistics around it. The ranks of its interval (Woodruff 1952) come from the variance of the
 * share of events that are not above it, where events of one unit go together (Deng et al. 2018, eq. 9).
 */
export async function readQuantile(sql: SqlSession, question: MetricQuestion): Promise<ReadGroups<QuantileReading>> {
  const quantile = question.metric.quantile ?? 0.5;
  const rows = await sql.query<QuantileRow>(statement(question, quantile), question.span.params.values);
  const named = rows.map((row) => ({ ...row, ...groupOf(row.g, question.segments) }));
  return byGroup(named, question.segments, (group) => {
    const arm = (name: ComparedArm): QuantileSums => {
      const row = group.find((one) => one.arm === name);
      if (row === undefined) return EMPTY;
      const { units, events, value, low, high, clusters } = row;
      return { units, events, value, low, high, clusters };
    };
    return { kind: 'quantile', quantile, arms: { baseline: arm('baseline'), candidate: arm('candidate') } };
  });
}

function groupOf(g: number, segments: readonly string[]): Grouped {
  const number = Math.floor(g / 2);
  const arm = g % 2 === 0 ? 'baseline' : 'candidate';
  if (number === 0) return { part: 'all', key: null, arm };
  const segment = segments[number - 1];
  return segment === undefined
    ? { part: 'day', key: String(number - segments.length - 1), arm }
    : { part: 'segment', key: segment, arm };
}

function statement({ metric, span, segments, apart, byDay }: MetricQuestion, quantile: number): string {
  const { params } = span;
  const { value } = sourcesOf(metric);
  if (value === null) throw new RangeError(`the quantile ${metric.name} has no source`);
  const to = params.add(span.to, 'timestamptz');
  const share = params.add(quantile, 'float8');
  const within = metric.within === undefined ? '' : `AND e.at < u.at + ${interval(metric.within)}`;
  const isApart = `u.segment = ANY(${params.add(apart, 'text[]')})`;
  const day = "floor(date_part('epoch', e.at - u.at) / 86400)";
  const isDay = byDay ? `u.at + (${day} + 1) * interval '1 day' <= ${to}` : 'false';
  const firstDay = segments.length + 1;
  const place = `array_position(${params.add(segments, 'text[]')}, u.segment)`;
  return `WITH event AS MATERIALIZED (
      SELECT g.number * 2 + (u.arm = 'candidate')::int4 AS g, u.id, e.value
      FROM pg_temp.experiment_unit AS u JOIN (${eventsOf(value.source, span)}) AS e USING (unit_hash)
      CROSS JOIN LATERAL unnest(ARRAY[
        CASE WHEN NOT ${isApart} THEN 0 END, ${place}, CASE WHEN NOT ${isApart} AND ${isDay} THEN ${firstDay} + ${day}::int4 END
      ]) AS g (number)
      WHERE g.number IS NOT NULL AND ${IS_COUNTED} AND e.at >= u.at AND e.at < ${to} ${within}
    ), middle AS (
      SELECT g, percentile_disc(${share}) WITHIN GROUP (ORDER BY value) AS value FROM event GROUP BY g
    ), unit AS (
      SELECT g, id, middle.value, count(*)::float8 AS n, count(*) FILTER (WHERE event.value <= middle.value)::float8 AS below
      FROM event JOIN middle USING (g) GROUP BY g, id, middle.value
    ), cluster AS (
      SELECT g, value AS middle, count(*) AS units, sum(n) AS n, sum(n * n) AS nn, sum(below) AS b, sum(below * below) AS bb, sum(n * below) AS nb
      FROM unit GROUP BY g, value
    ), spread AS (
      -- Half of the interval's width as a share of the events: of residuals below - share * n, over the events.
      SELECT *, ${NORMAL_975} * sqrt(greatest(0, bb - 2 * (b / n) * nb + (b / n) ^ 2 * nn) * units / greatest(units - 1, 1)) / n AS half
      FROM cluster
    ), ranked AS (
      SELECT *, greatest(1, floor(n * (${share} - half))) AS low_rank, least(n, ceil(n * (${share} + half))) AS high_rank FROM spread
    )
    -- A share half an event below a rank gives the event of that rank, whatever the last digit of a division.
    SELECT g, r.units::int8 AS units, r.n::int8 AS events, r.middle AS value,
      percentile_disc((r.low_rank - 0.5) / r.n) WITHIN GROUP (ORDER BY event.value) AS low,
      percentile_disc((r.high_rank - 0.5) / r.n) WITHIN GROUP (ORDER BY event.value) AS high,
      ARRAY[r.n, r.nn, r.b, r.bb, r.nb] AS clusters
    FROM ranked AS r JOIN event USING (g)
    GROUP BY g, r.units, r.n, r.nn, r.b, r.bb, r.nb, r.middle, r.low_rank, r.high_rank`;
}
