import type { QuantileSums, UnitReading, UnitSums } from '../domain/experiment.js';
import type { ImpactMeasure, ImpactSum } from '../domain/impact-measure.js';
import type { HoldbackQuestion, HoldbackUnits } from '../ports/impact-data.js';
import { heldAndKept, impactEvents, metAfter } from './impact-events.js';
import type { SqlClient, SqlSession } from './sql-client.js';
import { SqlParams } from './sql-params.js';

type Who = 'held' | 'kept';

/** By unit, over what it did after the cutover: sums of its values, and of what they are divided by. */
export function readHoldbackUnits(
  client: SqlClient,
  measure: ImpactMeasure,
  groups: HoldbackQuestion,
): Promise<UnitReading> {
  return client.transaction(async (sql) => {
    await sql.query('SET LOCAL enable_nestloop = off');
    return measure.kind === 'ratio' ? momentsOf(sql, measure, groups) : quantileOf(sql, measure, groups);
  });
}

export async function countHoldback(client: SqlClient, groups: HoldbackQuestion): Promise<HoldbackUnits> {
  const params = new SqlParams();
  const [row] = await client.query<HoldbackUnits>(
    `SELECT count(*) FILTER (WHERE is_held AND NOT is_kept)::int8 AS held, count(*) FILTER (WHERE is_kept AND NOT is_held)::int8 AS kept,
       count(*) FILTER (WHERE is_held AND is_kept)::int8 AS both
     FROM (${metAfter(groups, params)}) AS met`,
    params.values,
  );
  return row ?? { held: 0, kept: 0, both: 0 };
}

interface MomentsRow {
  readonly who: Who;
  readonly units: number;
  readonly v: number;
  readonly d: number;
  readonly vv: number;
  readonly vd: number;
  readonly dd: number;
}

async function momentsOf(
  sql: SqlSession,
  { value, over }: Extract<ImpactMeasure, { kind: 'ratio' }>,
  groups: HoldbackQuestion,
): Promise<UnitReading> {
  const params = new SqlParams();
  const ofUnits = over === 'units';
  const rows = await sql.query<MomentsRow>(
    `SELECT who, count(*)::int8 AS units, sum(v) AS v, sum(d) AS d, sum(v * v) AS vv, sum(v * d) AS vd, sum(d * d) AS dd
     FROM (SELECT who, coalesce(top.value, 0) AS v, ${ofUnits ? '1::float8' : 'coalesce(bottom.value, 0)'} AS d
       FROM (${heldAndKept(groups, params)}) AS g LEFT JOIN (${perUnit(value, groups, params)}) AS top USING (unit)
       ${ofUnits ? '' : `LEFT JOIN (${perUnit(over, groups, params)}) AS bottom USING (unit)`}) AS unit
     GROUP BY who`,
    params.values,
  );
  const arm = (who: Who): UnitSums => {
    const row = rows.find((one) => one.who === who);
    if (row === undefined)
      return {
        units: 0,
        sums: ofUnits ? [0] : [0, 0],
        products: ofUnits
          ? [[0]]
          : [
              [0, 0],
              [0, 0],
            ],
      };
    const { units, v, d, vv, vd, dd } = row;
    return ofUnits
      ? { units, sums: [v], products: [[vv]] }
      : {
          units,
          sums: [v, d],
          products: [
            [vv, vd],
            [vd, dd],
          ],
        };
  };
  return {
    kind: 'moments',
    columns: ofUnits ? ['value'] : ['value', 'denominator'],
    arms: { baseline: arm('held'), candidate: arm('kept') },
  };
}

const TAKEN = { sum: 'sum(value)', count: 'count(*)', any: 'max((value > 0)::int4)' } as const;

function perUnit({ source, take }: ImpactSum, groups: HoldbackQuestion, params: SqlParams): string {
  return `SELECT unit, ${TAKEN[take]}::float8 AS value FROM (${impactEvents(source, groups, params)}) AS e GROUP BY unit`;
}

interface QuantileRow extends Omit<QuantileSums, 'value' | 'low' | 'high'> {
  readonly who: Who;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const NORMAL_975 = 1.959963984540054;
const EMPTY: QuantileSums = { units: 0, events: 0, value: null, low: null, high: null, clusters: [0, 0, 0, 0, 0] };

/** As experiment-quantile.ts reads them: the ranks of the interval come from the share of events that are not above the quantile, with units as clusters. */
async function quantileOf(
  sql: SqlSession,
  { source, quantile }: Extract<ImpactMeasure, { kind: 'quantile' }>,
  groups: HoldbackQuestion,
): Promise<UnitReading> {
  const params = new SqlParams();
  const share = params.add(quantile, 'float8');
  const rows = await sql.query<QuantileRow>(
    `WITH event AS (
       SELECT who, unit, value FROM (${impactEvents(source, groups, params)}) AS e JOIN (${heldAndKept(groups, params)}) AS g USING (unit)
     ), middle AS (
       SELECT who, count(*)::int8 AS events, percentile_disc(${share}) WITHIN GROUP (ORDER BY value) AS value FROM event GROUP BY who
     ), unit AS (
       SELECT e.who, count(*)::float8 AS n, count(*) FILTER (WHERE e.value <= m.value)::float8 AS below
       FROM event AS e JOIN middle AS m USING (who) GROUP BY e.who, e.unit
     ), cluster AS (
       SELECT who, count(*) AS units, sum(n) AS n, sum(n * n) AS nn, sum(below) AS b, sum(below * below) AS bb, sum(n * below) AS nb
       FROM unit GROUP BY who
     ), spread AS (
       SELECT *, ${NORMAL_975} * sqrt(greatest(0, bb - 2 * (b / n) * nb + (b / n) ^ 2 * nn) * units / greatest(units - 1, 1)) / n AS half
       FROM cluster
     ), ordered AS (
       SELECT who, value, row_number() OVER (PARTITION BY who ORDER BY value) AS rank FROM event
     )
     SELECT s.who, s.units::int8 AS units, m.events, m.value,
       min(o.value) FILTER (WHERE o.rank = greatest(1, floor(s.n * (${share} - half)))) AS low,
       min(o.value) FILTER (WHERE o.rank = least(s.n, ceil(s.n * (${share} + half)))) AS high,
       ARRAY[s.n, s.nn, s.b, s.bb, s.nb] AS clusters
     FROM spread AS s JOIN middle AS m USING (who) JOIN ordered AS o USING (who)
     GROUP BY s.who, s.units, m.events, m.value, s.n, s.nn, s.b, s.bb, s.nb`,
    params.values,
  );
  const arm = (who: Who): QuantileSums => {
    const row = rows.find((one) => one.who === who);
    if (row === undefined) return EMPTY;
    const { who: _, ...sums } = row;
    return sums;
  };
  return { kind: 'quantile', quantile, arms: { baseline: arm('held'), candidate: arm('kept') } };
}
