import { normalSf } from '../distributions/normal.js';
import { requireSample, type Sample } from '../sample/sample.js';
import { sorted } from '../sample/sort.js';

export type Alternative = 'two-sided' | 'less' | 'greater';

export interface MannWhitney {
  /** Pairs in which x is larger, ties counting one half. */
  readonly u: number;
  readonly pValue: number;
  readonly method: 'exact' | 'normal';
  /** Chance that a value of x is larger than one of y, ties half: u / (n m). */
  readonly commonLanguageEffect: number;
  /** 2 * common language effect - 1, in -1..1. */
  readonly rankBiserial: number;
}

/** Where the smaller sample has no more values than this, and nothing is tied, the exact law is used (scipy's rule). */
const EXACT_UP_TO = 8;

/**
 * Mann-Whitney U test: does one sample tend to larger values? Exact for small samples without ties, else normal with tie and
 * continuity correction. All values tied: p = 1, as there is no order at all.
 * Source: H. B. Mann, D. R. Whitney (1947), Annals of Mathematical Statistics 18(1):50-60. Oracle: test/stats/oracles/mann_whitney.json.
 * @throws {RangeError} for an empty sample or values that are not finite
 */
export function mannWhitneyTest(
  x: Sample,
  y: Sample,
  alternative: Alternative = 'two-sided',
  method: 'auto' | 'normal' = 'auto',
): MannWhitney {
  requireSample(x, 'x');
  requireSample(y, 'y');
  const [n, m] = [x.length, y.length];
  const { wins, ties, tieTerm } = countPairs(sorted(x), sorted(y));
  const u = wins + ties / 2;
  const share = u / (n * m);
  const exact = method === 'auto' && Math.min(n, m) <= EXACT_UP_TO && tieTerm === 0;
  return {
    u,
    pValue: exact ? exactP(u, n, m, alternative) : normalP(u, n, m, tieTerm, alternative),
    method: exact ? 'exact' : 'normal',
    commonLanguageEffect: share,
    rankBiserial: 2 * share - 1,
  };
}

export interface PairCounts {
  /** Pairs (i, j) with x_i > y_j, and with x_i = y_j. */
  readonly wins: number;
  readonly ties: number;
  /** Sum of t^3 - t over groups of equal values in both samples together. */
  readonly tieTerm: number;
}

/** One walk over both sorted samples. */
export function countPairs(x: Float64Array, y: Float64Array): PairCounts {
  let [i, j, wins, ties, tieTerm] = [0, 0, 0, 0, 0];
  while (i < x.length || j < y.length) {
    const value = i < x.length && (j >= y.length || (x[i] as number) <= (y[j] as number)) ? x[i] : y[j];
    const [fromX, fromY] = [i, j];
    while (i < x.length && x[i] === value) i += 1;
    while (j < y.length && y[j] === value) j += 1;
    const [a, b] = [i - fromX, j - fromY];
    wins += a * fromY;
    ties += a * b;
    const group = a + b;
    if (group > 1) tieTerm += group * (group * group - 1);
  }
  return { wins, ties, tieTerm };
}

function normalP(u: number, n: number, m: number, tieTerm: number, alternative: Alternative): number {
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  if (!(variance > 0)) return 1;
  const gap = u - (n * m) / 2;
  const z = (distance: number) => (distance - 0.5) / Math.sqrt(variance);
  if (alternative === 'two-sided') return Math.min(1, 2 * normalSf(z(Math.abs(gap))));
  return normalSf(z(alternative === 'greater' ? gap : -gap));
}

/** @param u an integer: exact p is taken without ties only */
function exactP(u: number, n: number, m: number, alternative: Alternative): number {
  const mirrored = n * m - u;
  if (alternative === 'less') return lowerTail(u, n, m);
  if (alternative === 'greater') return lowerTail(mirrored, n, m);
  return Math.min(1, 2 * lowerTail(Math.min(u, mirrored), n, m));
}

/** P(U <= u). The law is symmetric, so that the smaller half is counted and the other subtracted. */
function lowerTail(u: number, n: number, m: number): number {
  const middle = Math.floor((n * m - 1) / 2);
  if (u > middle) return 1 - (n * m - u - 1 < 0 ? 0 : lowerTail(n * m - u - 1, n, m));
  const counts = orderCounts(u, Math.min(n, m), Math.max(n, m));
  let total = 1;
  for (let i = 1; i <= Math.min(n, m); i += 1) total *= (Math.max(n, m) + i) / i;
  return counts.reduce((sum, count) => sum + count, 0) / total;
}

/**
 * How many of the orders give U = 0..most: coefficients of the Gaussian binomial, by multiplying with 1 - q^(m+i) and dividing by
 * 1 - q^i. Source: Mann, Whitney (1947), section 4.
 */
function orderCounts(most: number, n: number, m: number): Float64Array {
  const counts = new Float64Array(most + 1);
  counts[0] = 1;
  for (let i = 1; i <= n; i += 1) {
    for (let k = most; k >= m + i; k -= 1) counts[k] = (counts[k] as number) - (counts[k - m - i] as number);
    for (let k = i; k <= most; k += 1) counts[k] = (counts[k] as number) + (counts[k - i] as number);
  }
  return counts;
}
