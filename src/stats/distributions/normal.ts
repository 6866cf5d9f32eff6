import { default as erfc } from '@stdlib/math-base-special-erfc';
import { default as stdlibQuantile } from '@stdlib/stats-base-dists-normal-quantile';
import { requireProbability } from '../sample/sample.js';

/** P(Z <= z) of the standard normal law; relative error below 1e-13 down to 1e-300. */
export function normalCdf(z: number): number {
  return normalSf(-z);
}

/** P(Z > z), not 1 - cdf, which would be 0 from z = 8.3 on. */
export function normalSf(z: number): number {
  const x = z / Math.SQRT2;
  const tail = erfc(x) / 2;
  // In a far tail the rounding of x alone costs 2 x^2 units in the last place: put it back, from both exact squares.
  return x > 3 && x < 27 ? tail * Math.exp(squareGap(x, z)) : tail;
}

/** x^2 - z^2 / 2, with the rounding errors of both squares. */
function squareGap(x: number, z: number): number {
  const [xHigh, xLow] = exactSquare(x);
  const [zHigh, zLow] = exactSquare(z);
  return xHigh - zHigh / 2 + (xLow - zLow / 2);
}

/** Source: T. J. Dekker (1971), Numerische Mathematik 18:224-242. */
function exactSquare(v: number): [number, number] {
  const scaled = 134217729 * v;
  const high = scaled - (scaled - v);
  const low = v - high;
  const square = v * v;
  return [square, high * high - square + 2 * high * low + low * low];
}

export function normalPdf(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * z with P(Z <= z) = p. The package's value is right to 2e-9 and infinite in the far tail, so Newton steps on erfc finish it.
 * @throws {RangeError} unless 0 < p < 1
 */
export function normalQuantile(p: number): number {
  requireProbability(p, 'probability');
  if (p > 0.5) return -normalQuantileLow(1 - p);
  return normalQuantileLow(p);
}

function normalQuantileLow(p: number): number {
  if (p === 0.5) return 0;
  // Asymptotic start where the package gives up: p ~ phi(z)/|z|.
  let z = p > 1e-15 ? stdlibQuantile(p, 0, 1) : -Math.sqrt(-2 * Math.log(p) - Math.log(-4 * Math.PI * Math.log(p)));
  for (let step = 0; step < 4; step += 1) {
    // Newton on log cdf, which is nearly quadratic in the tail and so converges from far away.
    const cdf = normalCdf(z);
    const change = (Math.log(cdf / p) * cdf) / normalPdf(z);
    z -= change;
    if (Math.abs(change) <= 1e-15 * Math.abs(z)) break;
  }
  return z;
}
