import {
  type Alternative,
  adjustPValues,
  agrestiCaffoInterval,
  type Correction,
  cohensH,
  cuped,
  detectableDifference,
  differenceInDifferences,
  effectSize,
  fisherExactTest,
  hodgesLehmannShift,
  interruptedSeries,
  mannWhitneyTest,
  type NoVariance,
  newcombeInterval,
  preferenceTest,
  proportionSampleSize,
  sampleRatioTest,
  share,
  studentTest,
  type TTest,
  tTestPower,
  tTestSampleSize,
  twoProportionTest,
  varianceOf,
  waldInterval,
  welchOfMoments,
  welchTest,
  wilsonInterval,
  withoutNaN,
} from '../../../src/stats/index.js';
import type { Oracle, Values } from '../oracle-adapter.js';
import { numbers } from './decode.js';
import { creditClicks, teamDraft } from './team-draft.js';

function tTestValues(test: TTest | NoVariance): Values {
  if (test.kind === 'no-variance')
    return test.meanDifference === 0
      ? { degenerate: true }
      : { t: Math.sign(test.meanDifference) * Number.POSITIVE_INFINITY, pvalue: 0, degenerate: true };
  return {
    mean_diff: test.meanDifference,
    t: test.t,
    df: test.df,
    pvalue: test.pValue,
    pvalue_less: test.pLess,
    pvalue_greater: test.pGreater,
    ci: test.interval,
  };
}

function welchOracle(input: Values, options: Values): Values {
  const confidence = (options.confidence as number | undefined) ?? 0.95;
  if (options.fromStats) {
    const { mean1 = 0, sd1 = 0, n1 = 0, mean2 = 0, sd2 = 0, n2 = 0 } = input as Record<string, number>;
    const moments = (mean: number, sd: number, n: number) => ({ n, mean, m2: sd ** 2 * (n - 1) });
    return tTestValues(welchOfMoments(moments(mean1, sd1, n1), moments(mean2, sd2, n2), confidence));
  }
  const [rawX, rawY] = [numbers(input.x), numbers(input.y)];
  if (options.nanPolicy === 'propagate' && [...rawX, ...rawY].some(Number.isNaN))
    return { t: Number.NaN, pvalue: Number.NaN };
  const [x, y] = options.nanPolicy === 'omit' ? [withoutNaN(rawX), withoutNaN(rawY)] : [rawX, rawY];
  const student = studentTest(x, y, confidence);
  const effect = effectSize(x, y);
  return {
    ...tTestValues(welchTest(x, y, confidence)),
    ...(student.kind === 'tested' ? { t_student: student.t, pvalue_student: student.pValue } : {}),
    cohens_d: effect?.cohensD,
    hedges_g: effect?.hedgesG,
  };
}

function proportionOracle(input: Values, options: Values): Values {
  const { k1 = 0, n1 = 0, k2 = 0, n2 = 0 } = input as Record<string, number>;
  const [a, b] = [
    { successes: k1, trials: n1 },
    { successes: k2, trials: n2 },
  ];
  const confidence = options.confidence as number;
  const test = twoProportionTest(a, b);
  return {
    ...(test.kind === 'tested'
      ? { z: test.z, pvalue: test.pValue, pvalue_larger: test.pLarger, pvalue_smaller: test.pSmaller }
      : { z: Number.NaN, pvalue: 1, noEvidence: true }),
    diff: test.difference,
    ci_wald: waldInterval(a, b, confidence),
    ci_newcombe: newcombeInterval(a, b, confidence),
    ci_agresti_caffo: agrestiCaffoInterval(a, b, confidence),
    wilson1: wilsonInterval(a, confidence),
    cohens_h: cohensH(share(a), share(b)),
    fisher_p: fisherExactTest(a, b).pValue,
  };
}

function mannWhitneyOracle(input: Values, options: Values): Values {
  const [x, y] = [numbers(input.x), numbers(input.y)];
  const method = options.method === 'asymptotic' ? 'normal' : 'auto';
  const test = mannWhitneyTest(x, y, options.alternative as Alternative, method);
  return {
    u1: test.u,
    pvalue: test.pValue,
    cles: test.commonLanguageEffect,
    rank_biserial: test.rankBiserial,
    hodges_lehmann: hodgesLehmannShift(x, y),
  };
}

function cupedOracle(input: Values): Values {
  const result = cuped(
    { post: numbers(input.controlPost), pre: numbers(input.controlPre) },
    { post: numbers(input.treatmentPost), pre: numbers(input.treatmentPre) },
  );
  const { adjusted, unadjusted } = result;
  return {
    theta: result.theta,
    mean_control: result.control.mean,
    mean_treatment: result.treatment.mean,
    var_control: varianceOf(result.control),
    var_treatment: varianceOf(result.treatment),
    diff: adjusted.meanDifference,
    ...(adjusted.kind === 'tested' ? { t: adjusted.t, df: adjusted.df, pvalue: adjusted.pValue } : {}),
    ...(unadjusted.kind === 'tested' ? { t_unadjusted: unadjusted.t } : {}),
    variance_reduction: result.varianceReduction,
  };
}

function interleavingOracle(input: Values, options: Values): Values {
  if (options.kind === 'team_draft') {
    const coins = [...(input.coins as number[])];
    const list = teamDraft(input.a as string[], input.b as string[], input.k as number, () => coins.shift() === 1);
    const credit = creditClicks(list, input.clicks as number[]);
    return { list: list.list, teams: list.teams, creditA: credit.A, creditB: credit.B, outcome: credit.outcome };
  }
  const { wins = 0, losses = 0, ties = 0 } = input as Record<string, number>;
  const test = preferenceTest({ wins, losses, ties }, options.confidence as number);
  if (test.kind === 'insufficient') return { pvalue: 1, preference: test.preference, insufficientData: true };
  const { pValue, winShare, wilson, exact, preference, z } = test;
  return { pvalue: pValue, winShare, wilson, clopper_pearson: exact, preference, z };
}

function sampleRatioOracle(input: Values, options: Values): Values {
  const result = sampleRatioTest(input.observed as number[], input.weights as number[]);
  // No traffic: we give no answer, the peer one without a mismatch.
  const df = (input.weights as number[]).filter((weight) => weight > 0).length - 1;
  if (result === null) return { statistic: 0, df, pvalue: 1, mismatch_0_001: false };
  const { statistic, pValue } = result;
  return { statistic, df: result.df, pvalue: pValue, mismatch_0_001: pValue < (options.threshold as number) };
}

const CORRECTIONS: Record<string, Correction> = {
  holm: 'holm',
  bonferroni: 'bonferroni',
  bh: 'benjamini-hochberg',
  by: 'benjamini-yekutieli',
  hochberg: 'hochberg',
  sidak: 'sidak',
};

function multipleTestingOracle(input: Values, options: Values): Values {
  const pValues = [...numbers(input.pvalues)];
  return Object.fromEntries(
    Object.entries(CORRECTIONS).flatMap(([name, correction]) => {
      const adjusted = adjustPValues(pValues, correction);
      return [
        [name, adjusted],
        [`reject_${name}`, adjusted.map((p) => p <= (options.alpha as number))],
      ];
    }),
  );
}

function powerOracle(input: Values, options: Values): Values {
  const { effectSize: effect = 0, n1 = 0, p1 = 0, p2 = 0, sd = 0, nPerArm = 0 } = input as Record<string, number>;
  const { alpha = 0, power = 0, ratio = 1 } = options as Record<string, number>;
  const plan = { alpha, power };
  if (options.kind === 'mde') return { mde: detectableDifference(sd, nPerArm, plan) };
  if (options.kind === 'two_proportions') {
    const { arcsine, unpooled, pooled } = proportionSampleSize(p1, p2, plan);
    return { n_arcsine: arcsine, n_unpooled: unpooled, n_pooled: pooled };
  }
  if (options.solve === 'power') return { power: tTestPower(effect, n1, alpha, ratio) };
  const needed = tTestSampleSize(effect, plan, ratio);
  return { n1: needed, n1_ceil: Math.ceil(needed) };
}

function impactOracle(input: Values, options: Values): Values {
  if (input.y) {
    const result = interruptedSeries(numbers(input.y), input.interventionIndex as number, options.hacLags as number);
    const all = [result.level, result.slope, result.levelChange, result.slopeChange];
    return {
      params: all.map(({ estimate }) => estimate),
      se_ols: all.map(({ standardError }) => standardError),
      p_ols: all.map(({ pValue }) => pValue),
      se_hac: all.map(({ hacError }) => hacError),
      p_hac: all.map(({ hacP }) => hacP),
      r2: result.r2,
      durbin_watson: result.durbinWatson,
      counterfactual_mean_effect: result.meanEffect,
    };
  }
  const result = differenceInDifferences(
    {
      controlPre: numbers(input.controlPre),
      controlPost: numbers(input.controlPost),
      treatedPre: numbers(input.treatedPre),
      treatedPost: numbers(input.treatedPost),
    },
    (options.confidence as number | undefined) ?? 0.95,
  );
  return {
    effect: result.effect,
    se: result.standardError,
    t: result.t,
    pvalue: result.pValue,
    ci: result.interval,
    se_hc1: result.hc1Error,
    se_hc3: result.hc3Error,
    parallel_baseline_gap: result.baselineGap,
  };
}

export const comparisonOracles: Record<string, Oracle> = {
  welch_t: welchOracle,
  proportion_z: proportionOracle,
  mann_whitney: mannWhitneyOracle,
  cuped: cupedOracle,
  interleaving: interleavingOracle,
  srm: sampleRatioOracle,
  multiple_testing: multipleTestingOracle,
  power: powerOracle,
  impact_its_did: impactOracle,
};
