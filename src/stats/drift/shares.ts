import { requireSample, type Sample } from '../sample/sample.js';

/** Shares of two samples in the same bins or categories; each list sums to 1. */
export interface SharePair {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** One value a row: names, or numbers taken by their value. */
export type Categories = ArrayLike<string | number>;

/** A reference with no more distinct values than this is compared value by value, not in bins (Evidently). */
const MOST_VALUES = 20;

/**
 * Shares of a numeric feature in bins over both samples together: Sturges' number of bins of equal width, the last one closed.
 * A reference with few distinct values is taken value by value. Binning as Evidently 0.7 and numpy do it.
 * @returns with the bin edges where there are bins
 */
export function numericShares(reference: Sample, current: Sample): SharePair & { edges: number[] | null } {
  requireSample(reference, 'reference');
  requireSample(current, 'current');
  if (hasAtMost(reference, MOST_VALUES)) return { ...categoryShares(reference, current), edges: null };
  const [min, max] = rangeOf(reference, current);
  if (!Number.isFinite(max - min)) {
    // A range without a width has no bins: a quarter of every value has the same shares.
    const quarter = (values: Sample) => Float64Array.from(values, (value) => value / 4);
    const { edges, ...shares } = numericShares(quarter(reference), quarter(current));
    return { ...shares, edges: edges?.map((edge) => edge * 4) ?? null };
  }
  const edges = sturgesEdges(min, max, reference.length + current.length);
  return { edges, reference: binShares(reference, edges), current: binShares(current, edges) };
}

/** Shares of each category that occurs in either sample. @throws {RangeError} when one is empty */
export function categoryShares(reference: Categories, current: Categories): SharePair {
  const counts = countCategories(reference, current);
  return {
    reference: counts.map(([ours]) => ours / reference.length),
    current: counts.map(([, theirs]) => theirs / current.length),
  };
}

/** Counts of each category in (reference, current), in order of first appearance. @throws {RangeError} when one is empty */
export function countCategories(reference: Categories, current: Categories): [number, number][] {
  if (reference.length === 0 || current.length === 0)
    throw new RangeError(`${reference.length} reference and ${current.length} current values; need at least one each`);
  const counts = new Map<string | number, [number, number]>();
  for (const [side, values] of [reference, current].entries())
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i] as string | number;
      const found = counts.get(value) ?? [0, 0];
      counts.set(value, found);
      found[side as 0 | 1] += 1;
    }
  return [...counts.values()];
}

/** Whether the samples together have at most `most` distinct values; stops counting at the first too many. */
export function hasAtMost(values: Categories, most: number, alsoIn: Categories = []): boolean {
  const seen = new Set<string | number>();
  for (const sample of [values, alsoIn])
    for (let i = 0; i < sample.length; i += 1) {
      seen.add(sample[i] as string | number);
      if (seen.size > most) return false;
    }
  return true;
}

function rangeOf(...samples: readonly Sample[]): [min: number, max: number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const sample of samples)
    for (let i = 0; i < sample.length; i += 1) {
      const value = sample[i] as number;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  return [min, max];
}

/** Source: H. A. Sturges (1926), JASA 21:65-66: log2(n) + 1 bins. */
function sturgesEdges(min: number, max: number, values: number): number[] {
  const width = (max - min) / (Math.log2(values) + 1);
  const bins = Math.ceil((max - min) / width);
  const step = (max - min) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : i * step + min));
}

function binShares(values: Sample, edges: readonly number[]): number[] {
  const bins = edges.length - 1;
  const [min, max] = [edges[0] as number, edges[bins] as number];
  const counts = Array.from({ length: bins }, () => 0);
  // Infinite of a range near the smallest doubles.
  const scale = Math.min(bins / (max - min), Number.MAX_VALUE);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    let bin = Math.min(bins - 1, Math.floor((value - min) * scale));
    // The product above may be off by one bin next to an edge, among the smallest doubles by more; the edges decide.
    while (value < (edges[bin] as number)) bin -= 1;
    while (bin < bins - 1 && value >= (edges[bin + 1] as number)) bin += 1;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((count) => count / values.length);
}
