import type { ByArm, ComparedArm, ExperimentIntegrity } from '../domain/experiment.js';
import type { MetricDefinition } from '../domain/spec/metric-definition.js';
import type { ExperimentQuestion } from '../ports/experiment-data.js';
import {
  CLOCK_TOLERANCE,
  type EventSpan,
  feedbackOfUnits,
  feedbackTime,
  IS_FUTURE,
  sourcesOfAll,
} from './experiment-events.js';
import { lostRecords } from './experiment-losses.js';
import { IS_COUNTED, scopeOf } from './experiment-units.js';
import type { SqlSession } from './sql-client.js';
import { SqlParams } from './sql-params.js';

/** Counts what may void a verdict, over the units that were added. */
export async function readIntegrity(
  sql: SqlSession,
  question: ExperimentQuestion,
  span: EventSpan,
): Promise<ExperimentIntegrity> {
  const units = await countUnits(sql, question);
  const told = await countFeedback(sql, question, span);
  const elsewhere = await countElsewhere(sql, question, span);
  return {
    ...units,
    expectedShare: await expectedShare(sql, question, span.to),
    beforeExposure: told.beforeExposure + elsewhere.beforeExposure,
    fromFuture: told.fromFuture + elsewhere.fromFuture,
    unexposed: told.unexposed,
    dropped: await lostRecords(sql, question),
    currencies: told.currencies,
  };
}

interface UnitCount {
  readonly arm: ComparedArm;
  readonly segment: string;
  readonly counted: number;
  readonly bots: number;
  readonly inBoth: number;
  readonly resalted: number;
}

type UnitCounts = Pick<ExperimentIntegrity, 'units' | 'segments' | 'inBothArms' | 'salts' | 'bots'>;

async function countUnits(sql: SqlSession, { segments, apart }: ExperimentQuestion): Promise<UnitCounts> {
  const rows = await sql.query<UnitCount>(
    `SELECT arm, segment, count(*) FILTER (WHERE ${IS_COUNTED})::int8 AS counted,
       count(*) FILTER (WHERE is_bot AND NOT in_both)::int8 AS bots,
       count(*) FILTER (WHERE in_both)::int8 AS "inBoth", count(*) FILTER (WHERE resalted)::int8 AS resalted
     FROM pg_temp.experiment_unit AS u GROUP BY arm, segment`,
  );
  const sum = (of: keyof UnitCount & ('counted' | 'bots' | 'inBoth' | 'resalted'), is: (row: UnitCount) => boolean) =>
    rows.filter(is).reduce((total, row) => total + row[of], 0);
  const byArm = (of: 'counted' | 'bots', is: (row: UnitCount) => boolean): ByArm<number> => ({
    baseline: sum(of, (row) => row.arm === 'baseline' && is(row)),
    candidate: sum(of, (row) => row.arm === 'candidate' && is(row)),
  });
  const isTogether = ({ segment }: UnitCount) => !apart.includes(segment);
  return {
    units: byArm('counted', isTogether),
    segments: Object.fromEntries(segments.map((name) => [name, byArm('counted', ({ segment }) => segment === name)])),
    inBothArms: sum('inBoth', () => true),
    salts: sum('resalted', () => true),
    bots: byArm('bots', () => true),
  };
}

/** Of the epochs under which units were exposed. The ledger notes an epoch a moment after the gateways have it, so units may be here first. */
async function expectedShare(
  sql: SqlSession,
  { scope }: ExperimentQuestion,
  to: string,
): Promise<ExperimentIntegrity['expectedShare']> {
  const params = new SqlParams();
  const [row] = await sql.query<{ weights: number[] | null; unknown: number }>(
    `SELECT array_agg(DISTINCT weight) AS weights, count(*) FILTER (WHERE weight IS NULL)::int8 AS unknown
     FROM (SELECT DISTINCT service, epoch FROM sluice.exposure WHERE ${scopeOf(params, scope, to)}) AS x
     LEFT JOIN sluice.route_epoch USING (service, epoch)`,
    params.values,
  );
  const [weight, ...others] = row?.weights ?? [];
  if (others.length > 0) return null;
  return row?.unknown === 0 && weight !== undefined ? weight / 100 : 'not-noted';
}

interface FeedbackCount {
  readonly currency: string | null;
  readonly beforeExposure: number;
  readonly fromFuture: number;
  readonly unexposed: number;
  /** Of revenue alone. */
  readonly counted: number;
}

async function countFeedback(sql: SqlSession, question: ExperimentQuestion, span: EventSpan) {
  const kinds = feedbackKinds(question.metrics);
  const totals = { beforeExposure: 0, fromFuture: 0, unexposed: 0, currencies: {} as Record<string, number> };
  for (const kind of kinds) {
    const rows = await countKind(sql, kind, question, span);
    for (const row of rows) {
      totals.beforeExposure += row.beforeExposure;
      totals.fromFuture += row.fromFuture;
      totals.unexposed += row.unexposed;
      if (kind === 'revenue' && row.counted > 0) totals.currencies[row.currency ?? ''] = row.counted;
    }
  }
  return totals;
}

function feedbackKinds(metrics: readonly MetricDefinition[]): Set<string> {
  return new Set(
    sourcesOfAll(metrics).flatMap((source) => {
      if ('feedback' in source) return [source.feedback];
      return 'outcome' in source && source.outcome === 'accuracy' ? ['label'] : [];
    }),
  );
}

async function countKind(
  sql: SqlSession,
  kind: string,
  { scope, since }: ExperimentQuestion,
  span: EventSpan,
): Promise<FeedbackCount[]> {
  const params = new SqlParams();
  const own: EventSpan = { ...span, params, from: since };
  const began = params.add(since, 'timestamptz');
  // Of a prediction, its epoch says whether it was the experiment's; of a unit alone, the time does.
  const ofExperiment =
    scope.epochs === undefined
      ? 'true'
      : `(f.epoch IS NULL OR f.epoch BETWEEN ${params.add(scope.epochs[0], 'int8')} AND ${params.add(scope.epochs[1], 'int8')})`;
  const columns = `f.epoch, f.arm, f.currency, ${IS_FUTURE} AS is_future, ${feedbackTime(kind)} AS at, f.received_at`;
  return sql.query<FeedbackCount>(
    `SELECT currency,
       count(*) FILTER (WHERE is_future)::int8 AS "fromFuture",
       count(*) FILTER (WHERE NOT is_future AND f.at >= ${began} AND f.at < u.at)::int8 AS "beforeExposure",
       count(*) FILTER (WHERE NOT is_future AND f.at >= ${began} AND u.unit_hash IS NULL AND ${ofExperiment}
         AND (f.arm IS NULL OR f.arm IN ('baseline', 'candidate')))::int8 AS unexposed,
       count(*) FILTER (WHERE NOT is_future AND f.at >= u.at AND ${IS_COUNTED})::int8 AS counted
     FROM (${feedbackOfUnits(kind, columns, own, 'and what is from the future')}) AS f
     LEFT JOIN pg_temp.experiment_unit AS u ON u.unit_hash = f.unit
     GROUP BY currency`,
    params.values,
  );
}

/** Predictions from the future, and the same two counts of what came from other databases: those know everybody, so who is not exposed is no news. */
async function countElsewhere(sql: SqlSession, { scope, since }: ExperimentQuestion, { reading }: EventSpan) {
  const [row] = await sql.query<{ beforeExposure: number; fromFuture: number }>(
    `SELECT
       (SELECT count(*) FROM sluice.experiment_event AS e JOIN pg_temp.experiment_unit AS u USING (unit_hash)
        WHERE e.reading = $1::text AND e.at >= $3::timestamptz AND e.at < u.at)::int8 AS "beforeExposure",
       ((SELECT count(*) FROM sluice.experiment_event AS e WHERE e.reading = $1 AND e.at > now() + ${CLOCK_TOLERANCE})
        + (SELECT count(*) FROM sluice.prediction WHERE service = $2::text AND at > now() + ${CLOCK_TOLERANCE}))::int8 AS "fromFuture"`,
    [reading, scope.service, since],
  );
  return row ?? { beforeExposure: 0, fromFuture: 0 };
}
