import type { ByArm, ComparedArm } from '../domain/experiment.js';
import type { ExperimentQuestion } from '../ports/experiment-data.js';
import { twoSidedHalfwidth } from '../stats/index.js';
import type { SqlSession } from './sql-client.js';

export interface ArmRecords {
  /** Requests that were answered: all of them are counted. */
  readonly answered: number;
  /** Predictions of these that are here: an even sample. */
  readonly recorded: number;
}

/** Chance of a false alarm over all looks at one evaluation, requests of both arms at which the test is sharpest, and the least loss that matters. */
const ALARM = 0.001;
const TUNING = 2000;
const LEAST_SHARE = 0.005;

/**
 * Gateways count all requests of an arm and record an even sample of their predictions. Where the sample of one arm is smaller by more than
 * chance, the rest was lost on its way. Both arms losing alike is not seen, and biases nothing.
 * @returns records that an arm should have more; null of both while one has no requests
 */
export async function lostRecords(sql: SqlSession, { scope }: ExperimentQuestion): Promise<ByArm<number | null>> {
  const { service, rolloutId, epochs } = scope;
  const inScope = `service = $1::text AND ($2::text IS NULL OR rollout_id = $2) AND ($3::int8 IS NULL OR epoch BETWEEN $3 AND $4::int8)
    AND arm IN ('baseline', 'candidate')`;
  const rows = await sql.query<ArmRecords & { readonly arm: ComparedArm }>(
    `SELECT arm, answered, coalesce(recorded, 0)::int8 AS recorded
     FROM (SELECT arm, sum(requests - errors)::int8 AS answered FROM sluice.arm_total WHERE ${inScope} GROUP BY arm) AS counted
     LEFT JOIN (SELECT arm, count(*) AS recorded FROM sluice.prediction WHERE ${inScope} AND status < 500 GROUP BY arm) AS kept USING (arm)`,
    [service, rolloutId ?? null, epochs?.[0] ?? null, epochs?.[1] ?? null],
  );
  const baseline = rows.find(({ arm }) => arm === 'baseline');
  const candidate = rows.find(({ arm }) => arm === 'candidate');
  if (!baseline?.answered || !candidate?.answered) return { baseline: null, candidate: null };
  return { baseline: missingRecords(baseline, candidate), candidate: missingRecords(candidate, baseline) };
}

/** By how many records an arm’s sample is smaller than the other’s; 0 where chance may have made it so, however often one looks. */
export function missingRecords(arm: ArmRecords, other: ArmRecords): number {
  // Counts are shipped a little later than records, so a share may be above 1 for a moment.
  const share = (of: ArmRecords) => Math.min(1, of.recorded / of.answered);
  const missing = share(other) - share(arm);
  const pooled = Math.min(1, (arm.recorded + other.recorded) / (arm.answered + other.answered));
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / arm.answered + 1 / other.answered));
  const chance = twoSidedHalfwidth(error, arm.answered + other.answered, ALARM, TUNING);
  return missing > Math.max(LEAST_SHARE, chance) ? Math.round(missing * arm.answered) : 0;
}
