/**
 * A mergeable latency histogram with logarithmic buckets: bucket i holds values in (gamma^(i-1), gamma^i] milliseconds, so
 * every quantile is right to `RELATIVE_ERROR`. Merging is adding counts, which a database can do as well.
 * Source: C. Masson, J. E. Rim, H. K. Lee (2019), DDSketch, PVLDB 12(12):2195-2205, section 2.1.
 */
export const RELATIVE_ERROR = 0.01;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
/** Shorter than any answer over a network: 1 microsecond. Keeps 0 out of the logarithm. */
const SHORTEST_MS = 0.001;

/** Counts by bucket index; JSON keys are text. */
export type SketchCounts = Readonly<Record<string, number>>;

/** @param ms a latency >= 0 @throws {RangeError} when it is negative, NaN or infinite */
export function bucketIndex(ms: number): number {
  if (!(ms >= 0) || ms === Number.POSITIVE_INFINITY)
    throw new RangeError(`latency ${ms} ms is not a finite number >= 0`);
  return Math.ceil(Math.log(Math.max(ms, SHORTEST_MS)) / LOG_GAMMA);
}

/** The value that stands for a bucket: the one with equal relative distance to both its ends. */
export function bucketValue(index: number): number {
  return (2 * GAMMA ** index) / (GAMMA + 1);
}

export function mergeSketches(...sketches: readonly SketchCounts[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const sketch of sketches)
    for (const [index, count] of Object.entries(sketch)) merged[index] = (merged[index] ?? 0) + count;
  return merged;
}

export function sketchCount(sketch: SketchCounts): number {
  return Object.values(sketch).reduce((sum, count) => sum + count, 0);
}

/**
 * The q-quantile (nearest rank) in milliseconds, within `RELATIVE_ERROR` of the exact one.
 * @throws {RangeError} when the sketch is empty or q is outside 0..1
 */
export function sketchQuantile(sketch: SketchCounts, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile ${q} is outside 0..1`);
  const total = sketchCount(sketch);
  if (total === 0) throw new RangeError('quantile of an empty sketch');
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (const index of sortedIndexes(sketch)) {
    seen += sketch[index] ?? 0;
    if (seen >= rank) return bucketValue(index);
  }
  throw new RangeError(`sketch counts do not add up to ${total}`);
}

/** How many values lie in buckets above the one that holds `ms`. */
export function countAbove(sketch: SketchCounts, ms: number): number {
  const limit = bucketIndex(ms);
  return sortedIndexes(sketch).reduce((sum, index) => (index > limit ? sum + (sketch[index] ?? 0) : sum), 0);
}

function sortedIndexes(sketch: SketchCounts): number[] {
  return Object.keys(sketch)
    .map(Number)
    .sort((a, b) => a - b);
}
