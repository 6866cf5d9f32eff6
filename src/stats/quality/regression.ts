import { momentsOf } from '../sample/moments.js';
import { quantilesOfSorted } from '../sample/quantile.js';
import { requireSample, type Sample } from '../sample/sample.js';
import { sorted } from '../sample/sort.js';
import { requireRows } from './confusion.js';

/** Errors are predicted - true, in the unit of the data. Oracle: test/stats/oracles/regression_metrics.json. */
export interface RegressionQuality {
  readonly rows: number;
  readonly meanError: number;
  readonly mae: number;
  readonly mse: number;
  readonly rmse: number;
  readonly medianAbsoluteError: number;
  readonly maxError: number;
  /** Share, not percent; a true value of 0 divides by 2.2e-16, as scikit-learn's does. */
  readonly mape: number;
  /** 2 |error| / (|true| + |predicted|); rows with both 0 count 0. */
  readonly smape: number;
  /** Share of the truth's variance; null for one row. A constant truth gives 1 if met, else 0. */
  readonly r2: number | null;
  readonly explainedVariance: number;
  /** Mean squared log error; null where a value is below or at -1. */
  readonly msle: number | null;
}

/** @throws {RangeError} for empty or unequal lists, or values that are not finite */
export function regressionQuality(truth: Sample, predicted: Sample): RegressionQuality {
  requireRows(truth, predicted);
  requireSample(truth, 'truth');
  requireSample(predicted, 'predicted');
  const rows = truth.length;
  const errors = Float64Array.from(truth, (value, i) => (predicted[i] as number) - value);
  const absolute = sorted(errors.map(Math.abs));
  const mean = (value: (row: number) => number) => {
    let total = 0;
    for (let i = 0; i < rows; i += 1) total += value(i);
    return total / rows;
  };
  const mse = mean((i) => (errors[i] as number) ** 2);
  const [medianAbsoluteError = Number.NaN] = quantilesOfSorted(absolute, [0.5]);
  const spread = momentsOf(truth).m2;
  const logs = Math.min(...minima(truth, predicted)) > -1;
  return {
    rows,
    meanError: mean((i) => errors[i] as number),
    mae: mean((i) => absolute[i] as number),
    mse,
    rmse: Math.sqrt(mse),
    medianAbsoluteError,
    maxError: absolute[rows - 1] as number,
    mape: mean((i) => Math.abs(errors[i] as number) / Math.max(Math.abs(truth[i] as number), Number.EPSILON)),
    smape: mean((i) => {
      const size = Math.abs(truth[i] as number) + Math.abs(predicted[i] as number);
      return size === 0 ? 0 : (2 * Math.abs(errors[i] as number)) / size;
    }),
    r2: rows < 2 ? null : explainedShare(mse * rows, spread),
    explainedVariance: explainedShare(momentsOf(errors).m2, spread),
    msle: logs ? mean((i) => (Math.log1p(predicted[i] as number) - Math.log1p(truth[i] as number)) ** 2) : null,
  };
}

/** Share of `spread` that is not left over as `rest`; of no spread, 1 if nothing is left, else 0. */
export function explainedShare(rest: number, spread: number): number {
  if (spread === 0) return rest === 0 ? 1 : 0;
  return 1 - rest / spread;
}

function minima(...samples: Sample[]): number[] {
  return samples.map((values) => {
    let least = values[0] as number;
    for (let i = 1; i < values.length; i += 1) least = Math.min(least, values[i] as number);
    return least;
  });
}

/** Mean pinball (quantile) loss of predictions of the q-quantile. Source: R. Koenker, G. Bassett (1978), Econometrica 46:33-50. */
export function pinballLoss(truth: Sample, predicted: Sample, q: number): number {
  requireRows(truth, predicted);
  let total = 0;
  for (let i = 0; i < truth.length; i += 1) {
    const gap = (truth[i] as number) - (predicted[i] as number);
    total += gap >= 0 ? q * gap : (q - 1) * gap;
  }
  return total / truth.length;
}
