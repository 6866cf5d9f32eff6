import type { ComparedArm } from '../../domain/experiment.js';
import type { CheckResult } from '../../domain/validation.js';
import type { regressionOfSums } from '../../stats/quality/regression-sums.js';
import { quantiles } from '../../stats/sample/quantile.js';
import { needsBaseline } from '../judge-value.js';
import { NONE } from './dictionary.js';
import { known } from './judge-quality.js';
import { judgeMeasurement, type Measure, type Measured, unmeasured } from './measure.js';
import type { RegressionCheck } from './row-checks.js';
import type { RowChecksTally } from './row-tally.js';
import { ALL, keyOf } from './wanted.js';

const HIGHER: ReadonlySet<string> = new Set(['r2', 'explained_variance']);

export function judgeRegression(check: RegressionCheck, tally: RowChecksTally): CheckResult {
  const isMedian = check.metric === 'median_absolute_error';
  const measureOf = isMedian ? ofSample : ofSums;
  return judgeMeasurement(check, tally, {
    candidate: measureOf(check, tally, 'candidate'),
    baseline: needsBaseline(check) ? measureOf(check, tally, 'baseline') : null,
    better: check.metric === 'mean_error' ? null : HIGHER.has(check.metric) ? 'higher' : 'lower',
    sampled: isMedian && tally.sample !== null && !tally.sample.isComplete,
  });
}

function ofSums(check: RegressionCheck, tally: RowChecksTally, arm: ComparedArm): Measure {
  const sums = tally.regression.get(keyOf({ arm, by: check.by ?? ALL }));
  if (sums === undefined) return unmeasured('no rows');
  if (sums.fault !== null) return unmeasured(sums.fault, tally.rows);
  return {
    slices: () => sums.slices(),
    of: (slice) => {
      const quality = sums.quality(slice);
      return quality === null
        ? { samples: 0, value: null, unknown: 'no rows with a label' }
        : { samples: quality.rows, ...valueOf(check.metric, quality) };
    },
  };
}

function valueOf(
  metric: RegressionCheck['metric'],
  quality: ReturnType<typeof regressionOfSums>,
): Omit<Measured, 'samples'> {
  switch (metric) {
    case 'mae':
    case 'mse':
    case 'rmse':
    case 'mape':
    case 'smape':
      return { value: quality[metric] };
    case 'max_error':
      return { value: quality.maxError };
    case 'mean_error':
      return { value: quality.meanError };
    case 'r2':
      return known(quality.r2, 'one row has no variance to explain');
    case 'explained_variance':
      return { value: quality.explainedVariance };
    case 'msle':
      return known(quality.msle, 'a value at or below -1 has no logarithm');
    case 'median_absolute_error':
      throw new RangeError('sums do not tell the median');
  }
}

/** The median, of the rows that were kept. */
function ofSample(check: RegressionCheck, tally: RowChecksTally, arm: ComparedArm): Measure {
  const { sample } = tally;
  const fault = tally.regression.get(keyOf({ arm, by: check.by ?? ALL }))?.fault;
  if (sample === null) return unmeasured('no rows');
  if (fault) return unmeasured(fault, tally.rows);
  const slices = new Map<number, number[]>();
  const rows = sample.settle();
  for (let at = 0; at < rows; at += 1) {
    const slice = sample.sliceAt(at, check.by ?? ALL);
    const error = Math.abs(sample.numberAt(at, arm) - sample.numberAt(at, 'truth'));
    if (slice === NONE || Number.isNaN(error)) continue;
    const found = slices.get(slice) ?? [];
    slices.set(slice, found);
    found.push(error);
  }
  return {
    slices: () => [...slices.keys()],
    of: (slice) => {
      const errors = slices.get(slice) ?? [];
      const [median = null] = errors.length === 0 ? [] : quantiles(errors, [0.5]);
      return { samples: errors.length, ...known(median, 'no rows with a label') };
    },
  };
}
