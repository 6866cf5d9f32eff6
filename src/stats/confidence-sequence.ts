/**
 * Asymptotic confidence sequences: intervals for a mean that hold at every look at once, so that one may watch an
 * experiment and stop whenever the bound is crossed. They need only the estimate, its standard error and the count.
 * Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy, A. Ramdas (2021), arXiv:2103.06476, eq. 9, 134, 155, 161.
 * Oracle: test/stats/oracles/sequential.json (asymptotic_cs).
 */

/**
 * The mixture parameter rho for which a sequence is narrowest at `tuning` observations.
 * @param alpha error probability in (0, 1) over all looks
 * @param tuning the number of observations at which the interval shall be narrowest, > 0
 */
export function mixtureRho(alpha: number, tuning: number): number {
  const l = -2 * Math.log(alpha);
  return Math.sqrt((l + Math.log(l + 1)) / tuning);
}

/**
 * Half-width of the two-sided sequence.
 * @param standardError of the estimate, >= 0, in the estimate's unit
 * @param n observations behind the estimate (both arms together), > 0
 */
export function twoSidedHalfwidth(standardError: number, n: number, alpha: number, tuning: number): number {
  const t = n * mixtureRho(alpha, tuning) ** 2;
  return standardError * Math.sqrt((2 * (t + 1) * Math.log(Math.sqrt(t + 1) / alpha)) / t);
}

/** How far a one-sided bound lies from the estimate; arguments as for the two-sided sequence. */
export function oneSidedHalfwidth(standardError: number, n: number, alpha: number, tuning: number): number {
  const t = n * mixtureRho(2 * alpha, tuning) ** 2;
  return standardError * Math.sqrt((2 * (t + 1) * Math.log(1 + Math.sqrt(t + 1) / (2 * alpha))) / t);
}
