import type { ExperimentQuestion, ExperimentScope } from '../ports/experiment-data.js';
import type { SqlSession } from './sql-client.js';
import { SqlParams } from './sql-params.js';

/** What the compared arms did in the epochs of an evaluation, as a condition on exposures or predictions. */
export function scopeOf(params: SqlParams, { service, rolloutId, epochs }: ExperimentScope, to: string): string {
  return [
    `service = ${params.add(service, 'text')}`,
    ...(rolloutId === undefined ? [] : [`rollout_id = ${params.add(rolloutId, 'text')}`]),
    ...(epochs === undefined
      ? []
      : [`epoch BETWEEN ${params.add(epochs[0], 'int8')} AND ${params.add(epochs[1], 'int8')}`]),
    `at < ${params.add(to, 'timestamptz')}`,
    `arm IN ('baseline', 'candidate')`,
  ].join(' AND ');
}

/** Every exposed unit once, for one transaction: what all metrics are read over. */
export async function createUnits(sql: SqlSession): Promise<void> {
  await sql.script(`
    CREATE TEMPORARY TABLE experiment_unit (
      -- Events are grouped by it: much faster than by the hash.
      id        int4 GENERATED ALWAYS AS IDENTITY,
      unit_hash text NOT NULL,
      arm       text NOT NULL,
      segment   text NOT NULL,
      at        timestamptz NOT NULL,
      -- It met both arms; its assignment was salted otherwise; it did more than a person can.
      in_both   boolean NOT NULL,
      resalted  boolean NOT NULL,
      is_bot    boolean NOT NULL
    ) ON COMMIT DROP`);
}

/** What stands between a unit and being counted. */
export const IS_COUNTED = 'NOT u.in_both AND NOT u.is_bot';

/** Fills the table with the units that gateways saw meet an arm in the question's epochs. */
export async function addExposedUnits(sql: SqlSession, question: ExperimentQuestion, to: string): Promise<void> {
  const { scope, since, maxEventsPerHour } = question;
  const params = new SqlParams();
  const until = params.add(to, 'timestamptz');
  const service = `service = ${params.add(scope.service, 'text')}`;
  const inScope = scopeOf(params, scope, to);
  await sql.query(
    `INSERT INTO experiment_unit (unit_hash, arm, segment, at, in_both, resalted, is_bot)
     WITH exposed AS (
       SELECT x.*, r.salt FROM (SELECT * FROM sluice.exposure WHERE ${inScope}) AS x
       LEFT JOIN sluice.route_epoch AS r USING (service, epoch)
     ), own AS (
       SELECT salt FROM exposed WHERE salt IS NOT NULL ORDER BY epoch LIMIT 1
     ), met AS (
       SELECT unit_hash, min(arm) <> max(arm) AS in_both, bool_or(coalesce(salt <> (SELECT salt FROM own), false)) AS resalted
       FROM exposed GROUP BY unit_hash
     ), first_met AS (
       SELECT DISTINCT ON (unit_hash) unit_hash, arm, segment, at FROM exposed ORDER BY unit_hash, at, epoch
     ), answered AS (
       SELECT unit_hash, bool_or(arm = 'baseline') AS by_baseline, bool_or(arm = 'candidate') AS by_candidate
       FROM sluice.prediction WHERE ${inScope} GROUP BY unit_hash
     ), busy AS (${botsOf(params, { service, since, until, maxEventsPerHour })})
     SELECT unit_hash, arm, segment, at,
       in_both OR coalesce(CASE arm WHEN 'baseline' THEN by_candidate ELSE by_baseline END, false),
       resalted, busy.unit_hash IS NOT NULL
     FROM first_met JOIN met USING (unit_hash) LEFT JOIN answered USING (unit_hash) LEFT JOIN busy USING (unit_hash)`,
    params.values,
  );
  await sql.script('ANALYZE experiment_unit');
}

/** Units whose predictions and feedback within one hour of the clock are too many. */
function botsOf(
  params: SqlParams,
  asked: { service: string; since: string; until: string; maxEventsPerHour: number | null },
): string {
  const { service, since, until, maxEventsPerHour } = asked;
  if (maxEventsPerHour === null) return 'SELECT NULL::text AS unit_hash WHERE false';
  const from = params.add(since, 'timestamptz');
  const limit = params.add(maxEventsPerHour, 'int8');
  const deeds = `(SELECT unit_hash, at FROM sluice.prediction WHERE ${service} AND at >= ${from} AND at < ${until} AND arm <> 'shadow'
      UNION ALL
      SELECT unit_hash, occurred_at FROM sluice.feedback
      WHERE ${service} AND occurred_at >= ${from} AND received_at < ${until} AND unit_hash IS NOT NULL) AS deed`;
  // Hours are counted of those only who did as much over all of the time.
  return `SELECT DISTINCT unit_hash FROM ${deeds}
    WHERE unit_hash IN (SELECT unit_hash FROM ${deeds} GROUP BY unit_hash HAVING count(*) > ${limit})
    GROUP BY unit_hash, date_trunc('hour', at) HAVING count(*) > ${limit}`;
}

/** Fills the table with all units of a stretch of time before an experiment, each from its first prediction on. */
export async function addKnownUnits(sql: SqlSession, service: string, since: string, to: string): Promise<void> {
  await sql.query(
    `INSERT INTO experiment_unit (unit_hash, arm, segment, at, in_both, resalted, is_bot)
     SELECT unit_hash, 'baseline', '', min(at), false, false, false FROM sluice.prediction
     WHERE service = $1::text AND at >= $2::timestamptz AND at < $3::timestamptz AND arm <> 'shadow'
     GROUP BY unit_hash`,
    [service, since, to],
  );
  await sql.script('ANALYZE experiment_unit');
}
