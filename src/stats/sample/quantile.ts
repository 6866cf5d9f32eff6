import { requireSample, type Sample } from './sample.js';
import { pickRanks } from './select.js';

/**
 * Definitions of a sample quantile by R. J. Hyndman, Y. Fan (1996), The American Statistician 50(4):361-365, under numpy's names:
 * linear is type 7 (our default), inverted_cdf type 1, hazen 5, weibull 6, median_unbiased 8; lower and higher are the order
 * statistics on either side of the linear one.
 */
export type QuantileMethod = 'linear' | 'lower' | 'higher' | 'hazen' | 'weibull' | 'median_unbiased' | 'inverted_cdf';

/** Where a quantile lies in the sorted sample, 0-based and between ranks. */
const POSITION: Record<QuantileMethod, (q: number, n: number) => number> = {
  linear: (q, n) => q * (n - 1),
  lower: (q, n) => Math.floor(q * (n - 1)),
  higher: (q, n) => Math.ceil(q * (n - 1)),
  hazen: (q, n) => q * n - 0.5,
  weibull: (q, n) => q * (n + 1) - 1,
  median_unbiased: (q, n) => q * (n + 1 / 3) + 1 / 3 - 1,
  inverted_cdf: (q, n) => Math.ceil(q * n) - 1,
};

/** @throws {RangeError} for an empty sample, values that are not finite, or a q outside 0..1 */
export function quantiles(values: Sample, qs: readonly number[], method: QuantileMethod = 'linear'): number[] {
  requireSample(values, 'sample');
  for (const q of qs) requireQuantile(q);
  const ranks = qs.map((q) => place(q, values.length, method));
  const pick = pickRanks(
    values,
    ranks.flatMap(({ low, high }) => [low, high]),
  );
  return ranks.map(({ low, high, weight }) => blend(pick(low), pick(high), weight));
}

/** The same of a sample that is sorted already. */
export function quantilesOfSorted(
  order: Float64Array,
  qs: readonly number[],
  method: QuantileMethod = 'linear',
): number[] {
  return qs.map((q) => {
    const { low, high, weight } = place(q, order.length, method);
    return blend(order[low] as number, order[high] as number, weight);
  });
}

function requireQuantile(q: number): void {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile ${q} is outside 0..1`);
}

function place(q: number, n: number, method: QuantileMethod): { low: number; high: number; weight: number } {
  const position = Math.min(n - 1, Math.max(0, POSITION[method](q, n)));
  const low = Math.floor(position);
  return { low, high: Math.min(low + 1, n - 1), weight: position - low };
}

/** Interpolates from the nearer end, as numpy does, so that both agree to the last bits. */
function blend(low: number, high: number, weight: number): number {
  if (weight === 0 || low === high) return low;
  // Between giants of both signs.
  if (high - low === Number.POSITIVE_INFINITY) return low * (1 - weight) + high * weight;
  return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight);
}
