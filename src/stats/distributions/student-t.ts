import { default as stdlibCdf } from '@stdlib/stats-base-dists-t-cdf';
import { default as stdlibQuantile } from '@stdlib/stats-base-dists-t-quantile';
import { requireProbability } from '../sample/sample.js';

/** P(T > t) with df > 0 degrees of freedom (not necessarily an integer). */
export function studentTSf(t: number, df: number): number {
  // The package keeps its digits in the lower tail only.
  return stdlibCdf(-t, df);
}

/** P(T <= t). */
export function studentTCdf(t: number, df: number): number {
  return studentTSf(-t, df);
}

/** P(|T| >= |t|): the two-sided p-value. */
export function studentTTwoSided(t: number, df: number): number {
  return 2 * stdlibCdf(-Math.abs(t), df);
}

/** t with P(T <= t) = p. @throws {RangeError} unless 0 < p < 1 */
export function studentTQuantile(p: number, df: number): number {
  requireProbability(p, 'probability');
  return stdlibQuantile(p, df);
}
