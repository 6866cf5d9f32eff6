import { requireSample, type Sample } from '../sample/sample.js';
import { sorted } from '../sample/sort.js';

/**
 * Hodges-Lehmann shift: the median of all differences x_i - y_j, found without writing them down.
 * Source: J. L. Hodges, E. L. Lehmann (1963), Annals of Mathematical Statistics 34(2):598-611.
 * @throws {RangeError} for an empty sample or values that are not finite
 */
export function hodgesLehmannShift(x: Sample, y: Sample): number {
  requireSample(x, 'x');
  requireSample(y, 'y');
  const [a, b] = [sorted(x), sorted(y)];
  const pairs = a.length * b.length;
  const [lower, upper] = neighbours(a, b, Math.ceil(pairs / 2) - 1);
  return pairs % 2 === 1 ? lower : (lower + upper) / 2;
}

/** So many differences are few enough to be written down and sorted. */
const WRITE_DOWN = 2;

/**
 * The differences of 0-based rank `rank` and the next one. Halves the range of values until few differences are left in it; each
 * count is one walk over both samples.
 */
function neighbours(x: Float64Array, y: Float64Array, rank: number): [number, number] {
  const [n, m] = [x.length, y.length];
  let low = (x[0] as number) - (y[m - 1] as number);
  let high = (x[n - 1] as number) - (y[0] as number);
  // Ranks in (below, upTo] lie in (low, high]; the smallest differences equal `low` itself.
  let below = countUpTo(x, y, low);
  let upTo = n * m;
  if (rank < below) return [low, rank + 1 < below ? low : nextAbove(x, y, low)];
  while (upTo - below > WRITE_DOWN * (n + m)) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    const count = countUpTo(x, y, middle);
    if (count > rank) [high, upTo] = [middle, count];
    else [low, below] = [middle, count];
  }
  // Where halving stopped at neighbouring numbers, all that is left has one value.
  if (upTo - below > WRITE_DOWN * (n + m)) return [high, rank + 1 < upTo ? high : nextAbove(x, y, high)];
  const within = sorted(differencesIn(x, y, low, high, upTo - below));
  const value = within[rank - below] as number;
  return [value, within[rank - below + 1] ?? nextAbove(x, y, high)];
}

/** How many differences are <= value. x_i - y_j <= value holds for all j from some point on, which moves right with i. */
function countUpTo(x: Float64Array, y: Float64Array, value: number): number {
  const m = y.length;
  let j = 0;
  let count = 0;
  for (let i = 0; i < x.length; i += 1) {
    const a = x[i] as number;
    while (j < m && a - (y[j] as number) > value) j += 1;
    count += m - j;
  }
  return count;
}

/** The smallest difference above `value`; `value` itself when there is none. */
function nextAbove(x: Float64Array, y: Float64Array, value: number): number {
  let least = Number.POSITIVE_INFINITY;
  let j = 0;
  for (let i = 0; i < x.length; i += 1) {
    const a = x[i] as number;
    while (j < y.length && a - (y[j] as number) > value) j += 1;
    if (j > 0) least = Math.min(least, a - (y[j - 1] as number));
  }
  return least === Number.POSITIVE_INFINITY ? value : least;
}

/** All differences in (low, high]. */
function differencesIn(x: Float64Array, y: Float64Array, low: number, high: number, count: number): Float64Array {
  const found = new Float64Array(count);
  let [from, at] = [0, 0];
  for (let i = 0; i < x.length; i += 1) {
    const a = x[i] as number;
    while (from < y.length && a - (y[from] as number) > high) from += 1;
    for (let j = from; j < y.length && a - (y[j] as number) > low; j += 1) {
      found[at] = a - (y[j] as number);
      at += 1;
    }
  }
  return found;
}
