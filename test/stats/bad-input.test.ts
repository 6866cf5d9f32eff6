import { describe, expect, test } from '@jest/globals';
import * as stats from '../../src/stats/index.js';

const HALF = { successes: 5, trials: 10 };
const GOOD = [1, 2, 3, 4, 5, 6, 7, 8];

/** Every function of two samples, by what it would be called in a report. */
const TWO_SAMPLES: Record<string, (x: number[], y: number[]) => unknown> = {
  'Kolmogorov-Smirnov': stats.ksTest,
  Wasserstein: stats.wassersteinDistance,
  'normed Wasserstein': stats.normedWasserstein,
  'shares in bins': stats.numericShares,
  Welch: stats.welchTest,
  Student: stats.studentTest,
  'effect size': stats.effectSize,
  'Mann-Whitney': (x, y) => stats.mannWhitneyTest(x, y),
  'Hodges-Lehmann': stats.hodgesLehmannShift,
  'quantile comparison': (x, y) => stats.compareQuantiles(x, y, [0.5]),
  'quantile bootstrap': (x, y) => stats.quantileDifference(x, y, 0.5, { seed: 1, resamples: 100 }),
  'numeric drift': (x, y) => stats.columnDrift({ type: 'numeric', reference: x, current: y }),
  'difference in differences': (x, y) =>
    stats.differenceInDifferences({ controlPre: x, controlPost: GOOD, treatedPre: GOOD, treatedPost: y }),
};

const ONE_SAMPLE: Record<string, (x: number[]) => unknown> = {
  summary: stats.summarise,
  quantiles: (x) => stats.quantiles(x, [0.5]),
  'quantile interval': (x) => stats.quantileInterval(x, 0.5),
  'Harrell-Davis': (x) => stats.harrellDavis(x, 0.5),
  'z scores': stats.zScores,
  'robust scores': stats.robustScores,
  fences: (x) => stats.iqrFences(x),
  'interrupted series': (x) => stats.interruptedSeries(x, 2),
};

/** Every function of paired lists. */
const PAIRS: Record<string, (x: number[], y: number[]) => unknown> = {
  'regression quality': stats.regressionQuality,
  'ROC AUC': stats.rocAuc,
  'average precision': stats.averagePrecision,
  'log loss': stats.logLoss,
  Brier: stats.brierScore,
  calibration: (x, y) => stats.calibrationCurve(x, y),
  'binary quality': stats.binaryQuality,
  'classification quality': stats.classificationQuality,
  agreement: stats.agreementOf,
  CUPED: (x, y) => stats.cuped({ post: x, pre: y }, { post: GOOD, pre: GOOD }),
};

const BAD = [
  ['nothing', []],
  ['NaN', [1, Number.NaN, 3]],
  ['an infinity', [1, 2, Number.POSITIVE_INFINITY]],
  ['a negative infinity', [Number.NEGATIVE_INFINITY, 2, 3]],
] as const;

describe('is refused with a RangeError, never answered with 0, NaN or p = 1', () => {
  for (const [what, bad] of BAD) {
    test.each(Object.entries(TWO_SAMPLES))(`${what} on either side of %s`, (_, statistic) => {
      expect(() => statistic([...bad], GOOD)).toThrow(RangeError);
      expect(() => statistic(GOOD, [...bad])).toThrow(RangeError);
    });
    test.each(Object.entries(ONE_SAMPLE))(`${what} in %s`, (_, statistic) => {
      expect(() => statistic([...bad])).toThrow(RangeError);
    });
  }
  test.each(Object.entries(PAIRS))('unequal lengths, or nothing, in %s', (_, statistic) => {
    expect(() => statistic([1, 0, 1], [1, 0])).toThrow(RangeError);
    expect(() => statistic([], [])).toThrow(RangeError);
  });
});

test('the message names the value and its place', () => {
  expect(() => stats.welchTest([1, 2, Number.NaN], GOOD)).toThrow('x[2] is NaN, not a finite number');
  expect(() => stats.ksTest(GOOD, [])).toThrow('y has 0 values; at least 1 are needed');
  expect(() => stats.datasetDrift({ age: { type: 'numeric', reference: GOOD, current: [] } })).toThrow(
    'feature "age": current has 0 values',
  );
});

describe('one value', () => {
  test.each(['Welch', 'Student', 'effect size'])('is too few for %s', (name) => {
    expect(() => TWO_SAMPLES[name]?.([1], GOOD)).toThrow(/1 value/);
  });
  test('has no spread: null, not 0', () => {
    expect(stats.summarise([3])).toMatchObject({ n: 1, mean: 3, variance: null, sd: null, skew: null });
    expect(stats.regressionQuality([1], [2]).r2).toBeNull();
  });
});

describe('counts', () => {
  test.each([
    ['negative', -1],
    ['fractional', 1.5],
    ['NaN', Number.NaN],
  ])('%s are refused', (_, bad) => {
    expect(() =>
      stats.chiSquareOfTable([
        [bad, 2],
        [3, 4],
      ]),
    ).toThrow(RangeError);
    expect(() => stats.preferenceTest({ wins: bad, losses: 1, ties: 0 })).toThrow(RangeError);
    expect(() => stats.sampleRatioTest([bad, 10], [1, 1])).toThrow(RangeError);
    expect(() => stats.mcnemarTest(bad, 3)).toThrow(RangeError);
    expect(() => stats.fisherExactTest({ successes: bad, trials: 5 }, { successes: 1, trials: 5 })).toThrow(RangeError);
  });
  test('traffic on an arm that was promised none is left out of the test, and told', () => {
    expect(stats.sampleRatioTest([10, 10, 3], [1, 1, 0])).toMatchObject({ df: 1, pValue: 1, unplanned: 3 });
  });
  test('no traffic at all is no answer', () => {
    expect(stats.sampleRatioTest([0, 0], [1, 1])).toBeNull();
    expect(stats.mcnemarTest(0, 0)).toBeNull();
  });
});

describe('plans', () => {
  const plan = { spending: 'pocock', alpha: 0.05, sides: 1 } as const;
  test.each([[[0.5, 0.5]], [[0.6, 0.4]], [[0, 1]], [[0.5, 1.1]]])('looks at %j are refused', (fractions) => {
    expect(() => stats.groupSequentialDesign(fractions, plan)).toThrow(/do not ascend/);
  });
  test.each([0, 1, -0.1, Number.NaN])('alpha %d is refused', (alpha) => {
    expect(() => stats.groupSequentialDesign([1], { ...plan, alpha })).toThrow(RangeError);
    expect(() => stats.twoSidedHalfwidth(1, 10, alpha, 100)).toThrow(RangeError);
    expect(() => stats.mixtureHalfwidth(1, 1, alpha)).toThrow(RangeError);
  });
  test.each<[string, () => unknown]>([
    ['no information', () => stats.spentAlpha(0, plan)],
    ['more information than is planned', () => stats.spentAlpha(1.001, plan)],
    ['a sequence tuned to nothing', () => stats.mixtureRho(0.05, 0)],
    ['a one-sided sequence at a coin’s chance', () => stats.oneSidedHalfwidth(1, 10, 0.5, 100)],
    ['a p-value of what has no error', () => stats.sequenceP(1, 0, 10, 0.05, 100)],
    ['a ratio test without variance', () => stats.logLikelihoodRatio({ difference: 1, variance: 0 }, 1)],
    ['a ratio test of infinite variance', () => stats.logLikelihoodRatio({ difference: 1, variance: 1 / 0 }, 1)],
    ['a mixture of no effects', () => stats.mixtureHalfwidth(1, 0, 0.05)],
    ['a mixture of all effects', () => stats.mixtureHalfwidth(1, Number.POSITIVE_INFINITY, 0.05)],
    ['a margin of everything', () => stats.scoreTest(HALF, HALF, 1)],
    ['a negative margin of everything', () => stats.scoreTest(HALF, HALF, -1)],
    ['an interval of all confidence', () => stats.wilsonInterval(HALF, 1)],
    ['a t test of no freedom', () => stats.tTestPower(0.5, 1, 0.05)],
    ['a sample for no effect', () => stats.tTestSampleSize(0, { alpha: 0.05, power: 0.8 })],
    ['a sample for equal shares', () => stats.proportionSampleSize(0.5, 0.5, { alpha: 0.05, power: 0.8 })],
    ['a share below 0', () => stats.proportionSampleSize(-0.1, 0.5, { alpha: 0.05, power: 0.8 })],
    ['a share above 1', () => stats.proportionSampleSize(0.5, 1.1, { alpha: 0.05, power: 0.8 })],
    ['another share below 0', () => stats.proportionSampleSize(0.5, -0.1, { alpha: 0.05, power: 0.8 })],
    ['a power of 1', () => stats.proportionSampleSize(0.5, 0.6, { alpha: 0.05, power: 1 })],
    ['an effect of 0', () => stats.samplesPerArm(0.5, 0, 0.05, 0.8)],
    ['a base below 0', () => stats.samplesPerArm(-0.1, 0.2, 0.05, 0.8)],
    ['a base above 1', () => stats.samplesPerArm(1.1, 0.2, 0.05, 0.8)],
    ['a negative spread', () => stats.detectableDifference(-1, 10, { alpha: 0.05, power: 0.8 })],
    ['no observations', () => stats.detectableDifference(1, 0, { alpha: 0.05, power: 0.8 })],
    ['one arm', () => stats.sampleRatioTest([10], [1])],
    ['one arm with weight', () => stats.sampleRatioTest([10, 0], [1, 0])],
    ['more arms than weights', () => stats.sampleRatioTest([1, 2, 3], [1, 1])],
    ['a negative weight', () => stats.sampleRatioTest([1, 2], [2, -1])],
    ['an infinite weight', () => stats.sampleRatioTest([1, 2], [1, Number.POSITIVE_INFINITY])],
    ['a prior of too few arms', () => stats.sequentialSampleRatio([1, 2], [1, 1], [1])],
    ['a prior of 0', () => stats.sequentialSampleRatio([1, 2], [1, 1], [1, 0])],
    ['a confidence of 1', () => stats.welchTest(GOOD, GOOD.toReversed(), 1)],
    ['values too large for their squares', () => stats.welchTest([1e200, -1e200], GOOD)],
  ])('%s is refused', (_, ask) => expect(ask).toThrow(RangeError));
  test('what lies just within is taken', () => {
    expect(stats.spentAlpha(1, plan)).toBeCloseTo(0.05, 12);
    expect(stats.spentAlpha(0.5, { ...plan, spending: 'power' })).toBeCloseTo(0.05 / 4, 12);
    expect(stats.samplesPerArm(0, 0.1, 0.05, 0.8)).toBe(71);
    expect(stats.samplesPerArm(1, 0.1, 0.05, 0.8)).toBe(71);
    expect(stats.detectableDifference(0, 10, { alpha: 0.05, power: 0.8 })).toBe(0);
    expect(stats.adjustPValues([0, 1], 'bonferroni')).toEqual([0, 1]);
    expect(stats.sampleRatioTest([10, 0, 10], [1, 0, 1])).toMatchObject({ df: 1, unplanned: 0 });
    expect(stats.sequentialSampleRatio([5, 9, 5], [1, 0, 1], [1, 0, 1]).pValue).toBe(1);
  });
  test('a p-value outside 0..1 is refused; NaN stays where it was', () => {
    expect(() => stats.adjustPValues([0.1, 1.2], 'holm')).toThrow('p-value 1.2 at index 1');
    expect(() => stats.adjustPValues([0.1, -0.1], 'holm')).toThrow('p-value -0.1 at index 1');
    expect(stats.adjustPValues([0.01, Number.NaN, 0.04], 'holm')).toEqual([0.02, Number.NaN, 0.04]);
  });
});

describe('coded categories', () => {
  const many = Uint8Array.from({ length: 300_003 }, (_, i) => (i * 7) % 10);
  test('are counted alike as bytes and as numbers', () => {
    expect(stats.countCodes(many, 10)).toEqual(stats.countCodes(Array.from(many), 10));
    expect(stats.countCodes(many, 300)).toHaveLength(300);
    expect(stats.countCodes(many.subarray(1), 10).reduce((a, b) => a + b)).toBe(300_002);
  });
  test.each([[[0, 1, 10]], [[0, -1, 1]], [[0, 0.5]], [[Number.NaN]]])('%j are refused', (codes) => {
    expect(() => stats.countCodes(codes, 10)).toThrow(/code .* at index/);
  });
  test('a byte outside is found among many', () => {
    const broken = Uint8Array.from(many);
    broken[77_777] = 200;
    expect(() => stats.countCodes(broken, 10)).toThrow('code 200 at index 77777');
  });
});
