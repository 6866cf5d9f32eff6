import { describe, expect, test } from '@jest/globals';
import {
  fisherExactTest,
  mcnemarTest,
  quantileDifference,
  scoreTest,
  seededRandom,
  sequentialSampleRatio,
} from '../../src/stats/index.js';
import { teamDraft } from './oracle/team-draft.js';

test('the exact test of a rare error: 0 of 20 against 5 of 20', () => {
  // R: fisher.test(matrix(c(0,20,5,15),2)): 0.04712; alternative = "less": 0.02356.
  const result = fisherExactTest({ successes: 0, trials: 20 }, { successes: 5, trials: 20 });
  expect(result.pValue).toBeCloseTo(0.047_12, 4);
  expect(result.pSmaller).toBeCloseTo(0.023_56, 4);
  expect(result.pLarger).toBeCloseTo(1, 12);
});

test('two models on the same requests: only rows in dispute count', () => {
  // statsmodels mcnemar exact: 2 against 10 gives 0.0385742; corrected chi-square of 20 against 45 gives 0.0029124.
  expect(mcnemarTest(2, 10)).toMatchObject({ method: 'exact', pValue: expect.closeTo(0.038_574_2, 6) });
  expect(mcnemarTest(20, 45)).toMatchObject({ method: 'chi-square', pValue: expect.closeTo(0.002_912, 5) });
});

test('the interval of a latency quantile covers the shift', () => {
  const random = seededRandom(6);
  const latency = () => 50 / Math.sqrt(1 - random());
  const control = Array.from({ length: 1500 }, latency);
  const treatment = Array.from({ length: 1500 }, () => latency() + 30);
  const { interval } = quantileDifference(treatment, control, 0.5, { seed: 2, resamples: 400 });
  expect(interval[0]).toBeGreaterThan(20);
  expect(interval[1]).toBeLessThan(40);
});

describe('sample ratio, looked at after every user', () => {
  const smallest = (share: number, seed: number) => {
    const random = seededRandom(seed);
    const counts: [number, number] = [0, 0];
    let p = 1;
    for (let i = 0; i < 5000; i += 1) {
      counts[random() < share ? 0 : 1] += 1;
      p = Math.min(p, sequentialSampleRatio(counts, [1, 1]).pValue);
    }
    return p;
  };
  test('a true split is accused in fewer than 5 % of runs', () => {
    const accused = Array.from({ length: 100 }, (_, seed) => smallest(0.5, seed)).filter((p) => p < 0.05);
    expect(accused.length).toBeLessThanOrEqual(5);
  });
  test('a broken one is found', () => {
    expect(smallest(0.55, 1)).toBeLessThan(0.001);
  });
});

test('a ranker that has run out passes its pick', () => {
  const { list, teams } = teamDraft(['a'], ['b', 'c', 'd'], 10, () => true);
  expect(list).toEqual(['a', 'b', 'c', 'd']);
  expect(teams).toEqual(['A', 'B', 'B', 'B']);
});

describe('score test with a margin', () => {
  // Shares maximised under the constraint p1 - p2 = margin with scipy's minimize_scalar.
  test.each([
    [30, 500, 20, 480, 0.01, 0.596_123_8],
    [5, 50, 1, 900, 0.02, 3.847_278_6],
    [90, 100, 70, 100, 0.1, 1.818_238_6],
    [12, 300, 15, 310, -0.02, 0.691_309_8],
    [480, 24_000, 575, 24_000, 0, -2.957_490_3],
  ])('%d of %d against %d of %d, margin %d', (k1, n1, k2, n2, margin, z) => {
    const score = scoreTest({ successes: k1, trials: n1 }, { successes: k2, trials: n2 }, margin);
    expect(score?.z).toBeCloseTo(z, 6);
  });
  test('without any variance there is no score', () => {
    expect(scoreTest({ successes: 0, trials: 40 }, { successes: 0, trials: 700 })).toBeNull();
    expect(scoreTest({ successes: 0, trials: 40 }, { successes: 0, trials: 700 }, 0.01)?.z).toBeCloseTo(
      -0.635_641_7,
      6,
    );
  });
});
