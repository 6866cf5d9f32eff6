import { describe, expect, test } from '@jest/globals';
import {
  agreementOf,
  anomalies,
  chiSquareOfCounts,
  columnDrift,
  cuped,
  cusumChart,
  interruptedSeries,
  ksTest,
  mannWhitneyTest,
  momentsOf,
  normedWasserstein,
  robustScores,
  rocAuc,
  twoProportionTest,
  varianceOf,
  welchTest,
  zScores,
} from '../../src/stats/index.js';

/** docs/statistics.md, "Degenerate input", row by row. */
describe('degenerate input', () => {
  const ones = Array.from({ length: 12 }, () => 1);
  const twos = Array.from({ length: 15 }, () => 2);

  test('two different constants: a difference without variance, no p-value', () => {
    expect(welchTest(ones, twos)).toEqual({ kind: 'no-variance', meanDifference: -1 });
  });
  test('two equal constants: no difference, no p-value', () => {
    expect(welchTest(ones, ones)).toEqual({ kind: 'no-variance', meanDifference: 0 });
  });
  test('all values tied: ranks say nothing, p = 1', () => {
    expect(mannWhitneyTest(ones, ones)).toMatchObject({ pValue: 1, commonLanguageEffect: 0.5 });
  });
  test('two different constants are as far apart as distributions can be', () => {
    expect(ksTest(ones, twos)).toMatchObject({ statistic: 1, method: 'exact' });
    expect(mannWhitneyTest(ones, twos).commonLanguageEffect).toBe(0);
  });
  test('0 of n against 0 of n: no evidence, tagged', () => {
    expect(twoProportionTest({ successes: 0, trials: 9 }, { successes: 0, trials: 7 }).kind).toBe('no-variance');
  });
  test('a constant reference has a floor of 0.001 for its spread', () => {
    expect(normedWasserstein(ones, twos)).toBe(1000);
    expect(columnDrift({ type: 'numeric', reference: ones, current: ones })).toMatchObject({ method: 'z', score: 1 });
  });
  test('a constant pre-period adjusts nothing', () => {
    const post = [1, 5, 2, 8];
    const arm = { post, pre: [3, 3, 3, 3] };
    expect(cuped(arm, { ...arm, post: [2, 6, 3, 9] })).toMatchObject({ theta: 0, varianceReduction: 0 });
  });
  test('one class only: nothing to rank', () => {
    expect(rocAuc([1, 1, 1], [0.2, 0.4, 0.9])).toBeNull();
  });
  test('one label throughout: chance explains all agreement', () => {
    expect(agreementOf(['a', 'a'], ['a', 'a'])).toMatchObject({ agreement: 1, kappa: null });
  });
  test('a constant series has no outliers; one that is nearly constant has those that differ', () => {
    expect(zScores(ones)).toEqual(Array.from({ length: 12 }, () => 0));
    expect(robustScores(ones).scores).toBeNull();
    expect(anomalies([7, 7, 7, 7, 9, 7])).toEqual([4]);
  });
  test('a constant reference gives a chart of zeros, and refuses a series that moves', () => {
    expect(cusumChart(ones, { mean: 1, sd: 0 }).high).toEqual(Array.from({ length: 12 }, () => 0));
    expect(() => cusumChart([1, 2], { mean: 1, sd: 0 })).toThrow('series[1] is 2; the reference is constant at 1');
  });
  test('a category that was never expected is impossible: p = 0', () => {
    expect(chiSquareOfCounts([5, 1], [6, 0]).pValue).toBe(0);
  });
  test('a series that follows its trend exactly leaves no error to compare with', () => {
    const result = interruptedSeries([1, 2, 3, 4, 5, 6, 7, 8], 4);
    expect(result.meanEffect).toBeCloseTo(0, 10);
  });
});

describe('values near 1e9 with a variance of 1e-6', () => {
  // Multiples of 2^-22 are exact near 1e9, so that the true moments are known.
  const unit = 2 ** -22;
  const steps = Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 1000) - 500);
  const values = steps.map((step) => 1e9 + step * 4 * unit);
  const exact = (999_999 / 12 / 999) * 1000 * (4 * unit) ** 2;

  test('variance is right to 1e-9', () => {
    expect(varianceOf(momentsOf(values)) / exact).toBeCloseTo(1, 9);
  });
  test('so is the difference of two means', () => {
    const moved = values.map((value) => value + 64 * unit);
    const result = welchTest(moved, values);
    expect(result.meanDifference / (64 * unit)).toBeCloseTo(1, 9);
    expect(result.kind === 'tested' ? result.t / ((64 * unit) / Math.sqrt((2 * exact) / 1000)) : 0).toBeCloseTo(1, 9);
  });
});
