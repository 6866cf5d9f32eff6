import { describe, expect, test } from '@jest/globals';
import {
  bootstrapDifference,
  compareQuantiles,
  effectSize,
  fisherExactTest,
  hodgesLehmannShift,
  mannWhitneyTest,
  sampleRatioTest,
  samplesPerArm,
  seededRandom,
  studentTest,
  tTestPower,
  tTestSampleSize,
  welchTest,
} from '../../src/stats/index.js';

/** Each test is held to its definition, counted out where a product would never do so. */

function integers(length: number, below: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length }, () => Math.floor(random() * below));
}

describe('Hodges-Lehmann is the median of all differences', () => {
  const median = (x: number[], y: number[]) => {
    const all = x.flatMap((a) => y.map((b) => a - b)).sort((a, b) => a - b);
    const half = all.length / 2;
    return ((all[Math.ceil(half) - 1] as number) + (all[Math.floor(half)] as number)) / 2;
  };
  // Two values: the lowest difference is half of all. One: there is none above it.
  test.each([1, 2, 3, 7, 1000])('of integers below %d', (below) => {
    for (let seed = 0; seed < 200; seed += 1) {
      const [n, m] = [1 + (seed % 13), 1 + ((seed * 7) % 41)];
      const [x, y] = [integers(n, below, seed), integers(m, below, seed + 1000)];
      expect(hodgesLehmannShift(x, y)).toBeCloseTo(median(x, y), 9);
    }
  });
  test('where half of all differences are the lowest one', () => {
    expect(hodgesLehmannShift([0, 0], [0, 1])).toBe(-0.5);
    expect(hodgesLehmannShift([0, 0, 5], [0, 0])).toBe(0);
  });
});

describe('Mann-Whitney', () => {
  /** Share of all ways to give `n` of the values 0..n+m-1 to x that let x win so many pairs or more. */
  function atLeast(u: number, n: number, m: number): number {
    let [total, found] = [0, 0];
    for (let mask = 0; mask < 2 ** (n + m); mask += 1) {
      let [ones, wins] = [0, 0];
      for (let bit = 0; bit < n + m; bit += 1) {
        if ((mask >> bit) % 2 === 0) continue;
        wins += bit - ones;
        ones += 1;
      }
      if (ones !== n) continue;
      total += 1;
      if (wins >= u) found += 1;
    }
    return found / total;
  }
  test.each([
    [
      [1, 3, 5],
      [2, 4, 6, 7],
    ],
    [
      [7, 9, 8, 10],
      [1, 2, 3, 4, 6],
    ],
    [
      [1, 2],
      [3, 4, 5, 6],
    ],
    [[5], [1, 9]],
  ])('%j against %j, exactly', (x, y) => {
    const { u, method, pValue } = mannWhitneyTest(x, y, 'greater');
    const greater = atLeast(u, x.length, y.length);
    const less = atLeast(x.length * y.length - u, y.length, x.length);
    expect(method).toBe('exact');
    expect(pValue).toBeCloseTo(greater, 12);
    expect(mannWhitneyTest(x, y, 'less').pValue).toBeCloseTo(less, 12);
    expect(mannWhitneyTest(x, y).pValue).toBeCloseTo(Math.min(1, 2 * Math.min(greater, less)), 12);
  });
  test('with ties, what is greater one way is less the other', () => {
    const [x, y] = [integers(30, 9, 1).map((value) => value + 1), integers(40, 9, 2)];
    const greater = mannWhitneyTest(x, y, 'greater');
    expect(greater.method).toBe('normal');
    expect(greater.pValue).toBe(mannWhitneyTest(y, x, 'less').pValue);
    expect(greater.pValue).toBeLessThan(mannWhitneyTest(x, y, 'less').pValue);
  });
  test('of nothing but ties there is no order', () => {
    expect(mannWhitneyTest([2, 2, 2], [2, 2], 'greater').pValue).toBe(1);
  });
});

describe("Fisher's test sums the tables of its margins", () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  test.each([
    [7, 10, 3, 12],
    [0, 9, 4, 6],
    [5, 5, 2, 8],
    [9, 10, 8, 9],
    [1, 14, 1, 3],
  ])('%d of %d against %d of %d', (k1, n1, k2, n2) => {
    const tables: { k: number; p: number }[] = [];
    for (let k = Math.max(0, k1 + k2 - n2); k <= Math.min(n1, k1 + k2); k += 1)
      tables.push({ k, p: (choose(n1, k) * choose(n2, k1 + k2 - k)) / choose(n1 + n2, k1 + k2) });
    const observed = tables.find(({ k }) => k === k1)?.p as number;
    const sum = (holds: (table: { k: number; p: number }) => boolean) =>
      tables.filter(holds).reduce((total, { p }) => total + p, 0);
    const found = fisherExactTest({ successes: k1, trials: n1 }, { successes: k2, trials: n2 });
    expect(found.pLarger).toBeCloseTo(
      sum(({ k }) => k >= k1),
      12,
    );
    expect(found.pSmaller).toBeCloseTo(
      sum(({ k }) => k <= k1),
      12,
    );
    expect(found.pValue).toBeCloseTo(
      sum(({ p }) => p <= observed * (1 + 1e-7)),
      12,
    );
  });
});

describe('bootstrap', () => {
  const [x, y] = [integers(80, 100, 3), integers(60, 50, 4)];
  const meanOf = (values: number[] | Float64Array) => {
    let sum = 0;
    for (const value of values) sum += value;
    return sum / values.length;
  };
  const varianceOf = (values: number[]) => meanOf(values.map((value) => (value - meanOf(values)) ** 2));
  const difference = (a: Float64Array, b: Float64Array) => meanOf(a) - meanOf(b);

  test('of a difference of means: as wide as the normal law has it', () => {
    const error = Math.sqrt(varianceOf(x) / x.length + varianceOf(y) / y.length);
    for (const [confidence, z] of [
      [0.95, 1.96],
      [0.8, 1.2816],
    ] as const) {
      const found = bootstrapDifference(x, y, difference, { seed: 8, resamples: 4000, confidence });
      expect(found.estimate).toBe(meanOf(x) - meanOf(y));
      expect(found.standardError / error).toBeCloseTo(1, 1);
      expect((found.estimate - found.interval[0]) / (z * error)).toBeCloseTo(1, 1);
      expect((found.interval[1] - found.estimate) / (z * error)).toBeCloseTo(1, 1);
    }
  });
  test('a quantile of 0 has no ratio', () => {
    const [median] = compareQuantiles([4, 5, 6], [0, 0, 1], [0.5]);
    expect(median).toEqual({ q: 0.5, control: 0, treatment: 5, delta: 5, ratio: null });
  });
});

test('samples that do not vary are not tested', () => {
  expect(welchTest([3, 3], [1, 1, 1])).toEqual({ kind: 'no-variance', meanDifference: 2 });
  expect(studentTest([3, 3], [1, 1, 1])).toEqual({ kind: 'no-variance', meanDifference: 2 });
  expect(effectSize([3, 3], [1, 1, 1])).toBeNull();
});

describe('sizes', () => {
  const plan = { alpha: 0.05, power: 0.8 };
  test.each([
    [0.3, 1],
    [-0.3, 1],
    [0.5, 3],
    [0.5, 0.25],
    [4, 1],
    [9, 2],
  ])('an effect of %d, %d in the other arm for each: just enough', (effect, ratio) => {
    const n = tTestSampleSize(effect, plan, ratio);
    expect(tTestPower(effect, n, plan.alpha, ratio)).toBeCloseTo(plan.power, 6);
  });
  test('no size finds nothing', () => {
    expect(() => tTestSampleSize(0, plan)).toThrow('effect 0: no sample finds a difference of 0');
    expect(() => tTestSampleSize(Number.NaN, plan)).toThrow(RangeError);
  });
  test.each([
    [-0.1, 0.2],
    [1.1, 0.2],
    [0.5, 0],
    [0.5, -0.1],
    [0.5, 0.6],
    [Number.NaN, 0.1],
  ])('a share of %d with an effect of %d is refused', (base, effect) => {
    expect(() => samplesPerArm(base, effect, 0.05, 0.8)).toThrow(`effect ${effect} does not fit a share of ${base}`);
  });
  test('an effect may reach either end', () => {
    expect(samplesPerArm(0.5, 0.5, 0.05, 0.8)).toBeGreaterThan(1);
    expect(samplesPerArm(0.8, 0.8, 0.05, 0.8)).toBeGreaterThan(1);
  });
});

test.each([[-1], [Number.POSITIVE_INFINITY], [Number.NaN]])('a weight of %d is none', (weight) => {
  expect(() => sampleRatioTest([5, 5], [1, weight])).toThrow(`weight ${weight} of arm 1`);
});

test('one arm has no ratio', () => {
  expect(() => sampleRatioTest([5, 0], [1, 0])).toThrow('1 arms with a weight above 0; at least 2 are needed');
});
