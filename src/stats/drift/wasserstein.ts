import { momentsOf } from '../sample/moments.js';
import { requireEqualLength, requireSample, type Sample } from '../sample/sample.js';
import { largestSize, safeScale } from '../sample/scale.js';
import { sorted } from '../sample/sort.js';

/**
 * Wasserstein-1 (earth mover's) distance between two samples: the area between their distribution functions, in the data's unit.
 * Source: S. S. Vallender (1974), Theory of Probability and its Applications 18(4):784-786. Oracle: test/stats/oracles/wasserstein.json.
 * @throws {RangeError} for an empty sample or values that are not finite
 */
export function wassersteinDistance(x: Sample, y: Sample): number {
  requireSample(x, 'x');
  requireSample(y, 'y');
  const scale = safeScale(largestSize(x, y));
  return scale * wassersteinOfSorted(sortedAt(scale, x), sortedAt(scale, y));
}

/** In units of `scale`: distances of giants are infinite, and what is made of them 0 or NaN, which no threshold takes for drift. */
function sortedAt(scale: number, values: Sample): Float64Array {
  const order = sorted(values);
  return scale === 1 ? order : order.map((value) => value / scale);
}

function wassersteinOfSorted(x: Float64Array, y: Float64Array): number {
  const [n, m] = [x.length, y.length];
  let area = 0;
  if (n === m) {
    for (let i = 0; i < n; i += 1) area += Math.abs((x[i] as number) - (y[i] as number));
    return area / n;
  }
  let [i, j] = [0, 0];
  // Nothing lies below the first value, wherever that is.
  let at = 0;
  while (i < n || j < m) {
    const next = i < n && (j >= m || (x[i] as number) <= (y[j] as number)) ? (x[i] as number) : (y[j] as number);
    area += Math.abs(i / n - j / m) * (next - at);
    at = next;
    while (i < n && x[i] === at) i += 1;
    while (j < m && y[j] === at) j += 1;
  }
  return area;
}

/** A constant reference has no spread to divide by; Evidently's floor. */
const LEAST_SPREAD = 0.001;

/** Distance in standard deviations (divisor n) of the reference, so that features of different units compare. */
export function normedWasserstein(reference: Sample, current: Sample): number {
  requireSample(reference, 'reference');
  requireSample(current, 'current');
  const scale = safeScale(largestSize(reference, current));
  const before = sortedAt(scale, reference);
  const { n, m2 } = momentsOf(before);
  return wassersteinOfSorted(before, sortedAt(scale, current)) / Math.max(Math.sqrt(m2 / n), LEAST_SPREAD / scale);
}

/**
 * Distance between weighted samples; weights are normed to sum 1.
 * @throws {RangeError} when lengths differ, a weight is negative, or all are 0
 */
export function weightedWasserstein(x: Sample, xWeights: Sample, y: Sample, yWeights: Sample): number {
  const points = [...weighted(x, xWeights, 'x', 1), ...weighted(y, yWeights, 'y', -1)].sort((a, b) => a.at - b.at);
  const scale = safeScale(largestSize(x, y));
  let [area, gap] = [0, 0];
  for (const [index, point] of points.entries()) {
    const previous = points[index - 1];
    if (previous) area += Math.abs(gap) * (point.at / scale - previous.at / scale);
    gap += point.mass;
  }
  return scale * area;
}

function weighted(values: Sample, weights: Sample, name: string, sign: 1 | -1): { at: number; mass: number }[] {
  requireSample(values, name);
  requireSample(weights, `${name} weights`);
  requireEqualLength(values, weights, `${name} and its weights`);
  const scale = safeScale(largestSize(weights));
  const total = Array.from(weights).reduce((sum, weight, i) => {
    if (weight < 0) throw new RangeError(`${name} weights[${i}] is ${weight}, below 0`);
    return sum + weight / scale;
  }, 0);
  if (total === 0) throw new RangeError(`${name} weights are all 0`);
  return Array.from(values, (at, i) => ({ at, mass: (sign * ((weights[i] as number) / scale)) / total }));
}
