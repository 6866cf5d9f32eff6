import { describe, expect, test } from '@jest/globals';
import { judgeAbTest } from '../../src/analysis/ab-test.js';
import { judgeImpact } from '../../src/analysis/impact.js';
import { judgeShadow } from '../../src/analysis/shadow.js';
import type { AbTest } from '../../src/domain/spec/phases.js';

describe('A/B evaluation', () => {
  const plan: AbTest = {
    split: 50,
    primary: 'accuracy',
    minDetectableEffect: 0.05,
    power: 0.8,
    alpha: 0.05,
    maxDuration: 1000,
  };
  const judge = (b: [number, number], c: [number, number], over: Partial<AbTest> = {}) =>
    judgeAbTest({ ...plan, ...over }, { successes: b[0], trials: b[1] }, { successes: c[0], trials: c[1] });

  test('plans with the baseline once it is known', () => {
    expect(judge([10, 20], [10, 20]).neededPerArm).toBeNull();
    expect(judge([450, 500], [90, 100]).neededPerArm).toBe(432);
  });
  test('waits for the sample, however clear the difference', () => {
    expect(judge([450, 500], [0, 100]).evidence).toMatchObject({
      verdict: 'inconclusive',
      reason: 'accuracy: 100 of 432 samples an arm',
    });
  });
  test.each([
    ['superior', [450, 500], [490, 500], {}, 'pass', /superior/],
    ['inferior', [450, 500], [380, 500], {}, 'fail', /inferior/],
    ['non-inferior', [450, 500], [452, 500], {}, 'pass', /non-inferior/],
    ['undecided', [450, 500], [438, 500], {}, 'inconclusive', /not ruled out/],
    ['fewer errors is superior', [250, 1500], [60, 1500], { primary: 'error_rate' }, 'pass', /superior/],
    ['more errors is inferior', [60, 1500], [250, 1500], { primary: 'error_rate' }, 'fail', /inferior/],
  ] as const)('%s', (_, b, c, over, verdict, reason) => {
    expect(judge([...b], [...c], over).evidence).toMatchObject({ verdict, reason: expect.stringMatching(reason) });
  });
});

describe('shadow', () => {
  const plan = { sample: 100, minSamples: 100, minAgreement: 0.9, maxDuration: 1000 };
  const summary = {
    pairs: 0,
    compared: 0,
    agreed: 0,
    baselineErrors: 0,
    candidateErrors: 0,
    latencyDifferenceMs: { count: 0, sum: 0, sumOfSquares: 0 },
    scoreDifference: { count: 0, sum: 0, sumOfSquares: 0 },
  };
  test.each([
    ['no pairs', {}, 'inconclusive'],
    ['too few', { pairs: 50, compared: 50, agreed: 50 }, 'inconclusive'],
    ['agreement', { pairs: 100, compared: 100, agreed: 95 }, 'pass'],
    ['disagreement', { pairs: 100, compared: 100, agreed: 80 }, 'fail'],
    ['an error is a disagreement', { pairs: 120, compared: 100, agreed: 100, candidateErrors: 20 }, 'fail'],
  ])('%s', (_, over, verdict) => {
    expect(judgeShadow(plan, { ...summary, ...over }).verdict).toBe(verdict);
  });
});

describe('impact', () => {
  const share = (successes: number, trials: number) => ({ kind: 'proportion', value: { successes, trials } }) as const;
  test.each([
    ['no data', share(0, 0), share(90, 100), 'inconclusive'],
    ['better', share(900, 1000), share(980, 1000), 'pass'],
    ['worse', share(900, 1000), share(800, 1000), 'fail'],
    ['the same', share(900, 1000), share(899, 1000), 'pass'],
  ])('%s', (_, before, after, verdict) => {
    expect(judgeImpact('accuracy', before, after).verdict).toBe(verdict);
  });
});
