import { describe, expect, test } from '@jest/globals';
import {
  categoryShares,
  countCategories,
  hasAtMost,
  jensenShannonDistance,
  ksDistance,
  ksLimitP,
  ksTest,
  kullbackLeibler,
  latticeTail,
  latticeWork,
  normedWasserstein,
  numericShares,
  pathTail,
  populationStability,
  populationStabilityOfCounts,
  seededRandom,
  wassersteinDistance,
  weightedWasserstein,
} from '../../src/stats/index.js';

/** Each statistic of drift is held to its definition, counted out where a product would never do so. */

const range = (length: number, valueOf: (i: number) => number = (i) => i) =>
  Array.from({ length }, (_, i) => valueOf(i));

function integers(length: number, below: number, seed: number): number[] {
  const random = seededRandom(seed);
  return range(length, () => Math.floor(random() * below));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const shareUpTo = (values: readonly number[], at: number) =>
  values.filter((value) => value <= at).length / values.length;

/** Samples of 1 to 11 values each, of unequal and of equal sizes, with ties and without. */
const PAIRS = range(200).map((seed): [number[], number[]] => {
  const [n, m, below] = [1 + (seed % 11), 1 + ((seed * 5) % 9), [2, 5, 30, 1e9][seed % 4] as number];
  return [integers(n, below, seed), integers(m, below, seed + 1000)];
});

/** Of all orders of n and m values, the share where i/n - j/m reaches steps/(n m) somewhere (or its negative, for two sides). */
function shareOfFarPaths(n: number, m: number, steps: number, sides: 1 | 2): number {
  const ways = (isNear: (gap: number) => boolean) => {
    const row = range(m + 1, () => 0);
    for (let i = 0; i <= n; i += 1)
      for (let j = 0; j <= m; j += 1) {
        const before = i + j === 0 ? 1 : (row[j] as number) + (j === 0 ? 0 : (row[j - 1] as number));
        row[j] = isNear(i * m - j * n) ? before : 0;
      }
    return row[m] as number;
  };
  const all = ways(() => true);
  return (all - ways((gap) => (sides === 1 ? gap : Math.abs(gap)) < steps)) / all;
}

/** C(2n, n - h) / C(2n, n), in whole numbers. */
function chooseRatio(n: number, h: number): number {
  const choose = (k: number) => range(k).reduce((c, i) => (c * BigInt(2 * n - i)) / BigInt(i + 1), 1n);
  return Number((choose(n - h) * 10n ** 250n) / choose(n)) / 1e250;
}

describe('lattice paths', () => {
  test('of any sizes are those that were counted', () => {
    let worst = 0;
    for (const sides of [1, 2] as const)
      for (let n = 1; n <= 8; n += 1)
        for (let m = 1; m <= 9; m += 1)
          for (let steps = 1; steps <= n * m; steps += 1) {
            const counted = shareOfFarPaths(n, m, steps, sides);
            worst = Math.max(worst, Math.abs(latticeTail(n, m, steps, sides) / counted - 1));
          }
    expect(worst).toBeLessThan(1e-11);
  });
  test('of equal sizes too, by reflection', () => {
    let worst = 0;
    for (const sides of [1, 2] as const)
      for (let n = 1; n <= 25; n += 1)
        for (let h = 1; h <= n; h += 1) {
          const counted = shareOfFarPaths(n, n, h * n, sides);
          worst = Math.max(worst, Math.abs(pathTail(n, h, sides) / counted - 1));
        }
    expect(worst).toBeLessThan(1e-11);
  });
  test.each([
    [500, 400],
    [400, 390],
    [600, 100],
  ])('of %d values, %d apart, keep their digits in the far tail', (n, h) => {
    expect(pathTail(n, h, 1) / chooseRatio(n, h)).toBeCloseTo(1, 12);
    expect(pathTail(n, h, 2) / (2 * chooseRatio(n, h))).toBeCloseTo(1, 12);
  });
  test('many steps apart, by logarithms as by factors', () => {
    const [n, h] = [1_000_000, 20_500];
    const factors = range(h, (i) => (n - h + i + 1) / (n + i + 1)).reduce((a, b) => a * b, 1);
    expect(pathTail(n, h, 1) / factors).toBeCloseTo(1, 6);
    expect(pathTail(n, h, 2) / (2 * factors)).toBeCloseTo(1, 6);
  });
  test.each([
    [30, 50, 200],
    [50, 30, 200],
    [40, 41, 40],
    [20, 60, 1100],
    [100, 101, 500],
  ])('%d by %d, %d steps: a visit for each near point, and few more', (n, m, steps) => {
    const near = (isNear: (gap: number) => boolean) =>
      range(n + 1).flatMap((i) => range(m + 1).filter((j) => isNear(i * m - j * n))).length;
    const work = latticeWork(n, m, steps, 2);
    expect(work).toBeGreaterThanOrEqual(near((gap) => Math.abs(gap) < steps));
    expect(work).toBe((n + 1) * Math.min(m + 1, (2 * steps) / n + 1));
    // One side has all points but those of one corner.
    const oneSided = near((gap) => gap < steps);
    expect(latticeWork(n, m, steps, 1)).toBeGreaterThanOrEqual(oneSided);
    expect(latticeWork(n, m, steps, 1)).toBeLessThanOrEqual(oneSided + n + m);
  });
});

describe('Kolmogorov-Smirnov', () => {
  test('of small samples: the largest distance, and the share of all orders that go as far', () => {
    for (const [x, y] of PAIRS) {
      const gaps = [...x, ...y].map((at) => shareUpTo(x, at) - shareUpTo(y, at));
      const above = Math.max(0, ...gaps);
      const below = Math.max(0, ...gaps.map((gap) => -gap));
      const [n, m] = [x.length, y.length];
      const found = (distance: number, sides: 1 | 2) => {
        const steps = Math.round(distance * n * m);
        return {
          statistic: expect.closeTo(distance, 12),
          pValue: expect.closeTo(steps === 0 ? 1 : shareOfFarPaths(n, m, steps, sides), 11),
          method: 'exact',
        };
      };
      expect(ksTest(x, y, 'greater')).toEqual(found(above, 1));
      expect(ksTest(x, y, 'less')).toEqual(found(below, 1));
      expect(ksTest(x, y)).toEqual(found(Math.max(above, below), 2));
      expect(ksDistance(x, y)).toBeCloseTo(Math.max(above, below), 12);
    }
  });
  test('the limit laws', () => {
    // sqrt(100 * 400 / 500) * 0.1 = sqrt(0.8), and the same of the sizes the other way round.
    const two = 2 * sum(range(20, (k) => (-1) ** k * Math.exp(-1.6 * (k + 1) ** 2)));
    for (const [n, m] of [
      [100, 400],
      [400, 100],
    ] as const) {
      expect(ksLimitP(0.1, n, m, 1)).toBeCloseTo(Math.exp(-1.6), 12);
      expect(ksLimitP(0.1, n, m, 2)).toBeCloseTo(two, 12);
      expect(ksLimitP(0.1, n, m)).toBeCloseTo(two, 12);
    }
  });
  test('p is exact up to 10,000 rows, of equal sizes always, unless it would take too long', () => {
    const few = range(10, (i) => 900 * i);
    expect(ksTest(few, range(10_000)).method).toBe('exact');
    for (const [alternative, sides] of [
      ['two-sided', 2],
      ['greater', 1],
    ] as const) {
      const { statistic, pValue, method } = ksTest(few, range(10_001), alternative);
      expect([method, pValue]).toEqual(['limit', ksLimitP(statistic, 10, 10_001, sides)]);
    }
    expect(ksTest(range(10_001), few).method).toBe('limit');
    const moved = (rows: number, by = 5000) => range(rows, (i) => i + by);
    expect(ksTest(range(10_000), moved(9999)).method).toBe('limit');
    // The band of two sides is narrow, that of one side half of all points.
    expect(ksTest(range(10_000), moved(9999, 100.3)).method).toBe('exact');
    expect(ksTest(range(10_000), moved(9999, 100.3), 'greater').method).toBe('limit');
    expect(ksTest(range(12_000), moved(12_000)).method).toBe('exact');
  });
  test.each(Object.entries({ ksTest, ksDistance, wassersteinDistance }))(
    '%s names what it can not take',
    (_, statistic) => {
      expect(() => statistic([1, Number.NaN], [1])).toThrow('x[1] is NaN');
      expect(() => statistic([1], [])).toThrow('y has 0 values');
    },
  );
});

describe('Wasserstein', () => {
  /** The area between the distribution functions. */
  function area(x: number[], y: number[]): number {
    const points = [...new Set([...x, ...y])].sort((a, b) => a - b);
    return sum(
      points.slice(1).map((next, i) => {
        const at = points[i] as number;
        return (next - at) * Math.abs(shareUpTo(x, at) - shareUpTo(y, at));
      }),
    );
  }
  const closeTo = (value: number) => expect.closeTo(value, value > 1e6 ? 3 : 9);
  const deviation = (x: number[]) => Math.sqrt(sum(x.map((value) => (value - sum(x) / x.length) ** 2)) / x.length);

  test('is the area between the distribution functions, and in deviations of the reference', () => {
    for (const [x, y] of PAIRS) {
      expect(wassersteinDistance(x, y)).toEqual(closeTo(area(x, y)));
      expect(normedWasserstein(x, y)).toEqual(closeTo(area(x, y) / Math.max(0.001, deviation(x))));
    }
  });
  test('a weight counts as so many rows, in any order; a weight of 0 as none', () => {
    for (const [seed, [x, y]] of PAIRS.entries()) {
      const [xWeights, yWeights] = [integers(x.length, 4, seed + 7), integers(y.length, 4, seed + 8)];
      xWeights[0] = 2;
      yWeights[0] = 1;
      const repeated = (values: number[], weights: number[]) =>
        values.flatMap((value, i) => range(weights[i] as number, () => value));
      expect(weightedWasserstein(x, xWeights, y, yWeights)).toEqual(
        closeTo(area(repeated(x, xWeights), repeated(y, yWeights))),
      );
    }
  });
  test('what can not be weighed is named', () => {
    expect(() => weightedWasserstein([1, 2], [1, -1], [1], [1])).toThrow('x weights[1] is -1, below 0');
    expect(() => weightedWasserstein([1], [1], [1, 2], [1, -0.5])).toThrow('y weights[1] is -0.5, below 0');
    expect(() => weightedWasserstein([1], [0], [1], [1])).toThrow('x weights are all 0');
    expect(() => weightedWasserstein([1], [1], [1], [1, 1])).toThrow('y and its weights: 1 and 2 values');
    expect(() => weightedWasserstein([1], [1], [], [])).toThrow('y has 0 values');
    expect(() => weightedWasserstein([1], [Number.NaN], [1], [1])).toThrow('x weights[0] is NaN');
    expect(() => normedWasserstein([1, 1 / 0], [1])).toThrow('reference[1] is Infinity');
    expect(() => normedWasserstein([1], [])).toThrow('current has 0 values');
  });
});

describe('shares', () => {
  test('of categories, in the order of their first appearance', () => {
    expect(countCategories(['b', 'a', 'b'], ['c', 'a', 'a', 'a'])).toEqual([
      [2, 0],
      [1, 3],
      [0, 1],
    ]);
    expect(categoryShares(['b', 'a', 'b', 'b'], ['a'])).toEqual({ reference: [0.75, 0.25], current: [0, 1] });
    expect(() => countCategories([], ['a', 'b'])).toThrow('0 reference and 2 current values');
    expect(() => categoryShares(['a'], [])).toThrow('1 reference and 0 current values');
  });
  test('distinct values are those of both samples together', () => {
    expect([1, 2].map((most) => hasAtMost([1, 2, 2, 1], most))).toEqual([false, true]);
    expect([2, 3].map((most) => hasAtMost([1, 2], most, [2, 3]))).toEqual([false, true]);
    expect(hasAtMost([], 0)).toBe(true);
  });
  test('up to 20 values of the reference are categories, more have bins', () => {
    const current = range(50, (i) => i % 25);
    expect(numericShares(range(20), current)).toEqual({ ...categoryShares(range(20), current), edges: null });
    // 71 values: log2(71) + 1 is 7.15, rounded up; the range is divided evenly.
    expect(numericShares(range(21), current).edges).toEqual(range(9).map((i) => expect.closeTo(3 * i, 12)));
    expect(() => numericShares([Number.NaN], [1])).toThrow('reference[0] is NaN');
    expect(() => numericShares([1], [])).toThrow('current has 0 values');
  });
  test.each([
    [0.1, 0.7],
    [-3.3, 1.1],
    [-1e6 / 3, 1e6 / 7],
    [1e9, 1e9 + 1],
    [-0.3, -0.1],
    [1 / 3, 10 / 3],
  ])('from %d to %d: a bin has its lower edge, the last one both', (min, max) => {
    for (const size of [40, 70, 150, 300, 700]) {
      const random = seededRandom(size);
      const fill = (...values: number[]) => [
        min,
        ...values,
        ...range(size - values.length - 2, () => min + random() * (max - min)),
        max,
      ];
      const edges = numericShares(fill(), fill()).edges as number[];
      const bins = Math.ceil(Math.log2(2 * size) + 1);
      expect(edges).toEqual(range(bins + 1).map((i) => expect.closeTo(min + (i * (max - min)) / bins, 6)));
      expect([edges[0], edges[bins]]).toEqual([min, max]);

      const inside = edges.slice(1, -1);
      const [reference, current] = [fill(...inside), fill(...inside.map((edge) => edge - 2 ** -53 * Math.abs(edge)))];
      const shares = (values: number[]) =>
        range(bins, (bin) => {
          const [low, high] = [edges[bin] as number, edges[bin + 1] as number];
          return values.filter((value) => value >= low && (bin === bins - 1 || value < high)).length / size;
        });
      expect(numericShares(reference, current)).toEqual({
        edges,
        reference: shares(reference),
        current: shares(current),
      });
    }
  });
});

test('values near the smallest double have the shares that others have', () => {
  const { reference, current } = numericShares(
    range(25),
    range(30, (i) => i % 10),
  );
  const tiny = numericShares(
    range(25, (i) => i * 1e-310),
    range(30, (i) => (i % 10) * 1e-310),
  );
  expect(tiny).toMatchObject({ reference, current });
  const least = range(25, (i) => i * Number.MIN_VALUE);
  expect(sum(numericShares(least, least).reference)).toBeCloseTo(1, 12);
});

describe('divergences', () => {
  const [reference, current] = [
    [0.5, 0.3, 0.2],
    [0.2, 0.2, 0.6],
  ];
  const filled = (share: number) => ({ reference: [0.5, 0.5, 0], current: [1 - share, share, 0] });
  test('by their formulas', () => {
    const psi = 0.3 * Math.log(2.5) + 0.1 * Math.log(1.5) + 0.4 * Math.log(3);
    expect(populationStability({ reference, current })).toBeCloseTo(psi, 12);
    expect(populationStabilityOfCounts([50, 30, 20], [2, 2, 6])).toBeCloseTo(psi, 12);
    const kl = 0.5 * Math.log(2.5) + 0.3 * Math.log(1.5) - 0.2 * Math.log(3);
    expect(kullbackLeibler({ reference, current })).toBeCloseTo(kl, 12);
    // Of shares that are apart nothing is known better: ln 2, whatever they are.
    expect(jensenShannonDistance({ reference: [1, 0, 0], current: [0, 0.5, 0.5] })).toBeCloseTo(Math.sqrt(Math.LN2));
    expect(jensenShannonDistance({ reference: [1, 0], current: [0.5, 0.5] }) ** 2).toBeCloseTo(
      (Math.log(4 / 3) + Math.log(2 / 3) / 2 + Math.log(2) / 2) / 2,
      12,
    );
    expect(jensenShannonDistance({ reference, current: reference })).toBe(0);
  });
  test('an empty bin counts 1e-4; from there on a millionth of the smallest share (Evidently)', () => {
    const apart = (p: number, q: number) => (p - q) * Math.log(p / q);
    const psi = (share: number, floor: number) => apart(0.5, 1 - share) + apart(0.5, share) + apart(1e-4, floor);
    for (const [share, floor] of [
      [1.1e-4, 1e-4],
      [1e-4, 1e-10],
      [1e-5, 1e-11],
    ] as const)
      expect(populationStability(filled(share))).toBeCloseTo(psi(share, floor), 12);
  });
  test('of more categories than a call takes arguments', () => {
    const all = range(200_000);
    const apart = (share: number) => share * Math.log(1e6);
    // The last one is new, and the first is gone: each share against a millionth of it.
    const shares = categoryShares(all.slice(1), all.slice(0, -1));
    expect(populationStability(shares)).toBeCloseTo(2 * apart(1 / 199_999), 9);
    expect(kullbackLeibler(shares)).toBeCloseTo(apart(1 / 199_999), 9);
  });
  test('of counts: an epsilon for what is less; what is no count is named', () => {
    expect(populationStabilityOfCounts([1, 1, 0], [1, 1, 0], 0.5)).toBe(0);
    expect(populationStabilityOfCounts([1, 1], [2, 0], 0.1)).toBeCloseTo(0.5 * Math.log(2) + 0.4 * Math.log(5), 12);
    expect(populationStabilityOfCounts([1, 1], [2, 0])).toBeCloseTo(0.5 * Math.log(2) + 0.4999 * Math.log(5000), 12);
    expect(() => populationStabilityOfCounts([1], [1, 2])).toThrow('1 reference and 2 current bins');
    expect(() => populationStabilityOfCounts([1, -1], [1, 2])).toThrow('reference has a bin with count -1');
    expect(() => populationStabilityOfCounts([1, 1], [1, 1 / 0])).toThrow('current has a bin with count Infinity');
    expect(() => populationStabilityOfCounts([1], [Number.NaN])).toThrow('current has a bin with count NaN');
    expect(() => populationStabilityOfCounts([0, 0], [1, 2])).toThrow('reference counts are all 0');
    expect(() => populationStabilityOfCounts([1, 2], [0, 0])).toThrow('current counts are all 0');
  });
});
