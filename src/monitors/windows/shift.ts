import { formatNumber } from '../../domain/quantity.js';
import { normalCdf } from '../../stats/distributions/normal.js';
import {
  type Column,
  columnDrift,
  type DriftMethod,
  defaultMethod,
  defaultThreshold,
} from '../../stats/drift/column.js';
import type { Dependence } from '../../stats/drift/dependence.js';
import { dependentKsTest, sharesP } from '../../stats/drift/dependent-tests.js';
import { jensenShannonDistance } from '../../stats/drift/divergence.js';
import { categoryShares, countCategories, hasAtMost, numericShares } from '../../stats/drift/shares.js';
import type { Sample } from '../../stats/sample/sample.js';
import { dependenceBetween, levelsOf, placesOf } from './in-time.js';

export type ShiftMethod = Exclude<DriftMethod, 'z'>;

/** How far two windows of one column lie apart. */
export interface Shift {
  readonly method: ShiftMethod;
  /** A distance; of ks and chisquare the p. */
  readonly score: number;
  /** What the distance is compared with; null for ks and chisquare, whose p is corrected with all others. */
  readonly threshold: number | null;
  /** Whether the distance reaches the threshold, or else `apart`; of ks and chisquare, whether it is more than a trifle. */
  readonly isFar: boolean;
  /** Numbers' distribution functions that lie far apart though the distance does not reach its threshold; null where that is not so. */
  readonly apart: { readonly gap: number; readonly limit: number } | null;
  /** Of a test of two samples, whatever the method. */
  readonly p: number;
  /** Jensen-Shannon distance, 0..0.83: the same scale for columns of every type. */
  readonly distance: number;
  /** How many rows say what one independent row would, 1 or more: `p` counts that in. */
  readonly dependence: number;
}

/** A shift of the mean by 0.1 deviations moves a normal distribution's function by 0.04, and its Jensen-Shannon distance to 0.035. */
const TRIFLES = { numbers: 0.04, categories: 0.03 } as const;

/**
 * A distance says how far, and never whether chance would go as far: a PSI of 0.1 is nothing unusual between two hundreds of rows. So each has
 * a test of two samples beside it, which counts the noise of both windows.
 * @param column its reference in the order of time
 * @param pace see inTime
 */
export function shiftOf(
  column: Column,
  given: { readonly method?: ShiftMethod | undefined; readonly threshold?: number | undefined } = {},
  pace: number | null = null,
): Shift {
  const method = given.method ?? chosenMethod(column);
  const { p, gap, dependence } = tested(column, pace);
  const distance = jensenShannonDistance(
    column.type === 'numeric'
      ? numericShares(column.reference, column.current)
      : categoryShares(column.reference, column.current),
  );
  const about = { method, p, distance, dependence, apart: null };
  if (method === 'ks' || method === 'chisquare') {
    const isFar = gap === undefined ? distance >= TRIFLES.categories : gap >= TRIFLES.numbers;
    return { ...about, score: p, threshold: null, isFar };
  }
  const threshold = given.threshold ?? defaultThreshold(method);
  const { score, drifted } = columnDrift(column, method, threshold);
  const limit = farGap(threshold);
  const apart = !drifted && gap !== undefined && gap > limit ? { gap, limit } : null;
  return { ...about, score, threshold, isFar: drifted || apart !== null, apart };
}

/** What it was judged by, for a finding: the distance, or the gap that it does not see. */
export function judgedBy({ method, score, threshold, p, distance, apart }: Shift) {
  const far =
    threshold === null ? `distance ${formatNumber(distance)}` : `${method} ${formatNumber(score)}, limit ${threshold}`;
  const gap =
    apart === null
      ? ''
      : `; distribution functions ${formatNumber(apart.gap)} apart, limit ${formatNumber(apart.limit)}`;
  return {
    words: `${far}${gap}, p ${p.toExponential(1)}`,
    value: apart?.gap ?? score,
    limit: apart?.limit ?? threshold,
  };
}

const FAR_SHIFT = 5;
/** Below it, PSI would be undercut: it grows with the square of a shift. */
const LEAST_THRESHOLD = 0.1;

/**
 * The gap from which on numbers lie far apart whatever a distance says. One value of 1e6 in a thousand makes the deviation of the reference, by which
 * Wasserstein's distance is divided, tens of thousands of times as large, and stretches the bins of the other distances until all else is in one; ranks
 * don't feel it. The gap is that of a normal distribution which moves by five thresholds: at 0.1 by half a deviation, 0.197. The distances come to 0.1
 * sooner, Wasserstein's by 0.1 deviations (gap 0.04), Jensen-Shannon's by 0.28 (0.11), PSI by 0.32 (0.13). So of ordinary numbers they alone decide, also
 * with a threshold of somebody's own; the gap speaks where the deviation, or the bins, are not those of most values.
 */
function farGap(threshold: number): number {
  return 2 * normalCdf((FAR_SHIFT * Math.max(threshold, LEAST_THRESHOLD)) / 2) - 1;
}

function chosenMethod(column: Column): ShiftMethod {
  const method = defaultMethod(column);
  return method === 'z' ? 'chisquare' : method;
}

/**
 * Few distinct numbers are categories; Kolmogorov and Smirnov's p is an upper bound where there are ties.
 * @returns `gap`: the largest between the distribution functions of numbers; outliers, which stretch bins, don't move it
 */
function tested({ type, reference, current }: Column, pace: number | null) {
  const sizes = { reference: reference.length, current: current.length };
  if (type === 'categorical' || hasAtMost(reference, 5, current)) {
    const dependence = dependenceBetween(() => placesOf(reference), sizes, pace);
    return { p: samePart(countCategories(reference, current), dependence), dependence: dependence.factor };
  }
  const dependence = dependenceBetween(() => levelsOf(reference as Sample), sizes, pace);
  const { statistic, pValue } = dependentKsTest(reference as Sample, current as Sample, dependence);
  return { p: pValue, gap: statistic, dependence: dependence.factor };
}

/** Below this, the chi-square distribution is no good in its far tail. */
const LEAST_EXPECTED = 10;

/** Do both windows have the categories in the same parts? Rare ones are put together. */
function samePart(counts: readonly (readonly [number, number])[], dependence: Dependence): number {
  const [n, m] = [0, 1].map((side) => counts.reduce((sum, pair) => sum + (pair[side] ?? 0), 0)) as [number, number];
  const smaller = Math.min(n, m) / (n + m);
  const expected = ([a, b]: readonly [number, number]) => (a + b) * smaller;
  const table: [number, number][] = [];
  let rest: [number, number] = [0, 0];
  for (const [a, b] of counts.toSorted((x, y) => expected(x) - expected(y))) {
    // From the rarest on; what has been put together may be enough itself.
    if (expected(rest) > 0 && expected(rest) < LEAST_EXPECTED) rest = [rest[0] + a, rest[1] + b];
    else if (expected([a, b]) < LEAST_EXPECTED) rest = [rest[0] + a, rest[1] + b];
    else table.push([a, b]);
  }
  if (rest[0] + rest[1] > 0) table.push(rest);
  return table.length < 2 ? 1 : sharesP(table, dependence);
}
