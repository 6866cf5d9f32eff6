import type { PlaceboTest } from '../domain/impact-report.js';
import { segmentedRegression } from '../stats/impact/segmented-regression.js';
import { type BucketRange, chooseModel, type MetricSeries } from './buckets.js';
import type { Question } from './finding.js';
import type { SeriesAnalysis } from './regression.js';

/** More would take long and, as they overlap, tell no more. */
const MOST_RUNS = 12;
/** Fewer say nothing of how often changes are found where there are none. */
const FEWEST_RUNS = 3;
/** So many false finds are allowed, as a share: runs overlap, so one strange week is in several. */
const TOLERATED = 0.2;

/**
 * The same analysis at times before the rollout, when nothing was rolled out: what it finds there, it can't be trusted with. Effects are compared by their
 * errors, since a placebo has less time before it.
 */
export function placeboTest(
  { alpha }: Question,
  { before }: MetricSeries,
  { bucketMs }: BucketRange,
  real: SeriesAnalysis,
  after: number,
): PlaceboTest {
  if (real.fit === null) return notPossible('there is no regression to compare with');
  const length = Math.min(after, Math.floor(before.length / 3));
  const positions = thinned(range(Math.max(4, Math.ceil(before.length / 2)), before.length - length));
  const runs = positions.flatMap((position) => {
    const [earlier, later] = [before.slice(0, position), before.slice(position, position + length)];
    const chosen = chooseModel(bucketMs, { before: earlier, after: later });
    const start = later[0]?.bucket;
    if (chosen === null || start === undefined) return [];
    const part = [...earlier, ...chosen.series.after];
    if (isConstant(part.map(({ value }) => value))) return [];
    const timed = { times: part.map(({ bucket }) => bucket), values: part.map(({ value }) => value) };
    const { meanEffect } = segmentedRegression(timed, start, chosen.model, { confidence: 1 - alpha });
    // Numbers too large to be reckoned with find nothing, and are no proof that there is nothing to find.
    return meanEffect.interval.every(Number.isFinite) ? [meanEffect] : [];
  });
  if (runs.length < FEWEST_RUNS)
    return notPossible(
      `${before.length} buckets before the rollout are good for ${runs.length} placebos; ${FEWEST_RUNS} are needed`,
    );
  const found = runs.filter(({ pValue }) => pValue < alpha).length;
  const asLarge = runs.filter(({ t }) => Math.abs(t) >= Math.abs(real.fit?.meanEffect.t ?? 0)).length / runs.length;
  const { estimate: effect, interval } = runs.reduce((a, b) => (Math.abs(b.t) > Math.abs(a.t) ? b : a));
  const isClean = found <= TOLERATED * runs.length;
  const reason = `${runs.length} cutovers that never were, before the rollout: ${found} would have been called a change; ${Math.round(100 * asLarge)} % of their effects are as large as the real one`;
  return {
    runs: runs.length,
    found,
    asLarge,
    largest: { effect, interval },
    verdict: isClean ? 'clean' : 'not-clean',
    reason,
  };
}

function notPossible(reason: string): PlaceboTest {
  return { runs: 0, found: 0, asLarge: null, largest: null, verdict: 'not-possible', reason };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function thinned(positions: readonly number[]): number[] {
  const step = Math.max(1, Math.ceil(positions.length / MOST_RUNS));
  return positions.filter((_, i) => i % step === 0);
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}
