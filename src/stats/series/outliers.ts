import { medianAbsoluteDeviation } from 'simple-statistics';
import { momentsOf, varianceOf } from '../sample/moments.js';
import { quantilesOfSorted } from '../sample/quantile.js';
import { requireSample, type Sample } from '../sample/sample.js';
import { sorted } from '../sample/sort.js';

/** Distances from the mean in standard deviations (divisor n - 1); all 0 for a constant series. @throws {RangeError} for fewer than 2 values */
export function zScores(values: Sample): number[] {
  requireSample(values, 'series', 2);
  const moments = momentsOf(values);
  const { mean } = moments;
  const sd = Math.sqrt(varianceOf(moments));
  return Array.from(values, (value) => (sd === 0 ? 0 : (value - mean) / sd));
}

/** 0.6745 makes the MAD of a normal law a standard deviation. */
const NORMAL_MAD = 0.6745;

export interface RobustScores {
  readonly median: number;
  readonly mad: number;
  /** 0.6745 (x - median) / MAD; null where the MAD is 0, because more than half of the values are equal. */
  readonly scores: number[] | null;
}

/**
 * Distances from the median that a few wild values do not move; above 3.5 is unusual.
 * Source: B. Iglewicz, D. Hoaglin (1993), How to Detect and Handle Outliers. Oracle: test/stats/oracles/anomaly.json.
 */
export function robustScores(values: Sample): RobustScores {
  requireSample(values, 'series');
  const [median = Number.NaN] = quantilesOfSorted(sorted(values), [0.5]);
  const mad = medianAbsoluteDeviation(Array.from(values));
  if (mad === 0) return { median, mad, scores: null };
  return { median, mad, scores: Array.from(values, (value) => (NORMAL_MAD * (value - median)) / mad) };
}

/** [low, high]: quartiles moved out by `factor` interquartile ranges. Source: J. W. Tukey (1977), Exploratory Data Analysis. */
export function iqrFences(values: Sample, factor = 1.5): [number, number] {
  requireSample(values, 'series');
  const [q1 = Number.NaN, q3 = Number.NaN] = quantilesOfSorted(sorted(values), [0.25, 0.75]);
  return [q1 - factor * (q3 - q1), q3 + factor * (q3 - q1)];
}

/** Fences that keep at least the 1st to 99th percentile: Kayenta's, with its factor of 3. */
export function wideFences(values: Sample, factor = 3): [number, number] {
  const [low, high] = iqrFences(values, factor);
  const [p1 = Number.NaN, p99 = Number.NaN] = quantilesOfSorted(sorted(values), [0.01, 0.99]);
  return [Math.min(p1, low), Math.max(p99, high)];
}

/** Indexes of values whose robust score exceeds `limit`; with a MAD of 0, of all that differ from the median. */
export function anomalies(values: Sample, limit = 3.5): number[] {
  const { median, scores } = robustScores(values);
  const strange = (i: number) => (scores ? Math.abs(scores[i] as number) > limit : values[i] !== median);
  return Array.from({ length: values.length }, (_, i) => i).filter(strange);
}
