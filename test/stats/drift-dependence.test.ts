import { describe, expect, test } from '@jest/globals';
import { type Dependence, dependenceOf, INDEPENDENT } from '../../src/stats/drift/dependence.js';
import { chiSquareP, dependentKsTest, largerShareP, sharesP } from '../../src/stats/drift/dependent-tests.js';
import {
  chiSquareSf,
  conceptDrift,
  ksDistance,
  ksTest,
  type Regions,
  regionsOf,
  type Sample,
  seededRandom,
} from '../../src/stats/index.js';

/** Rows that resemble their neighbours, and rows in regions of the inputs: series and tables of which all is known by hand. */

const range = (length: number, valueOf: (i: number) => number = (i) => i) =>
  Array.from({ length }, (_, i) => valueOf(i));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const squares = (values: readonly number[]) => sum(values.map((value) => (value - mean(values)) ** 2));
const sign = (i: number) => (i % 2 === 0 ? 1 : -1);

const ROWS = 1024;
/** Up and down by turns, every so many rows. */
const turns = (every: number, rows = ROWS) => range(rows, (i) => sign(Math.floor(i / every)));
/** Variance of the means of batches, times their size, over the variance of rows, where all means are 1 or -1. */
const factorOfTurns = (batches: number, rows = ROWS) =>
  ((rows / batches) * (batches / (batches - 1))) / (rows / (rows - 1));
const found = (factor: number, df: number) => ({ factor: expect.closeTo(factor, 9), df });

describe('how dependent rows are', () => {
  test.each([128, 64, 32, 16, 8])('turns as long as one of %d batches', (batches) => {
    expect(dependenceOf([turns(ROWS / batches)])).toEqual(found(factorOfTurns(batches), batches - 1));
    // A constant and a series of two rows say nothing.
    expect(dependenceOf([range(ROWS, () => 7), turns(ROWS / batches), [1, 2]])).toEqual(
      found(factorOfTurns(batches), batches - 1),
    );
  });
  test('rows that differ from their neighbours, or are too few, are independent', () => {
    expect(INDEPENDENT).toEqual({ factor: 1, df: Number.POSITIVE_INFINITY });
    for (const series of [turns(1), turns(2), turns(3, 3 * 128), turns(3, 31), range(ROWS, () => 1), []])
      expect(dependenceOf([series])).toEqual(INDEPENDENT);
    expect(dependenceOf([])).toEqual(INDEPENDENT);
  });
  test('four rows are a batch; what is left over is left out', () => {
    expect(dependenceOf([turns(4, 512)])).toEqual(found(factorOfTurns(128, 512), 127));
    expect(dependenceOf([turns(4, 32)])).toEqual(found(factorOfTurns(8, 32), 7));
    expect(dependenceOf([[...turns(8), 1e6, -1e6, 1e6]])).toEqual(found(factorOfTurns(128), 127));
  });
  test('of several series the mean factor', () => {
    // By 128 batches the second has a factor of 0.
    expect(dependenceOf([turns(8), turns(4)])).toEqual(found(factorOfTurns(128) / 2, 127));
  });
  test('the surest counts, not the largest: eight batches are far off by themselves', () => {
    // Sixteen turns; four of the eight pairs agree, so that eight batches find 128 * 4/7 = 73 with 7 degrees, sixteen 68 with 15.
    const signs = [1, 1, -1, -1, 1, 1, -1, -1, 1, -1, 1, -1, 1, -1, 1, -1];
    const rows = range(ROWS, (i) => signs[Math.floor(i / 64)] as number);
    expect(dependenceOf([rows])).toEqual(found(factorOfTurns(16), 15));
  });

  /** Where a chi-square of so many degrees lies in 1 of 100. */
  function critical(df: number): number {
    let [low, high] = [0, 1000];
    while (high - low > 1e-6) {
      const middle = (low + high) / 2;
      if (chiSquareSf(middle, df) > 0.01) low = middle;
      else high = middle;
    }
    return low;
  }
  test.each([128, 64, 32, 16, 8])('by %d batches: from what chance does in 1 of 100', (batches) => {
    const [df, every] = [batches - 1, ROWS / batches];
    const withFactor = (factor: number) => {
      const ofTurns = factor / factorOfTurns(batches);
      return turns(every).map((turn, i) => turn * Math.sqrt(ofTurns) + sign(i) * Math.sqrt(1 - ofTurns));
    };
    const limit = critical(df) / df;
    expect(dependenceOf([withFactor(1.015 * limit)])).toEqual(found(1.015 * limit, df));
    expect(dependenceOf([withFactor(0.985 * limit)])).toEqual(INDEPENDENT);
  });
});

/** P(t > x) with two degrees of freedom. */
const tailOfTwo = (t: number) => 0.5 * (1 - t / Math.sqrt(2 + t * t));
const TWO_DF = (factor: number): Dependence => ({ factor, df: 2 });

/** So many fewer rows, and one more of each kind on either side (Agresti, Caffo). */
function shareT([a, n]: readonly [number, number], [b, m]: readonly [number, number], factor: number): number {
  const [rowsA, rowsB] = [n / factor + 2, m / factor + 2];
  const [p, q] = [(a / factor + 1) / rowsA, (b / factor + 1) / rowsB];
  return (p - q) / Math.sqrt((p * (1 - p)) / rowsA + (q * (1 - q)) / rowsB);
}

describe('tests of rows that depend', () => {
  const [now, before] = [
    { successes: 30, trials: 100 },
    { successes: 8, trials: 50 },
  ];
  test('a larger share: that of fewer rows', () => {
    // 100 rows with factor 4 are 25: 8.5 of 27 after one of each kind; 50 are 12.5: 3 of 14.5.
    const [p, q] = [8.5 / 27, 3 / 14.5];
    const t = (p - q) / Math.sqrt((p * (1 - p)) / 27 + (q * (1 - q)) / 14.5);
    expect(shareT([30, 100], [8, 50], 4)).toBeCloseTo(t, 12);
    expect(largerShareP(now, before, TWO_DF(4))).toBeCloseTo(tailOfTwo(t), 12);
    expect(largerShareP(before, now, TWO_DF(4))).toBeCloseTo(1 - tailOfTwo(t), 12);
    expect(largerShareP({ successes: 3, trials: 3 }, { successes: 1, trials: 3 }, INDEPENDENT)).toBeCloseTo(0.2, 12);
  });
  test('shares of two categories: one comparison of either side; of three, three', () => {
    const of = (pairs: [number, number][], factor: number) => {
      const [n, m] = [sum(pairs.map(([a]) => a)), sum(pairs.map(([, b]) => b))];
      return Math.max(...pairs.map(([a, b]) => Math.abs(shareT([b, m], [a, n], factor))));
    };
    const two: [number, number][] = [
      [42, 70],
      [8, 30],
    ];
    expect(sharesP(two, TWO_DF(3))).toBeCloseTo(2 * tailOfTwo(of(two, 3)), 12);
    expect(sharesP(two.toReversed(), TWO_DF(3))).toBeCloseTo(2 * tailOfTwo(of(two, 3)), 12);
    const three: [number, number][] = [
      [200, 5],
      [40, 300],
      [60, 60],
    ];
    const p = 6 * tailOfTwo(of(three, 2));
    expect(p).toBeLessThan(0.1);
    expect(sharesP(three, TWO_DF(2))).toBeCloseTo(p, 12);
    expect(sharesP([...three.slice(1), ...three.slice(0, 1)], TWO_DF(2))).toBeCloseTo(p, 12);
    expect(
      sharesP(
        three.map(([a, b]): [number, number] => [b, a]),
        TWO_DF(2),
      ),
    ).toBeCloseTo(p, 12);
    const same = (categories: number) => range(categories).map((): [number, number] => [10, 20]);
    for (const categories of [3, 200_000]) expect(sharesP(same(categories), TWO_DF(2))).toBe(1);
  });
  test('shares of independent rows: chi-square', () => {
    expect(
      sharesP(
        [
          [10, 20],
          [20, 10],
          [5, 5],
        ],
        INDEPENDENT,
      ),
    ).toBeCloseTo(Math.exp(-20 / 3 / 2), 12);
  });

  const random = seededRandom(4);
  // Narrow and wide, so that either function lies above the other somewhere.
  const x = range(60, () => 5 + Math.floor(random() * 4));
  const y = range(90, () => Math.floor(random() * 14));
  test('of numbers: shares up to each decile of both samples together', () => {
    const all = [...x, ...y].sort((a, b) => a - b);
    const ts = range(9).map((i) => {
      const at = ((i + 1) / 10) * (all.length - 1);
      const [low, high] = [all[Math.floor(at)] as number, all[Math.ceil(at)] as number];
      const level = low + (at - Math.floor(at)) * (high - low);
      const upTo = (values: number[]) => [values.filter((v) => v <= level).length, values.length] as const;
      return shareT(upTo(x), upTo(y), 1.5);
    });
    const p = (tails: number, t: number) => {
      expect(tails * tailOfTwo(t)).toBeLessThan(1);
      return expect.closeTo(tails * tailOfTwo(t), 12);
    };
    const statistic = ksDistance(x, y);
    const dependence = TWO_DF(1.5);
    const two = p(18, Math.max(...ts.map(Math.abs)));
    expect(dependentKsTest(x, y, dependence)).toEqual({ statistic, pValue: two });
    expect(dependentKsTest(Float64Array.from(y), x, dependence, 'two-sided')).toEqual({ statistic, pValue: two });
    for (const [alternative, other, t] of [
      ['greater', 'less', Math.max(...ts)],
      ['less', 'greater', -Math.min(...ts)],
    ] as const) {
      expect(dependentKsTest(x, y, dependence, alternative).pValue).toEqual(p(9, t));
      expect(dependentKsTest(y, x, dependence, other).pValue).toEqual(p(9, t));
    }
  });
  test('of numbers far apart: p is of use, and of the right side', () => {
    const dependence = { factor: 2, df: 100 };
    const far = x.map((value) => value + 20);
    expect(dependentKsTest(x, far, dependence).pValue).toBeLessThan(1e-6);
    expect(dependentKsTest(x, far, dependence, 'greater').pValue).toBeLessThan(1e-6);
    expect(dependentKsTest(x, far, dependence, 'less').pValue).toBe(1);
    expect(dependentKsTest(x, x, dependence).pValue).toBe(1);
    for (const alternative of ['two-sided', 'greater', 'less'] as const)
      expect(dependentKsTest(x, y, INDEPENDENT, alternative)).toEqual(ksTest(x, y, alternative));
  });
  test('a sum of squares: F in place of chi-square (Rao, Scott)', () => {
    // Of two categories both laws are powers: exp(-x/2), and (1 + 2 f/d)^(-d/2) of f = x / factor / 2.
    expect(chiSquareP(6, 2, INDEPENDENT)).toBeCloseTo(Math.exp(-3), 12);
    expect(chiSquareP(6, 2, { factor: 2, df: 10 })).toBeCloseTo(1.3 ** -5, 12);
    expect(chiSquareP(6, 2, { factor: 1.5, df: 4 })).toBeCloseTo(2 ** -2, 12);
  });
});

describe('regions', () => {
  const rowsOf = (regions: Regions, features: readonly Sample[]) => {
    const counts = range(regions.count, () => 0);
    for (const region of regions.assign(features)) counts[region] = (counts[region] as number) + 1;
    return counts;
  };
  test('are split at medians, three times and down to 30 rows unless told', () => {
    const features = [range(240), range(240, (i) => (i * 7) % 240)];
    expect(rowsOf(regionsOf(features), features)).toEqual(range(8, () => 30));
    expect(rowsOf(regionsOf(features, 5), features)).toEqual(range(8, () => 30));
    expect(rowsOf(regionsOf(features, 5, 15), features)).toEqual(range(16, () => 15));
    expect(rowsOf(regionsOf(features, 2), features)).toEqual(range(4, () => 60));
    expect(rowsOf(regionsOf(features, 0), features)).toEqual([240]);
    expect(regionsOf([range(60)]).count).toBe(2);
    expect(regionsOf([range(59)]).count).toBe(1);
  });
  test('by one feature after the other', () => {
    // The first splits left from right, the second each of these below from above: quarters of a square.
    const [a, b] = [range(400, (i) => i % 20), range(400, (i) => Math.floor(i / 20))];
    const regions = regionsOf([a, b], 2);
    const quarters = range(400, (i) => 2 * Number((a[i] as number) > 9.5) + Number((b[i] as number) > 9.5));
    expect(Array.from(regions.assign([a, b]))).toEqual(quarters);
    expect(
      Array.from(
        regions.assign([
          [0, 99],
          [99, 0],
        ]),
      ),
    ).toEqual([1, 2]);
  });
  test('a feature that can not split is passed over, wherever it stands', () => {
    const [one, still] = [range(240), range(240, () => 4)];
    for (const features of [
      [one, still],
      [still, one],
      [still, still, one],
      [still, one, still],
    ])
      expect(rowsOf(regionsOf(features), features)).toEqual(range(8, () => 30));
    expect(regionsOf([still, still]).count).toBe(1);
  });
  test('the median itself lies below; neither side has too few', () => {
    expect(rowsOf(regionsOf([range(61)]), [range(61)])).toEqual([31, 30]);
    const zeros = (ones: number) => [range(60 + ones, (i) => (i < 60 ? 0 : 1))];
    expect(regionsOf(zeros(29)).count).toBe(1);
    expect(rowsOf(regionsOf(zeros(30), 1), zeros(30))).toEqual([60, 30]);
    // A side that is split further is none of the other's rows.
    expect(rowsOf(regionsOf(zeros(30)), zeros(30))).toEqual([60, 30]);
  });
  test('of what is no input space are refused', () => {
    expect(() => regionsOf([])).toThrow('no features');
    expect(() =>
      regionsOf([
        [1, 2],
        [1, Number.NaN],
      ]),
    ).toThrow('feature 1[1] is NaN');
    expect(() => regionsOf([[1, 2], [1]])).toThrow('features 0 and 1: 2 and 1 values');
    expect(() => regionsOf([[1, 2]], -1)).toThrow('depth -1 is not an integer >= 0');
    expect(() => regionsOf([[1, 2]], 1.5)).toThrow('depth 1.5');
  });
});

describe('concept drift by hand', () => {
  /** One feature, which is the region. */
  const GIVEN = (count: number): Regions => ({ count, assign: ([places]) => Int32Array.from(places as Sample) });
  const scored = (...errors: readonly (readonly number[])[]) => ({
    features: [errors.flatMap((list, region) => list.map(() => region))],
    errors: errors.flat(),
  });
  const drift = (before: number[][], after: number[][], alpha?: number, dependence?: Dependence) =>
    conceptDrift(scored(...before), scored(...after), alpha, GIVEN(before.length), dependence);

  const before = [
    [1, 2, 3, 6],
    [5, 5, 8],
    [1, 4],
  ];
  const after = [
    [2, 4],
    [9, 7, 7, 7, 5],
    [3, 4, 8],
  ];
  /** Squared difference of means over its variance, which is that of both periods together. */
  const statisticOf = (a: number[], b: number[]) => {
    const variance = squares([...a, ...b]) / (a.length + b.length - 1);
    return (mean(a) - mean(b)) ** 2 / (variance * (1 / a.length + 1 / b.length));
  };

  test('tests, regions and parts', () => {
    const result = drift(before, after);
    const statistic = sum(before.map((list, i) => statisticOf(list, after[i] as number[])));
    expect(result.conceptP).toBeCloseTo(chiSquareSf(statistic, 3), 12);
    // Rows 4, 3, 2 and 2, 5, 3, of 19: expected in proportion.
    const expected = [6, 8, 5].flatMap((rows) => [(rows * 9) / 19, (rows * 10) / 19]);
    const observed = [4, 2, 3, 5, 2, 3];
    const mix = sum(observed.map((rows, i) => (rows - (expected[i] as number)) ** 2 / (expected[i] as number)));
    expect(result.covariateP).toBeCloseTo(Math.exp(-mix / 2), 12);
    expect(result.residualP).toBe(ksTest(before.flat(), after.flat()).pValue);
    expect(result.kind).toBe('none');
    expect(result.regions).toEqual([
      { region: 0, referenceRows: 4, currentRows: 2, referenceError: 3, currentError: 3 },
      { region: 1, referenceRows: 3, currentRows: 5, referenceError: 6, currentError: 7 },
      { region: 2, referenceRows: 2, currentRows: 3, referenceError: 2.5, currentError: 5 },
    ]);
    // Means 3, 6, 2.5 with shares 4/9, 3/9, 2/9; then 3, 7, 5 with 2/10, 5/10, 3/10.
    expect(result.change).toBeCloseTo(mean(after.flat()) - mean(before.flat()), 12);
    expect(result.fromConcept).toBeCloseTo(((1 / 3 + 1 / 2) / 2) * 1 + ((2 / 9 + 3 / 10) / 2) * 2.5, 12);
    expect(result.fromInputs).toBeCloseTo((1 / 5 - 4 / 9) * 3 + (1 / 2 - 1 / 3) * 6.5 + (3 / 10 - 2 / 9) * 3.75, 12);
  });
  test('dependence weakens the test inside regions', () => {
    const statistic = statisticOf(before[0] as number[], [9, 9, 8]) + statisticOf(before[1] as number[], [1, 2]);
    const result = drift(
      before.slice(0, 2),
      [
        [9, 9, 8],
        [1, 2],
      ],
      0.01,
      { factor: 2, df: 10 },
    );
    expect(result.conceptP).toBeCloseTo((1 + statistic / 2 / 10) ** -5, 12);
  });
  test('a region of one period alone is a change of inputs; without rows there is no error', () => {
    const result = drift([[4, 4], [], [6, 6], []], [[5, 5], [10, 10], [], []]);
    expect(result.regions.map(({ referenceError, currentError }) => [referenceError, currentError])).toEqual([
      [4, 5],
      [null, 10],
      [6, null],
      [null, null],
    ]);
    expect(result.regions.map(({ referenceRows, currentRows }) => [referenceRows, currentRows])).toEqual([
      [2, 2],
      [0, 2],
      [2, 0],
      [0, 0],
    ]);
    expect([result.change, result.fromInputs, result.fromConcept]).toEqual([2.5, 2, 0.5]);
    // Errors 4, 4, 5, 5 in the one region of both: variance 1/3.
    expect(result.conceptP).toBeCloseTo(chiSquareSf(3, 1), 12);
  });
  test('a region counts from two rows of each period on, if its errors vary', () => {
    const alone = chiSquareSf(statisticOf([1, 2, 3], [3, 5]), 1);
    for (const [other, now] of [
      [[1], [7, 8, 9]],
      [[1, 2, 3], [9]],
      [[], [1, 5]],
      [
        [0, 0, 0],
        [0, 0],
      ],
    ] as const)
      expect(drift([[1, 2, 3], [...other]], [[3, 5], [...now]]).conceptP).toBeCloseTo(alone, 12);
    const both = statisticOf([1, 2, 3], [3, 5]) + statisticOf([1, 2], [7, 9]);
    expect(
      drift(
        [
          [1, 2, 3],
          [1, 2],
        ],
        [
          [3, 5],
          [7, 9],
        ],
      ).conceptP,
    ).toBeCloseTo(chiSquareSf(both, 2), 12);
  });
  test('what can not be tested has no p, and is no drift', () => {
    const rows = (error: number) => range(50, () => error);
    expect(drift([rows(0)], [rows(0)])).toMatchObject({ kind: 'none', covariateP: null, conceptP: null });
    // One region in use, of two.
    expect(drift([rows(0), []], [rows(0), []])).toMatchObject({ kind: 'none', covariateP: null, conceptP: null });
    // As many rows as before in each.
    expect(drift([rows(0), rows(0)], [rows(0), rows(0)])).toMatchObject({ kind: 'none', covariateP: 1 });
    expect(drift([rows(0), [0]], [[0], rows(0)])).toMatchObject({ kind: 'covariate', conceptP: null });
    expect(drift([rows(0)], [rows(1)])).toMatchObject({ kind: 'concept', covariateP: null, change: 1 });
    expect(drift([rows(0), [0, 0]], [[1, 1], rows(1)])).toMatchObject({ kind: 'both' });
  });
  test('errors are as many as rows, in both periods', () => {
    const good = { features: [[0, 0]], errors: [1, 2] };
    const refusal = (period: string, errors: number[], message: string) =>
      expect(() =>
        conceptDrift(
          { ...good, ...(period === 'reference' && { errors }) },
          { ...good, ...(period === 'current' && { errors }) },
          0.01,
          GIVEN(1),
        ),
      ).toThrow(message);
    for (const period of ['reference', 'current']) {
      refusal(period, [1, 2, 3], `${period} features and errors: 2 and 3 values`);
      refusal(period, [1], `${period} features and errors: 2 and 1 values`);
      refusal(period, [1, Number.NaN], `${period} errors[1] is NaN`);
      refusal(period, [], `${period} errors has 0 values`);
    }
    expect(() => conceptDrift(good, { features: [], errors: [1] }, 0.01, GIVEN(1))).toThrow('0 and 1 values');
  });
});
