import { describe, expect, test } from '@jest/globals';
import {
  differenceStandardError,
  type Moments,
  mergeMoments,
  momentsOf,
  NO_MOMENTS,
  oneSidedHalfwidth,
  seededRandom,
} from '../../src/stats/index.js';
import {
  confidenceSequence,
  meanDifferenceEstimate,
  meanEstimate,
  shareDifferenceEstimate,
  shareEstimate,
} from './estimate.js';

test('a harmless candidate is seldom failed, however often one looks', () => {
  const [runs, looks, perLook, alpha, rate] = [400, 100, 20, 0.05, 0.05];
  const next = seededRandom(7);
  let failed = 0;
  for (let run = 0; run < runs; run += 1) {
    let [a, b] = [0, 0];
    for (let look = 1; look <= looks; look += 1) {
      for (let i = 0; i < perLook; i += 1) {
        a += next() < rate ? 1 : 0;
        b += next() < rate ? 1 : 0;
      }
      const n = look * perLook;
      if (n < 40) continue;
      const se = differenceStandardError({ successes: a, trials: n }, { successes: b, trials: n });
      if ((b - a) / n - oneSidedHalfwidth(se, n, alpha, 400) > 0) {
        failed += 1;
        break;
      }
    }
  }
  // 5 % of 400 is 20; three standard errors above it is 33. Naive tests at every look fail about 40 % of them.
  expect(failed).toBeLessThanOrEqual(33);
});

describe('sequences of means, shares and differences', () => {
  const plan = { alpha: 0.05, tuning: 500 } as const;
  /** In how many of 200 runs the truth leaves the sequence at any of 50 looks. */
  const misses = (truth: number, look: (x: Moments, y: Moments) => [number, number]) => {
    const random = seededRandom(5);
    let missed = 0;
    for (let run = 0; run < 200; run += 1) {
      let [x, y] = [NO_MOMENTS, NO_MOMENTS];
      const draw = (shift: number) => momentsOf(Array.from({ length: 40 }, () => (random() < 0.3 + shift ? 1 : 0)));
      for (let i = 0; i < 50; i += 1) {
        x = mergeMoments(x, draw(0.1));
        y = mergeMoments(y, draw(0));
        const [low, high] = look(x, y);
        if (truth >= low && truth <= high) continue;
        missed += 1;
        break;
      }
    }
    return missed;
  };
  const counts = ({ n, mean }: Moments) => ({ successes: Math.round(n * mean), trials: n });

  test.each([
    ['a mean', 0.4, (x: Moments) => confidenceSequence(meanEstimate(x), plan)],
    ['a share', 0.4, (x: Moments) => confidenceSequence(shareEstimate(counts(x)), plan)],
    ['a difference of means', 0.1, (x: Moments, y: Moments) => confidenceSequence(meanDifferenceEstimate(x, y), plan)],
    [
      'a difference of shares',
      0.1,
      (x: Moments, y: Moments) => confidenceSequence(shareDifferenceEstimate(counts(x), counts(y)), plan),
    ],
  ])('of %s hold at all looks at once', (_, truth, look) => {
    // 5 % of 200 is 10; 19 is three standard errors above.
    expect(misses(truth, look)).toBeLessThanOrEqual(19);
  });

  test('rest on the spread of both arms, and on the observations of the smaller', () => {
    const [x, y] = [momentsOf([1, 2, 3, 4]), momentsOf([10, 12])];
    expect(meanEstimate(x)).toEqual({ value: 2.5, standardError: Math.sqrt(5 / 3 / 4), n: 4 });
    const means = { value: -8.5, n: 2, standardError: Math.sqrt(5 / 12 + 1) };
    expect(meanDifferenceEstimate(x, y)).toEqual({ ...means, standardError: expect.closeTo(means.standardError, 12) });
    const [a, b] = [
      { successes: 3, trials: 10 },
      { successes: 0, trials: 4 },
    ];
    // One success and one failure more: 4 of 12 and 1 of 6.
    expect(shareEstimate(a)).toEqual({ value: 0.3, standardError: expect.closeTo(Math.sqrt(2 / 9 / 12), 12), n: 10 });
    const shares = { value: 0.3, n: 4, standardError: expect.closeTo(Math.sqrt(2 / 9 / 12 + 5 / 36 / 6), 12) };
    expect(shareDifferenceEstimate(a, b)).toEqual(shares);
  });

  test('one-sided ends are nearer than two-sided ones', () => {
    const estimate = { value: 1, standardError: 0.1, n: 200 };
    const [low] = confidenceSequence(estimate, { ...plan, sides: 1 });
    const both = confidenceSequence(estimate, { ...plan, sides: 2 });
    expect(low).toBeGreaterThan(both[0]);
    expect(both).toEqual(confidenceSequence(estimate, plan));
    expect(both[0] + both[1]).toBeCloseTo(2, 12);
  });
});
