import {
  alwaysValidP,
  type Classification,
  canaryScore,
  groupSequentialDesign,
  type JudgePlan,
  judgeMetric,
  logLikelihoodRatio,
  lookAtProportions,
  MIXTURE_START,
  mixtureHalfwidth,
  mixtureRho,
  normalSf,
  oneSidedHalfwidth,
  sequenceP,
  sequentialSampleRatio,
  twoSidedHalfwidth,
  waldTest,
} from '../../../src/stats/index.js';
import type { Oracle, Values } from '../oracle-adapter.js';
import { numbers } from './decode.js';

const SPENDING = { obf: 'obrien-fleming', pocock: 'pocock', power: 'power' } as const;

const KINDS: Record<string, (input: Record<string, number>, options: Values, raw: Values) => Values> = {
  msprt: ({ diff = 0, variance_of_diff = 0, tau2 = 0 }, options) => {
    const estimate = { difference: diff, variance: variance_of_diff };
    const logRatio = logLikelihoodRatio(estimate, tau2);
    return {
      log_lambda: logRatio,
      lambda: Math.exp(logRatio),
      pvalue: alwaysValidP(estimate, tau2),
      ci_halfwidth: mixtureHalfwidth(variance_of_diff, tau2, options.alpha as number),
    };
  },
  msprt_path: ({ tau2 = 0 }, _, raw) => {
    const [control, treatment] = [numbers(raw.control), numbers(raw.treatment)];
    let state = MIXTURE_START;
    const path = Array.from(control, (value, i) => {
      const one = (successes: number) => ({ successes, trials: 1 });
      state = lookAtProportions(state, { control: one(value), treatment: one(treatment[i] as number) }, tau2);
      return state.p;
    });
    return { p_path: path };
  },
  asymptotic_cs: ({ estimate = 0, standardError = 0, nTotal = 0 }, options) => {
    const { alpha = 0, tuning = 0 } = options as Record<string, number>;
    return {
      rho: mixtureRho(alpha, tuning),
      halfwidth: twoSidedHalfwidth(standardError, nTotal, alpha, tuning),
      halfwidth_one_sided: oneSidedHalfwidth(standardError, nTotal, alpha, tuning),
      pvalue: sequenceP(estimate, standardError, nTotal, alpha, tuning),
    };
  },
  group_sequential: (_, options, raw) => {
    const { bounds, spent } = groupSequentialDesign(raw.informationFractions as number[], {
      spending: SPENDING[options.spending as keyof typeof SPENDING],
      alpha: options.alpha as number,
      sides: options.sides as 1 | 2,
      phi: options.phi as number,
    });
    const sides = options.sides as number;
    return {
      z_bounds: bounds,
      cumulative_alpha_per_side: spent,
      nominal_p: bounds.map((z) => sides * normalSf(z)),
    };
  },
  sprt_bernoulli: ({ successes = 0, n = 0 }, options) => {
    const { p0 = 0, p1 = 0, alpha = 0, beta = 0 } = options as Record<string, number>;
    const test = waldTest(successes, n, { p0, p1, alpha, beta });
    return { ...test, llr: test.logLikelihoodRatio };
  },
  sequential_srm: (_, __, raw) => {
    const { logBayesFactor, pValue } = sequentialSampleRatio(
      raw.counts as number[],
      raw.expected as number[],
      raw.alphaPrior as number[],
    );
    return { log_bayes_factor: logBayesFactor, pvalue: pValue };
  },
};

function kayentaOracle(input: Values, options: Values): Values {
  if (input.metrics) {
    const metrics = input.metrics as { classification: Classification; group: string; critical?: boolean }[];
    return canaryScore(metrics, input.groupWeights as Record<string, number>) as unknown as Values;
  }
  const judged = judgeMetric(numbers(input.experiment), numbers(input.control), {
    ...(options as unknown as JudgePlan),
    confidence: options.confLevel as number,
  });
  return {
    classification: judged.classification,
    ciLow: judged.shift?.low,
    ciHigh: judged.shift?.high,
    estimate: judged.shift?.estimate,
    meanRatio: judged.meanRatio,
  };
}

export const sequentialOracles: Record<string, Oracle> = {
  sequential: (input, options) => {
    const kind = KINDS[options.kind as string];
    if (!kind) throw new Error(`no sequential test is called "${String(options.kind)}"`);
    return kind(input as Record<string, number>, options, input);
  },
  kayenta_judge: kayentaOracle,
};
