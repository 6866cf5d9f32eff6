import {
  anomalies,
  betaIncomplete,
  chiSquareCdf,
  chiSquareSf,
  compareQuantiles,
  cusumChart,
  ewmaChart,
  exactSum,
  fSf,
  harrellDavis,
  iqrFences,
  kolmogorovSf,
  mergeMoments,
  momentsOf,
  NO_MOMENTS,
  normalCdf,
  normalQuantile,
  normalSf,
  type QuantileMethod,
  quantileInterval,
  quantiles,
  referenceOf,
  robustScores,
  studentTCdf,
  studentTQuantile,
  studentTSf,
  summarise,
  varianceOf,
  wideFences,
  zScores,
} from '../../../src/stats/index.js';
import type { Oracle, Values } from '../oracle-adapter.js';
import { numbers } from './decode.js';

const METHODS: QuantileMethod[] = ['linear', 'lower', 'higher', 'hazen', 'weibull', 'median_unbiased', 'inverted_cdf'];

function quantileOracle(input: Values, options: Values): Values {
  const qs = options.q as number[];
  if (input.control) {
    const rows = compareQuantiles(numbers(input.treatment), numbers(input.control), qs);
    return { delta: rows.map(({ delta }) => delta), ratio: rows.map(({ ratio }) => ratio) };
  }
  const x = numbers(input.x);
  const interval = Object.fromEntries([0.5, 0.95, 0.99].map((q) => [String(q), quantileInterval(x, q)]));
  return {
    ...Object.fromEntries(METHODS.map((method) => [method, quantiles(x, qs, method)])),
    order_stat_ci95: interval,
    harrell_davis_0_95: x.length < 2 ? Number.NaN : harrellDavis(x, 0.95),
  };
}

function descriptiveOracle(input: Values): Values {
  const x = numbers(input.x);
  if (input.splitAt) {
    const cuts = [0, ...(input.splitAt as number[]), x.length];
    const chunks = cuts.slice(1).map((end, i) => momentsOf(x.subarray(cuts[i], end)));
    const merged = chunks.reduce(mergeMoments, NO_MOMENTS);
    return { mean: merged.mean, variance: varianceOf(merged) };
  }
  const { kurtosisExcess, skew, ...rest } = summarise(x);
  return {
    ...rest,
    skew: skew ?? Number.NaN,
    kurtosis_excess: kurtosisExcess ?? Number.NaN,
    sum_fsum: exactSum([...x]),
  };
}

const DISTRIBUTIONS: Record<string, (v: Record<string, number>) => Values> = {
  normal: ({ z = 0 }) => ({ cdf: normalCdf(z), sf: normalSf(z) }),
  normal_ppf: ({ p = 0 }) => ({ z: normalQuantile(p) }),
  t: ({ t = 0, df = 0 }) => ({ cdf: studentTCdf(t, df), sf: studentTSf(t, df) }),
  t_ppf: ({ p = 0, df = 0 }) => ({ t: studentTQuantile(p, df) }),
  chi2: ({ x = 0, df = 0 }) => ({ cdf: chiSquareCdf(x, df), sf: chiSquareSf(x, df) }),
  f: ({ x = 0, df1 = 0, df2 = 0 }) => ({ sf: fSf(x, df1, df2) }),
  betainc: ({ a = 0, b = 0, x = 0 }) => ({ value: betaIncomplete(x, a, b) }),
  kolmogorov_sf: ({ x = 0 }) => ({ sf: kolmogorovSf(x) }),
  // One sample's law, which scipy uses for two; we have no use for it (docs/statistics.md, Kolmogorov-Smirnov).
  kstwo_sf: () => ({}),
};

function anomalyOracle(input: Values, options: Values): Values {
  const x = numbers(input.x);
  const { mad, scores } = robustScores(x);
  const reference = referenceOf(x, options.trainingLength as number);
  const ewma = ewmaChart(x, reference, options.ewmaLambda as number, options.ewmaL as number);
  const cusum = cusumChart(x, reference, options.cusumK as number);
  return {
    zscore: zScores(x),
    modified_z: scores ?? 'MAD_ZERO',
    mad,
    iqr_fences_1_5: iqrFences(x),
    kayenta_fences_3: wideFences(x),
    ewma: ewma.values,
    ewma_limits: ewma.limits,
    cusum_pos: cusum.high,
    cusum_neg: cusum.low,
    anomalies: anomalies(x),
  };
}

export const sampleOracles: Record<string, Oracle> = {
  descriptive: descriptiveOracle,
  quantiles: quantileOracle,
  anomaly: anomalyOracle,
  distributions: (input, options) => {
    const distribution = DISTRIBUTIONS[options.fn as string];
    if (!distribution) throw new Error(`no distribution is called "${String(options.fn)}"`);
    return distribution(input as Record<string, number>);
  },
};
