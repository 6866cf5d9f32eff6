import { describe, expect, test } from '@jest/globals';
import { differenceStandardError, samplesPerArm, share, twoProportionTest } from '../../src/stats/index.js';

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

  test('an effect that fits nowhere is refused', () => {
    expect(() => samplesPerArm(0.5, 0.6, 0.05, 0.8)).toThrow(/effect 0.6/);
  });
});

test('0 of n is not certainty', () => {
  expect(differenceStandardError({ successes: 0, trials: 50 }, { successes: 0, trials: 50 })).toBeGreaterThan(0);
});

test.each([
  [0, 50, 0, 80],
  [50, 50, 80, 80],
])('%d of %d against %d of %d is no evidence, and says so', (k1, n1, k2, n2) => {
  const test1 = twoProportionTest({ successes: k1, trials: n1 }, { successes: k2, trials: n2 });
  expect(test1).toEqual({ kind: 'no-variance', difference: 0 });
});

test('a sample size is rounded up, and taken downwards where the share would exceed 1', () => {
  expect(samplesPerArm(0.02, 0.004, 0.05, 0.8)).toBe(21_106);
  expect(samplesPerArm(0.95, 0.1, 0.05, 0.8)).toBe(samplesPerArm(0.85, 0.1, 0.05, 0.8));
});
