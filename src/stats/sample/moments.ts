import type { Sample } from './sample.js';

/**
 * What a mean and a variance need of a sample: count, mean and the sum of squared deviations from it. Small, plain JSON, and
 * mergeable, so that a workflow can carry it and replicas can add theirs up.
 */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly m2: number;
}

export const NO_MOMENTS: Moments = { n: 0, mean: 0, m2: 0 };

/**
 * Two passes, the second of which corrects the first's rounding: right to 1e-9 relative even for values near 1e9 with a
 * variance of 1e-6. Four running sums each, because one would wait for its own last addition.
 * Source: T. F. Chan, G. H. Golub, R. J. LeVeque (1983), The American Statistician 37(3):242-247, eq. 1.7.
 * @param shift subtracted from every value first; a common shift near the data keeps differences of means exact
 * @returns moments of (value - shift)
 */
export function momentsOf(values: Sample, shift = 0): Moments {
  const n = values.length;
  if (n === 0) return NO_MOMENTS;
  const rough = shiftedSum(values, shift) / n;
  const centre = shift + rough;
  const rest = shift - centre + rough;
  let [d0, d1, s0, s1] = [0, 0, 0, 0];
  const even = n - (n % 2);
  for (let i = 0; i < even; i += 2) {
    const a = (values[i] as number) - centre;
    const b = (values[i + 1] as number) - centre;
    d0 += a;
    d1 += b;
    s0 += a * a;
    s1 += b * b;
  }
  if (even < n) {
    const a = (values[even] as number) - centre;
    d0 += a;
    s0 += a * a;
  }
  const drift = (d0 + d1) / n;
  return { n, mean: rough + (drift - rest), m2: Math.max(0, s0 + s1 - n * drift * drift) };
}

function shiftedSum(values: Sample, shift: number): number {
  const n = values.length;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += (values[i] as number) - shift;
    s1 += (values[i + 1] as number) - shift;
    s2 += (values[i + 2] as number) - shift;
    s3 += (values[i + 3] as number) - shift;
  }
  for (; i < n; i += 1) s0 += (values[i] as number) - shift;
  return s0 + s1 + (s2 + s3);
}

/** The moments of both samples together. Source: Chan, Golub, LeVeque (1983), eq. 2.1. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const n = a.n + b.n;
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  const delta = b.mean - a.mean;
  return { n, mean: a.mean + (delta * b.n) / n, m2: a.m2 + b.m2 + (delta * delta * a.n * b.n) / n };
}

/** @returns variance with divisor n - 1 @throws {RangeError} for fewer than 2 values */
export function varianceOf({ n, m2 }: Moments): number {
  if (n < 2) throw new RangeError(`variance of ${n} values; at least 2 are needed`);
  return m2 / (n - 1);
}
