import { largestSize, safeScale } from '../sample/scale.js';
import type { SharePair } from './shares.js';

/** What an empty bin counts in PSI and KL, whose logarithm needs more than 0. */
const EMPTY_SHARE = 1e-4;

/**
 * Population stability index: sum of (p - q) ln(p / q). Below 0.1 is taken as stable, above 0.25 as a shift (banking practice, no
 * test behind it). Empty bins count 1e-4, or a millionth of the smallest share where that is no more than 1e-4 itself.
 * Source: semantics of Evidently 0.7. Oracle: test/stats/oracles/psi.json.
 */
export function populationStability(shares: SharePair): number {
  return stabilityOf(filled(shares.reference), filled(shares.current));
}

/**
 * PSI of counts in given bins, each share at least `epsilon`, not renormed.
 * @throws {RangeError} when the lists differ in length, a count is negative, or one side is empty
 */
export function populationStabilityOfCounts(
  reference: readonly number[],
  current: readonly number[],
  epsilon = EMPTY_SHARE,
): number {
  if (reference.length !== current.length)
    throw new RangeError(`${reference.length} reference and ${current.length} current bins; need equal counts`);
  const floor = (counts: readonly number[], name: string) => {
    const bad = counts.find((count) => !(count >= 0 && count < Number.POSITIVE_INFINITY));
    if (bad !== undefined) throw new RangeError(`${name} has a bin with count ${bad}`);
    const scale = safeScale(largestSize(counts));
    const total = counts.reduce((sum, count) => sum + count / scale, 0);
    if (total === 0) throw new RangeError(`${name} counts are all 0`);
    return counts.map((count) => Math.max(count / scale / total, epsilon));
  };
  return stabilityOf(floor(reference, 'reference'), floor(current, 'current'));
}

/** Kullback-Leibler divergence of the reference from the current shares, in nats; empty bins as in PSI. */
export function kullbackLeibler(shares: SharePair): number {
  const [p, q] = [normed(filled(shares.reference)), normed(filled(shares.current))];
  return p.reduce((sum, share, i) => sum + share * Math.log(share / (q[i] as number)), 0);
}

/**
 * Jensen-Shannon distance: the square root of the divergence, natural logarithm, in 0..sqrt(ln 2).
 * Source: D. M. Endres, J. E. Schindelin (2003), IEEE Transactions on Information Theory 49(7):1858-1860.
 */
export function jensenShannonDistance(shares: SharePair): number {
  const [p, q] = [normed(shares.reference), normed(shares.current)];
  let divergence = 0;
  for (const [i, a] of p.entries()) {
    const b = q[i] as number;
    const middle = (a + b) / 2;
    if (a > 0) divergence += a * Math.log(a / middle);
    if (b > 0) divergence += b * Math.log(b / middle);
  }
  return Math.sqrt(Math.max(0, divergence / 2));
}

function stabilityOf(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, share, i) => sum + (share - (q[i] as number)) * Math.log(share / (q[i] as number)), 0);
}

function filled(shares: readonly number[]): number[] {
  // There may be more categories than a call takes arguments.
  const smallest = shares.reduce((least, share) => (share > 0 ? Math.min(least, share) : least), 1);
  const floor = smallest <= EMPTY_SHARE ? smallest / 1e6 : EMPTY_SHARE;
  return shares.map((share) => (share === 0 ? floor : share));
}

function normed(shares: readonly number[]): number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}
