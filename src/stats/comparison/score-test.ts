import { assertCounts, type Counts, share } from './proportion.js';

/** A standardised distance from the null hypothesis, and the standard error it was divided by. */
export interface Score {
  readonly z: number;
  readonly standardError: number;
}

/**
 * Score test of "a's share exceeds b's by `margin`", with the variance that holds under exactly that (margin 0: the pooled one).
 * Source: C. P. Farrington, G. Manning (1990), Statistics in Medicine 9:1447-1454. Checked against
 * a direct maximisation of the likelihood with scipy (test/stats/comparison.test.ts).
 * @param margin in -1..1
 * @returns null where no variance is left: no success, or nothing else, in both arms at margin 0
 */
export function scoreTest(a: Counts, b: Counts, margin = 0): Score | null {
  assertCounts(a);
  assertCounts(b);
  if (!(margin > -1 && margin < 1)) throw new RangeError(`margin ${margin} is not between -1 and 1`);
  const difference = share(a) - share(b);
  const [p, q] = restrictedShares(a, b, margin);
  const variance = (p * (1 - p)) / a.trials + (q * (1 - q)) / b.trials;
  if (!(variance > 0)) return null;
  const standardError = Math.sqrt(variance);
  return { z: (difference - margin) / standardError, standardError };
}

/** The likeliest pair of shares that differ by exactly `margin`: the root of a cubic that lies within bounds. */
function restrictedShares(a: Counts, b: Counts, margin: number): [number, number] {
  const [p1, p2] = [share(a), share(b)];
  if (margin === 0) {
    const pooled = (a.successes + b.successes) / (a.trials + b.trials);
    return [pooled, pooled];
  }
  const theta = b.trials / a.trials;
  const third = 1 + theta;
  const second = -(third + p1 + theta * p2 + margin * (theta + 2));
  const first = margin ** 2 + margin * (2 * p1 + theta + 1) + p1 + theta * p2;
  const constant = -p1 * margin * (1 + margin);
  const centre = second / (3 * third);
  const v = centre ** 3 - (second * first) / (6 * third ** 2) + constant / (2 * third);
  const u = Math.sign(v || 1) * Math.sqrt(Math.max(0, centre ** 2 - first / (3 * third)));
  const angle = u === 0 ? 0 : (Math.PI + Math.acos(Math.min(1, Math.max(-1, v / u ** 3)))) / 3;
  const low = Math.max(0, margin);
  const high = Math.min(1, 1 + margin);
  const restricted = Math.min(high, Math.max(low, 2 * u * Math.cos(angle) - centre));
  return [restricted, restricted - margin];
}
