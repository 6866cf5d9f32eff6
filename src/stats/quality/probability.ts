import { requireEqualLength, requireSample, type Sample } from '../sample/sample.js';
import { requireRows } from './confusion.js';

/** Probabilities of 0 and 1 would make one wrong row cost everything; the distance of 1 to its neighbour, as scikit-learn's. */
const EPSILON = Number.EPSILON;

function clipped(p: number): number {
  return Math.min(1 - EPSILON, Math.max(EPSILON, p));
}

function requireProbabilities(truth: ArrayLike<number>, probabilities: Sample): void {
  requireRows(truth, probabilities);
  requireSample(probabilities, 'probabilities');
  for (let i = 0; i < truth.length; i += 1) {
    const [actual, p] = [truth[i] as number, probabilities[i] as number];
    if (actual !== 0 && actual !== 1) throw new RangeError(`truth[${i}] is ${actual}, not 0 or 1`);
    if (p < 0 || p > 1) throw new RangeError(`probabilities[${i}] is ${p}, outside 0..1`);
  }
}

function weightedMean(n: number, weights: Sample | undefined, value: (row: number) => number): number {
  let [total, mass] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const weight = weights ? (weights[i] as number) : 1;
    total += weight * value(i);
    mass += weight;
  }
  return total / mass;
}

/**
 * Mean negative log-likelihood of the truth, in nats; lower is better. Source: I. J. Good (1952), JRSS B 14:107-114.
 * Oracle: classification.json. @throws {RangeError} for probabilities outside 0..1, empty or unequal lists
 */
export function logLoss(truth: ArrayLike<number>, probabilities: Sample, weights?: Sample): number {
  requireProbabilities(truth, probabilities);
  return weightedMean(truth.length, weights, (i) => {
    const p = clipped(probabilities[i] as number);
    return -Math.log(truth[i] ? p : 1 - p);
  });
}

/** Mean squared distance of probability and truth, in 0..1. Source: G. W. Brier (1950), Monthly Weather Review 78:1-3. */
export function brierScore(truth: ArrayLike<number>, probabilities: Sample, weights?: Sample): number {
  requireProbabilities(truth, probabilities);
  return weightedMean(truth.length, weights, (i) => ((probabilities[i] as number) - (truth[i] as number)) ** 2);
}

export interface CalibrationBin {
  readonly rows: number;
  /** Share of positive rows. */
  readonly observed: number;
  /** Mean probability. */
  readonly predicted: number;
}

/**
 * Observed share against predicted probability in bins of equal width; empty bins are left out.
 * @param edgeBelow puts a probability on an edge into the bin below it, as scikit-learn's calibration_curve does; default: above
 */
export function calibrationCurve(
  truth: ArrayLike<number>,
  probabilities: Sample,
  bins = 10,
  edgeBelow = false,
): CalibrationBin[] {
  requireProbabilities(truth, probabilities);
  const sums = Array.from({ length: bins }, () => ({ rows: 0, positives: 0, mass: 0 }));
  for (let i = 0; i < truth.length; i += 1) {
    const p = probabilities[i] as number;
    const bin = edgeBelow ? Math.max(0, Math.ceil(p * bins) - 1) : Math.min(bins - 1, Math.floor(p * bins));
    const sum = sums[bin] as (typeof sums)[number];
    sum.rows += 1;
    sum.positives += truth[i] as number;
    sum.mass += p;
  }
  return sums
    .filter(({ rows }) => rows > 0)
    .map(({ rows, positives, mass }) => ({ rows, observed: positives / rows, predicted: mass / rows }));
}

/**
 * Expected calibration error: mean gap of observed share and predicted probability, bins weighted by their rows.
 * Source: M. P. Naeini, G. Cooper, M. Hauskrecht (2015), AAAI, 2901-2907.
 */
export function expectedCalibrationError(truth: ArrayLike<number>, probabilities: Sample, bins = 10): number {
  const curve = calibrationCurve(truth, probabilities, bins);
  return curve.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.observed - bin.predicted), 0) / truth.length;
}

/** Log loss of probabilities over several classes, rows normed to sum 1. @param truth index of the true class */
export function multiclassLogLoss(truth: readonly number[], probabilities: readonly (readonly number[])[]): number {
  requireRows(truth, probabilities);
  let total = 0;
  for (const [i, row] of probabilities.entries()) {
    const sum = row.reduce((a, b) => a + b, 0);
    const p = row[truth[i] as number];
    if (p === undefined) throw new RangeError(`truth[${i}] is class ${truth[i]}; the row has ${row.length} classes`);
    total -= Math.log(clipped(p / sum));
  }
  return total / truth.length;
}

/** Share of rows whose true class is among the k most probable. */
export function topKAccuracy(
  truth: readonly number[],
  probabilities: readonly (readonly number[])[],
  k: number,
): number {
  requireEqualLength(truth, probabilities, 'true classes and rows of probabilities');
  requireRows(truth, probabilities);
  const hits = truth.filter((label, i) => {
    const row = probabilities[i] as readonly number[];
    // Of equal probabilities the later class ranks first, as a stable ascending sort leaves it (numpy's).
    const better = row.filter((p, other) => p > (row[label] as number) || (p === row[label] && other > label)).length;
    return better < k;
  });
  return hits.length / truth.length;
}
