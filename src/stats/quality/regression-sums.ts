import { addToSum, sumAt } from '../sample/running-sum.js';
import { explainedShare, type RegressionQuality } from './regression.js';

/** Where each sum stands among the cells; those of two cells keep what rounding would lose. */
const ROWS = 0;
const MAX = 1;
/** Rows whose logarithm does not exist: a value at -1 or below. */
const NO_LOG = 2;
const TRUTH = 3;
const ERRORS = 5;
const ERROR = 7;
const ABSOLUTE = 9;
const SQUARES = 11;
const RELATIVE = 13;
const SYMMETRIC = 15;
const LOGS = 17;

/** Cells that `addRegressionRow` needs, all 0 to begin with. */
export const REGRESSION_CELLS = 19;

/**
 * Counts one row into running sums: what `regressionQuality` needs of a sample that is too long to keep.
 * @throws {RangeError} for values that are not finite
 */
export function addRegressionRow(cells: Float64Array, truth: number, predicted: number): void {
  if (!Number.isFinite(truth) || !Number.isFinite(predicted))
    throw new RangeError(`true value ${truth}, predicted ${predicted}: both must be finite`);
  const error = predicted - truth;
  const absolute = Math.abs(error);
  const size = Math.abs(truth) + Math.abs(predicted);
  const n = (cells[ROWS] as number) + 1;
  cells[ROWS] = n;
  cells[MAX] = Math.max(cells[MAX] as number, absolute);
  addToMoments(cells, TRUTH, n, truth);
  addToMoments(cells, ERRORS, n, error);
  addToSum(cells, ERROR, error);
  addToSum(cells, ABSOLUTE, absolute);
  addToSum(cells, SQUARES, error * error);
  addToSum(cells, RELATIVE, absolute / Math.max(Math.abs(truth), Number.EPSILON));
  if (size > 0) addToSum(cells, SYMMETRIC, (2 * absolute) / size);
  if (Math.min(truth, predicted) > -1) addToSum(cells, LOGS, (Math.log1p(predicted) - Math.log1p(truth)) ** 2);
  else cells[NO_LOG] = (cells[NO_LOG] as number) + 1;
}

/** Mean, and the sum of squared deviations from it. Source: B. P. Welford (1962), Technometrics 4(3):419-420. */
function addToMoments(cells: Float64Array, at: number, n: number, value: number): void {
  const mean = cells[at] as number;
  const next = mean + (value - mean) / n;
  cells[at] = next;
  cells[at + 1] = (cells[at + 1] as number) + (value - mean) * (value - next);
}

/** The same numbers as `regressionQuality`, but for the median, which sums do not tell. @throws {RangeError} where no row was counted */
export function regressionOfSums(cells: Float64Array): Omit<RegressionQuality, 'medianAbsoluteError'> {
  const rows = cells[ROWS] as number;
  if (rows === 0) throw new RangeError('no rows were counted');
  const mean = (at: number) => sumAt(cells, at) / rows;
  const spread = cells[TRUTH + 1] as number;
  return {
    rows,
    meanError: mean(ERROR),
    mae: mean(ABSOLUTE),
    mse: mean(SQUARES),
    rmse: Math.sqrt(mean(SQUARES)),
    maxError: cells[MAX] as number,
    mape: mean(RELATIVE),
    smape: mean(SYMMETRIC),
    r2: rows < 2 ? null : explainedShare(sumAt(cells, SQUARES), spread),
    explainedVariance: explainedShare(cells[ERRORS + 1] as number, spread),
    msle: (cells[NO_LOG] as number) > 0 ? null : mean(LOGS),
  };
}
