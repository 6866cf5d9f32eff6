import { studentTQuantile, studentTTwoSided } from '../distributions/student-t.js';
import { requireCount, requireEqualLength, requireProbability, type Sample } from '../sample/sample.js';
import { firstOrderErrors } from './first-order-errors.js';
import { durbinWatson } from './interrupted-series.js';
import { autocorrelationCovariance, defaultLags, type Fit, leastSquares, squares } from './least-squares.js';

/**
 * A rhythm of the series: sines and cosines of this period and its fractions. With (period - 1) / 2 of them any pattern can be followed. Where no more of its
 * phases occur before the intervention than there are such waves (weeks without weekends), each phase has a column of its own instead, but for the first.
 */
interface Season {
  /** In whole steps. */
  readonly period: number;
  readonly harmonics: number;
}

export interface SegmentedModel {
  readonly hasTrend: boolean;
  /** Whether the slope may change at the intervention as well; only with a trend. */
  readonly hasSlopeChange: boolean;
  readonly seasons: readonly Season[];
}

/** A series with holes: values at whole steps of time, in order. */
export interface TimedSeries {
  readonly times: readonly number[];
  readonly values: Sample;
}

export interface Contrast {
  readonly estimate: number;
  /** The larger of the two below; what t, p and interval rest on. */
  readonly standardError: number;
  /** Newey-West, with the factor n / (n - k). */
  readonly hacError: number;
  /** As if errors followed a first-order autoregression. */
  readonly firstOrderError: number;
  readonly t: number;
  readonly pValue: number;
  readonly interval: readonly [number, number];
}

export interface SegmentedRegression {
  readonly levelChange: Contrast;
  /** null where the model has none. */
  readonly slopeChange: Contrast | null;
  /** Mean of (with - without the intervention) over the values after it. */
  readonly meanEffect: Contrast;
  /** The same at the last value. */
  readonly endEffect: Contrast;
  /** The mean effect as a share of the mean counterfactual; null where that is 0. */
  readonly relativeEffect: Contrast | null;
  /** One for each value after the intervention: what would have been, and within which limits a single value would lie. */
  readonly counterfactual: readonly { readonly value: number; readonly low: number; readonly high: number }[];
  readonly fitted: readonly number[];
  readonly residuals: readonly number[];
  readonly r2: number;
  /** null where nothing is left over. */
  readonly durbinWatson: number | null;
  readonly lags: number;
  /** Correlation of neighbouring errors. */
  readonly rho: number;
  /** Of the t distribution that the intervals use. */
  readonly df: number;
}

/** A season, and its phases that occur before the intervention. */
interface SeenSeason extends Season {
  readonly phases: readonly number[];
}

/** Before time and seasons: 1, and what changes at the intervention. */
const LEVEL_CHANGE = 1;

/**
 * Segmented regression of an equally spaced series that may have holes: level, trend, seasons, and a change of level and slope at the intervention,
 * by least squares. Each error is the larger one of Newey and West's and that of a first-order autoregression, since the former alone finds changes
 * in one quiet series of five where there are only some weeks of days (measured: docs/impact.md).
 * Source: A. K. Wagner et al. (2002), J. Clinical Pharmacy and Therapeutics 27:299-309; W. K. Newey, K. D. West (1987), Econometrica 55:703-708.
 * Oracle: test/impact/oracles/segmented.json.
 * @param start time of the intervention: values at `start` and later come after it
 * @throws {RangeError} when a side has fewer than 2 values, a later one lies at a phase that does not occur before (`comparableWith`), there are not more
 * values than coefficients, or seasons can't be told from each other or from the trend
 */
export function segmentedRegression(
  { times, values }: TimedSeries,
  start: number,
  model: SegmentedModel,
  {
    lags = defaultLags(values.length),
    confidence = 0.95,
  }: { readonly lags?: number; readonly confidence?: number } = {},
): SegmentedRegression {
  requireEqualLength(times, values, 'times and values');
  requireProbability(confidence, 'confidence');
  requireCount(lags, 'lags');
  const first = times.findIndex((t) => t >= start);
  if (first < 2 || times.length - first < 2)
    throw new RangeError(
      `${Math.max(0, first)} values before and ${first < 0 ? 0 : times.length - first} after; at least 2 each`,
    );
  const earlier = times.slice(0, first);
  const isComparable = comparableWith(model.seasons, earlier);
  const alone = times.find((t) => !isComparable(t));
  if (alone !== undefined) throw new RangeError(`no value before lies at the same phases as time ${alone}`);
  const seasons = model.seasons.map((season) => ({ ...season, phases: phasesOf(earlier, season.period) }));
  const rowAt = (t: number, isAfter: boolean) => designRow(t, start, isAfter, { ...model, seasons });
  const design = times.map((t) => rowAt(t, t >= start));
  const fit = leastSquares(design, values);
  const covariance = scaled(autocorrelationCovariance(fit, design, lags), values.length / fit.df);
  const { rho, df, covariance: firstOrder } = firstOrderErrors(fit, design, times);
  const read = reader(fit, [covariance, firstOrder], df, confidence);
  const later = times.slice(first);
  const without = later.map((t) => rowAt(t, false));
  const effects = later.map((t, i) => minus(rowAt(t, true), without[i] as number[]));
  const unit = (k: number) => fit.coefficients.map((_, i) => (i === k ? 1 : 0));
  const noise = squares(fit.residuals) / fit.df;
  return {
    levelChange: read.contrast(unit(LEVEL_CHANGE)),
    slopeChange: hasSlope(model) ? read.contrast(unit(LEVEL_CHANGE + 2)) : null,
    meanEffect: read.contrast(meanOf(effects)),
    endEffect: read.contrast(effects.at(-1) as number[]),
    relativeEffect: read.ratio(meanOf(effects), meanOf(without)),
    counterfactual: without.map((row) => read.prediction(row, noise)),
    fitted: Array.from(values, (value, i) => value - (fit.residuals[i] as number)),
    residuals: fit.residuals,
    r2: fit.r2,
    durbinWatson: durbinWatson(fit.residuals),
    lags,
    rho,
    df,
  };
}

/** How many coefficients the model has; fewer where not all phases of a season occur. */
export function coefficientsOf(model: SegmentedModel): number {
  return (
    2 + Number(model.hasTrend) + Number(hasSlope(model)) + model.seasons.reduce((sum, one) => sum + wavesOf(one), 0)
  );
}

/** Which times have something before to be compared with: those at phases that occur there, of all seasons. */
export function comparableWith(seasons: readonly Season[], before: readonly number[]): (t: number) => boolean {
  const seen = seasons.map(({ period }) => ({ period, phases: new Set(phasesOf(before, period)) }));
  return (t) => seen.every(({ period, phases }) => phases.has(phaseOf(t, period)));
}

function phasesOf(times: readonly number[], period: number): number[] {
  return [...new Set(times.map((t) => phaseOf(t, period)))];
}

function phaseOf(t: number, period: number): number {
  return ((t % period) + period) % period;
}

/** Those beyond half the period's frequency are the same as below it at whole steps, and at it there is no sine. */
function wavesOf({ period, harmonics }: Season): number {
  return Math.min(2 * harmonics, period - 1);
}

function hasSlope({ hasTrend, hasSlopeChange }: SegmentedModel): boolean {
  return hasTrend && hasSlopeChange;
}

function designRow(
  t: number,
  start: number,
  isAfter: boolean,
  model: SegmentedModel & { readonly seasons: readonly SeenSeason[] },
): number[] {
  const row = [1, isAfter ? 1 : 0];
  if (model.hasTrend) row.push(t - start);
  if (hasSlope(model)) row.push(isAfter ? t - start : 0);
  for (const season of model.seasons) row.push(...seasonColumns(t, season));
  return row;
}

function seasonColumns(t: number, { phases, ...season }: SeenSeason): number[] {
  const { period } = season;
  if (phases.length <= wavesOf(season)) return phases.slice(1).map((phase) => (phaseOf(t, period) === phase ? 1 : 0));
  return Array.from({ length: wavesOf(season) }, (_, i) => {
    const angle = (2 * Math.PI * (1 + Math.floor(i / 2)) * t) / period;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

type Matrix = readonly (readonly number[])[];

function reader({ coefficients }: Fit, [hac, firstOrder]: readonly [Matrix, Matrix], df: number, confidence: number) {
  const quantile = studentTQuantile(1 - (1 - confidence) / 2, df);
  const value = (row: readonly number[]) => row.reduce((sum, v, k) => sum + v * (coefficients[k] as number), 0);
  const error = (row: readonly number[], covariance: Matrix) =>
    Math.sqrt(
      Math.max(
        0,
        row.reduce((sum, a, i) => sum + a * row.reduce((s, b, j) => s + b * (covariance[i]?.[j] as number), 0), 0),
      ),
    );
  const contrastOf = (estimate: number, row: readonly number[]): Contrast => {
    const [hacError, firstOrderError] = [error(row, hac), error(row, firstOrder)];
    const standardError = Math.max(hacError, firstOrderError);
    return {
      estimate,
      standardError,
      hacError,
      firstOrderError,
      t: estimate === 0 ? 0 : estimate / standardError,
      pValue: standardError === 0 ? (estimate === 0 ? 1 : 0) : studentTTwoSided(estimate / standardError, df),
      interval: [estimate - quantile * standardError, estimate + quantile * standardError],
    };
  };
  return {
    contrast: (row: readonly number[]) => contrastOf(value(row), row),
    /** By the delta method. */
    ratio(top: readonly number[], bottom: readonly number[]): Contrast | null {
      const [a, b] = [value(top), value(bottom)];
      if (b === 0) return null;
      const gradient = top.map((v, k) => (v - (a / b) * (bottom[k] as number)) / Math.abs(b));
      return contrastOf(a / Math.abs(b), gradient);
    },
    prediction(row: readonly number[], noise: number) {
      const [mid, half] = [value(row), quantile * Math.hypot(error(row, firstOrder), Math.sqrt(noise))];
      return { value: mid, low: mid - half, high: mid + half };
    },
  };
}

function scaled(matrix: readonly (readonly number[])[], factor: number): number[][] {
  return matrix.map((row) => row.map((v) => v * factor));
}

function minus(a: readonly number[], b: readonly number[]): number[] {
  return a.map((v, k) => v - (b[k] as number));
}

function meanOf(rows: readonly (readonly number[])[]): number[] {
  return (rows[0] ?? []).map((_, k) => rows.reduce((sum, row) => sum + (row[k] as number), 0) / rows.length);
}
