import {
  type Column,
  categoryShares,
  chiSquareOfCounts,
  chiSquareOfTable,
  columnDrift,
  datasetDrift,
  jensenShannonDistance,
  type KsAlternative,
  ksLimitP,
  ksTest,
  kullbackLeibler,
  normedWasserstein,
  numericShares,
  populationStability,
  populationStabilityOfCounts,
  wassersteinDistance,
  weightedWasserstein,
  withoutNaN,
} from '../../../src/stats/index.js';
import type { Oracle, Values } from '../oracle-adapter.js';
import { labels, numbers } from './decode.js';

function ksOracle(input: Values, options: Values): Values {
  const [rawX, rawY] = [numbers(input.x), numbers(input.y)];
  // We refuse NaN; `propagate` is the caller's wish to get it back.
  if (options.nanPolicy === 'propagate' && [...rawX, ...rawY].some(Number.isNaN))
    return { statistic: Number.NaN, pvalue: Number.NaN };
  const [x, y] = options.nanPolicy === 'omit' ? [withoutNaN(rawX), withoutNaN(rawY)] : [rawX, rawY];
  const { statistic, pValue } = ksTest(x, y, options.alternative as KsAlternative);
  return { statistic, pvalue: pValue, pvalue_kolmogorov_limit: ksLimitP(statistic, x.length, y.length) };
}

function wassersteinOracle(input: Values): Values {
  const [x, y] = [numbers(input.x), numbers(input.y)];
  if (input.xWeights) return { distance: weightedWasserstein(x, numbers(input.xWeights), y, numbers(input.yWeights)) };
  const drift = columnDrift({ type: 'numeric', reference: x, current: y }, 'wasserstein');
  return {
    distance: wassersteinDistance(x, y),
    normed_evidently: normedWasserstein(x, y),
    drifted_0_1: drift.drifted,
  };
}

function psiOracle(input: Values, options: Values): Values {
  if (options.binning === 'given')
    return {
      psi: populationStabilityOfCounts(
        input.referenceCounts as number[],
        input.currentCounts as number[],
        options.epsilon as number,
      ),
    };
  const shares =
    options.featureType === 'cat'
      ? { ...categoryShares(labels(input.reference), labels(input.current)), edges: null }
      : numericShares(numbers(input.reference), numbers(input.current));
  return {
    psi: populationStability(shares),
    jensenshannon: jensenShannonDistance(shares),
    kl: kullbackLeibler(shares),
    bin_edges: shares.edges,
  };
}

function chiSquareOracle(input: Values, options: Values): Values {
  switch (options.kind) {
    case 'contingency': {
      const result = chiSquareOfTable(input.table as number[][], options.yates as boolean);
      return { ...result, pvalue: result.pValue, cramers_v: result.cramersV };
    }
    case 'gof': {
      const result = chiSquareOfCounts(input.observed as number[], input.expected as number[]);
      return { ...result, pvalue: result.pValue };
    }
    default: {
      const column: Column = {
        type: 'categorical',
        reference: labels(input.reference),
        current: labels(input.current),
      };
      return { pvalue: columnDrift(column, 'chisquare').score };
    }
  }
}

function datasetDriftOracle(input: Values, options: Values): Values {
  const [reference, current] = [input.reference as Values, input.current as Values];
  const columns = Object.fromEntries(
    Object.keys(reference).map((name): [string, Column] =>
      name.startsWith('cat')
        ? [name, { type: 'categorical', reference: labels(reference[name]), current: labels(current[name]) }]
        : [name, { type: 'numeric', reference: numbers(reference[name]), current: numbers(current[name]) }],
    ),
  );
  const drift = datasetDrift(columns, { driftShare: options.driftShare as number });
  return {
    columns: Object.fromEntries(
      Object.entries(drift.columns).map(([name, column]) => [
        name,
        { ...column, type: columns[name]?.type === 'numeric' ? 'num' : 'cat' },
      ]),
    ),
    drifted_count: drift.driftedCount,
    drift_share: drift.driftShare,
    dataset_drift: drift.drifted,
  };
}

export const driftOracles: Record<string, Oracle> = {
  ks_2samp: ksOracle,
  wasserstein: wassersteinOracle,
  psi: psiOracle,
  chi_square: chiSquareOracle,
  dataset_drift: datasetDriftOracle,
};
