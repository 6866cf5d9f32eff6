import { describe, expect, test } from '@jest/globals';
import { judgeImpact } from '../../src/analysis/impact.js';
import { judgeShadow } from '../../src/analysis/shadow.js';

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
