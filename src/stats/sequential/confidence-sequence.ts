import { requireProbability } from '../sample/sample.js';

/**
 * Asymptotic confidence sequences: intervals for a mean that hold at every look at once, so that one may watch an
 * experiment and stop whenever the bound is crossed. They need only the estimate, its standard error and the count, whatever the
 * estimate is of: a mean, a share, or a difference of either. The sums behind those three are mergeable, so no other state is kept.
 * Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy, A. Ramdas (2021), arXiv:2103.06476, eq. 9, 134, 155, 161.
 * Oracle: test/stats/oracles/sequential.json (asymptotic_cs).
 */

/**
 * The mixture parameter rho for which a sequence is narrowest at `tuning` observations.
 * @param alpha error probability in (0, 1) over all looks
 * @param tuning the number of observations at which the interval shall be narrowest, > 0
 */
export function mixtureRho(alpha: number, tuning: number): number {
  requireProbability(alpha, 'alpha');
  if (!(tuning > 0)) throw new RangeError(`tuning ${tuning} is not a number of observations > 0`);
  const l = -2 * Math.log(alpha);
  return Math.sqrt((l + Math.log(l + 1)) / tuning);
}

/**
 * Half-width of the two-sided sequence.
 * @param standardError of the estimate, >= 0, in the estimate's unit
 * @param n observations behind the estimate, > 0
 */
export function twoSidedHalfwidth(standardError: number, n: number, alpha: number, tuning: number): number {
  const t = n * mixtureRho(alpha, tuning) ** 2;
  return standardError * Math.sqrt((2 * (t + 1) * Math.log(Math.sqrt(t + 1) / alpha)) / t);
}

/** How far a one-sided bound lies from the estimate; arguments as for the two-sided sequence. */
export function oneSidedHalfwidth(standardError: number, n: number, alpha: number, tuning: number): number {
  if (!(alpha < 0.5)) throw new RangeError(`alpha ${alpha} of a one-sided sequence is not below 0.5`);
  const t = n * mixtureRho(2 * alpha, tuning) ** 2;
  return standardError * Math.sqrt((2 * (t + 1) * Math.log(1 + Math.sqrt(t + 1) / (2 * alpha))) / t);
}

/** Always-valid p-value of "no difference" at one look, two-sided; keep the smallest over all looks. */
export function sequenceP(estimate: number, standardError: number, n: number, alpha: number, tuning: number): number {
  if (!(standardError > 0)) throw new RangeError(`standard error ${standardError} is not > 0`);
  const rho2 = mixtureRho(alpha, tuning) ** 2;
  const t = n * rho2;
  const z2 = (estimate / standardError) ** 2;
  return Math.min(1, Math.sqrt(t + 1) * Math.exp((-t * z2) / (2 * (t + 1))));
}
