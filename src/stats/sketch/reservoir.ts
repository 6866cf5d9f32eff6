import { seededRandom } from '../sample/random.js';
import { requireCount } from '../sample/sample.js';

/** A uniform sample of everything seen so far, of bounded size. Plain JSON; carried and added to again. */
export interface Reservoir<T> {
  readonly size: number;
  readonly seed: number;
  readonly seen: number;
  readonly values: readonly T[];
}

export function emptyReservoir<T>(size: number, seed: number): Reservoir<T> {
  requireCount(size, 'reservoir size', 1);
  return { size, seed, seen: 0, values: [] };
}

/**
 * Adds items in order. Each item seen so far is kept with the same chance. The draw for an item depends on the seed and its position
 * alone, so that batches add up to the same sample as one stream.
 * Source: J. S. Vitter (1985), ACM TOMS 11(1):37-57, algorithm R.
 */
export function addToReservoir<T>(reservoir: Reservoir<T>, items: Iterable<T>): Reservoir<T> {
  const values = [...reservoir.values];
  let { seen } = reservoir;
  for (const item of items) {
    seen += 1;
    if (values.length < reservoir.size) values.push(item);
    else {
      const slot = Math.floor(seededRandom(reservoir.seed + Math.imul(seen, 0x9e3779b1))() * seen);
      if (slot < reservoir.size) values[slot] = item;
    }
  }
  return { ...reservoir, seen, values };
}

/** One sample of two streams: slots are filled from either in proportion to what it has seen. */
export function mergeReservoirs<T>(a: Reservoir<T>, b: Reservoir<T>): Reservoir<T> {
  const size = Math.min(a.size, b.size);
  const random = seededRandom(a.seed ^ Math.imul(b.seed, 0x85ebca6b) ^ (a.seen + b.seen));
  const [left, right] = [[...a.values], [...b.values]];
  let [ours, theirs] = [a.seen, b.seen];
  const values: T[] = [];
  while (values.length < size && left.length + right.length > 0) {
    const fromLeft = right.length === 0 || (left.length > 0 && random() * (ours + theirs) < ours);
    const source = fromLeft ? left : right;
    const [picked] = source.splice(Math.floor(random() * source.length), 1);
    values.push(picked as T);
    if (fromLeft) ours -= 1;
    else theirs -= 1;
  }
  return { size, seed: a.seed, seen: a.seen + b.seen, values };
}
