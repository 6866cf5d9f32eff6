import { quantiles, quantilesOfSorted } from '../sample/quantile.js';
import { type Random, seededRandom } from '../sample/random.js';
import { requireCount, requireProbability, requireSample, type Sample } from '../sample/sample.js';
import { sorted } from '../sample/sort.js';

export interface BootstrapPlan {
  /** The same seed gives the same interval, on every machine. */
  readonly seed: number;
  readonly resamples?: number;
  readonly confidence?: number;
}

export interface BootstrapInterval {
  readonly estimate: number;
  readonly standardError: number;
  readonly interval: [number, number];
}

/**
 * Percentile bootstrap of any statistic of two independent samples, treatment and control.
 * Source: B. Efron (1979), Annals of Statistics 7:1-26; percentile interval, Efron, Tibshirani (1993), ch. 13.
 * @param statistic must be a number for every resample
 * @throws {RangeError} for an empty sample, or a statistic that is not finite
 */
export function bootstrapDifference(
  treatment: Sample,
  control: Sample,
  statistic: (treatment: Float64Array, control: Float64Array) => number,
  { seed, resamples = 2000, confidence = 0.95 }: BootstrapPlan,
): BootstrapInterval {
  requireSample(treatment, 'treatment');
  requireSample(control, 'control');
  requireCount(resamples, 'resamples', 100);
  requireProbability(confidence, 'confidence');
  const random = seededRandom(seed);
  const values = new Float64Array(resamples);
  for (let i = 0; i < resamples; i += 1) values[i] = statistic(resample(treatment, random), resample(control, random));
  requireSample(values, 'resampled statistic');
  const mean = values.reduce((sum, value) => sum + value, 0) / resamples;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const tail = (1 - confidence) / 2;
  const [low = Number.NaN, high = Number.NaN] = quantilesOfSorted(sorted(values), [tail, 1 - tail]);
  return {
    estimate: statistic(new Float64Array(treatment), new Float64Array(control)),
    standardError: Math.sqrt(squares / (resamples - 1)),
    interval: [low, high],
  };
}

function resample(values: Sample, random: Random): Float64Array {
  const n = values.length;
  const drawn = new Float64Array(n);
  for (let i = 0; i < n; i += 1) drawn[i] = values[Math.floor(random() * n)] as number;
  return drawn;
}

export interface QuantileComparison {
  readonly q: number;
  readonly control: number;
  readonly treatment: number;
  readonly delta: number;
  /** treatment / control; null where the control's quantile is 0. */
  readonly ratio: number | null;
}

/** Quantiles side by side, for instance of latency, type 7. Oracle: test/stats/oracles/quantiles.json (delta). */
export function compareQuantiles(treatment: Sample, control: Sample, qs: readonly number[]): QuantileComparison[] {
  const [ours, theirs] = [quantiles(treatment, qs), quantiles(control, qs)];
  return qs.map((q, i) => {
    const [a, b] = [ours[i] as number, theirs[i] as number];
    return { q, control: b, treatment: a, delta: a - b, ratio: b === 0 ? null : a / b };
  });
}

/** Bootstrap interval of the difference of one quantile. */
export function quantileDifference(
  treatment: Sample,
  control: Sample,
  q: number,
  plan: BootstrapPlan,
): BootstrapInterval {
  return bootstrapDifference(treatment, control, (a, b) => at(a, q) - at(b, q), plan);
}

function at(values: Float64Array, q: number): number {
  return quantiles(values, [q])[0] as number;
}
