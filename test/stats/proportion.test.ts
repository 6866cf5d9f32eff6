import { describe, expect, test } from '@jest/globals';
import {
  differenceStandardError,
  newcombeInterval,
  samplesPerArm,
  share,
  wilsonInterval,
} from '../../src/stats/proportion.js';
import { expectOracle, oracleCases } from './oracles.js';

interface TwoShares {
  k1: number;
  n1: number;
  k2: number;
  n2: number;
}

describe('two proportions agree with statsmodels', () => {
  const cases = oracleCases('proportion_z').filter((c) => c.expected['ci_newcombe'] !== undefined);
  test.each(cases)('$name', (testCase) => {
    const { k1, n1, k2, n2 } = testCase.input as unknown as TwoShares;
    const confidence = testCase.options['confidence'] as number;
    const [a, b] = [
      { successes: k1, trials: n1 },
      { successes: k2, trials: n2 },
    ];
    expectOracle(testCase, 'ci_newcombe', newcombeInterval(a, b, confidence));
    if (testCase.expected['wilson1']) expectOracle(testCase, 'wilson1', wilsonInterval(a, confidence));
  });
});

describe('sample sizes agree with the closed form', () => {
  const cases = oracleCases('power').filter(
    (c) => c.options['kind'] === 'two_proportions' && c.expected['n_unpooled'] !== undefined,
  );
  test.each(cases)('$name', ({ input, options, expected }) => {
    const [p1, p2] = [input['p1'] as number, input['p2'] as number];
    // Ours takes the absolute effect upwards from the base, as the spec's minDetectableEffect does.
    const n = samplesPerArm(
      Math.min(p1, p2),
      Math.abs(p2 - p1),
      options['alpha'] as number,
      options['power'] as number,
    );
    expect(n).toBe(Math.ceil(expected['n_unpooled'] as number));
  });
});

describe('bad input', () => {
  test.each([
    [{ successes: 1, trials: 0 }],
    [{ successes: -1, trials: 5 }],
    [{ successes: 6, trials: 5 }],
    [{ successes: Number.NaN, trials: 5 }],
    [{ successes: 1, trials: Number.POSITIVE_INFINITY }],
    [{ successes: 0.5, trials: 5 }],
  ])('%j is refused', (counts) => {
    expect(() => share(counts)).toThrow(RangeError);
    expect(() => differenceStandardError(counts, { successes: 1, trials: 2 })).toThrow(RangeError);
  });

  test('0 of n is not certainty', () => {
    expect(differenceStandardError({ successes: 0, trials: 50 }, { successes: 0, trials: 50 })).toBeGreaterThan(0);
  });

  test('an effect that fits nowhere is refused', () => {
    expect(() => samplesPerArm(0.5, 0.6, 0.05, 0.8)).toThrow(/effect 0.6/);
  });
});
