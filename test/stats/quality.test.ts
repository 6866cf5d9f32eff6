import { describe, expect, test } from '@jest/globals';
import {
  addRegressionRow,
  addToSum,
  mcnemarTest,
  pinballLoss,
  qualityOfMatrix,
  REGRESSION_CELLS,
  regressionOfSums,
  regressionQuality,
  seededRandom,
  sumAt,
} from '../../src/stats/index.js';

describe('a confusion matrix', () => {
  // True classes in rows: 10 of a, 6 of b, 4 of c.
  const counts = [
    [7, 2, 1],
    [1, 5, 0],
    [2, 0, 2],
  ];
  const quality = qualityOfMatrix(counts);

  test('tells precision, recall and F1 of each class', () => {
    expect(quality).toMatchObject({ rows: 20, accuracy: 14 / 20 });
    expect(quality.perClass).toEqual([
      { actual: 10, guessed: 10, precision: 0.7, recall: 0.7, f1: 0.7 },
      { actual: 6, guessed: 7, precision: 5 / 7, recall: 5 / 6, f1: 10 / 13 },
      { actual: 4, guessed: 3, precision: 2 / 3, recall: 0.5, f1: 4 / 7 },
    ]);
  });
  test('is averaged over classes, over rows, and by the rows of each class', () => {
    expect(quality.macro.precision).toBeCloseTo((0.7 + 5 / 7 + 2 / 3) / 3, 12);
    expect(quality.macro.recall).toBeCloseTo((0.7 + 5 / 6 + 0.5) / 3, 12);
    expect(quality.macro.f1).toBeCloseTo((0.7 + 10 / 13 + 4 / 7) / 3, 12);
    expect(quality.micro).toEqual({ precision: 0.7, recall: 0.7, f1: 0.7 });
    expect(quality.weighted.recall).toBeCloseTo(0.7, 12);
    expect(quality.weighted.precision).toBeCloseTo((10 * 0.7 + 6 * (5 / 7) + 4 * (2 / 3)) / 20, 12);
    expect(quality.balancedAccuracy).toBeCloseTo(quality.macro.recall, 12);
  });
  test('is compared with chance', () => {
    const expected = (10 * 10 + 6 * 7 + 4 * 3) / 400;
    expect(quality.kappa).toBeCloseTo((0.7 - expected) / (1 - expected), 12);
    const [guessed, actual] = [1 - (100 + 49 + 9) / 400, 1 - (100 + 36 + 16) / 400];
    expect(quality.mcc).toBeCloseTo((0.7 - expected) / Math.sqrt(guessed * actual), 12);
  });
  test('with a class that is never true or never said counts 0 where nothing can be divided', () => {
    const odd = qualityOfMatrix([
      [3, 0, 1],
      [0, 0, 0],
      [2, 0, 4],
    ]);
    expect(odd.perClass[1]).toEqual({ actual: 0, guessed: 0, precision: 0, recall: 0, f1: 0 });
    expect(odd.balancedAccuracy).toBeCloseTo((3 / 4 + 4 / 6) / 2, 12);
    expect(odd.macro.recall).toBeCloseTo((3 / 4 + 4 / 6) / 3, 12);
  });
  test('of one class says what it can', () => {
    expect(qualityOfMatrix([[5]])).toMatchObject({ accuracy: 1, balancedAccuracy: null, mcc: 0, kappa: null });
    const said = qualityOfMatrix([
      [4, 0],
      [2, 0],
    ]);
    expect(said).toMatchObject({ balancedAccuracy: 0.5, mcc: 0, kappa: 0 });
    expect(said.perClass[1]).toMatchObject({ guessed: 0, precision: 0 });
    const meant = qualityOfMatrix([
      [4, 2],
      [0, 0],
    ]);
    expect(meant).toMatchObject({ balancedAccuracy: null, mcc: 0, kappa: 0 });
    expect(() => qualityOfMatrix([[0]])).toThrow('no rows');
  });
});

describe('running sums of a regression', () => {
  const sums = (pairs: readonly (readonly [number, number])[]) => {
    const cells = new Float64Array(REGRESSION_CELLS);
    for (const [truth, predicted] of pairs) addRegressionRow(cells, truth, predicted);
    return regressionOfSums(cells);
  };
  const both = (pairs: readonly (readonly [number, number])[]) => {
    const { medianAbsoluteError, ...rest } = regressionQuality(
      pairs.map(([truth]) => truth),
      pairs.map(([, predicted]) => predicted),
    );
    expect(medianAbsoluteError).toBeGreaterThanOrEqual(0);
    return [sums(pairs), rest] as const;
  };
  const random = seededRandom(11);
  test.each<[string, [number, number][]]>([
    ['rows of both signs', Array.from({ length: 50 }, () => [4 * random() - 2, 4 * random() - 2])],
    ['rows above -1', Array.from({ length: 50 }, () => [10 * random(), 10 * random() - 0.9])],
    [
      'an exact prediction',
      [
        [1, 1],
        [2, 2],
        [0, 0],
      ],
    ],
    ['one row', [[3, 5]]],
    [
      'a constant truth',
      [
        [2, 2],
        [2, 3],
      ],
    ],
    [
      'a truth at -1',
      [
        [-1, 0],
        [3, 2],
      ],
    ],
    [
      'zeros on both sides',
      [
        [0, 0],
        [0, 1],
        [1, 0],
      ],
    ],
  ])('say the same as all rows together: %s', (_, pairs) => {
    const [ours, theirs] = both(pairs);
    for (const key of Object.keys(theirs) as (keyof typeof theirs)[]) {
      const [a, b] = [ours[key], theirs[key]];
      if (a === null || b === null) expect([key, a]).toEqual([key, b]);
      else expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(b)));
    }
  });
  test('refuse what is not finite, and nothing', () => {
    const cells = new Float64Array(REGRESSION_CELLS);
    expect(() => addRegressionRow(cells, Number.NaN, 1)).toThrow('true value NaN, predicted 1: both must be finite');
    expect(() => addRegressionRow(cells, 1, Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => regressionOfSums(cells)).toThrow('no rows were counted');
  });
});

test('a running sum keeps what rounding would lose, whichever comes first', () => {
  const sum = (...values: number[]) => {
    const cells = new Float64Array(4);
    for (const value of values) addToSum(cells, 2, value);
    expect([cells[0], cells[1]]).toEqual([0, 0]);
    return sumAt(cells, 2);
  };
  expect(sum(1, 1e100, 1, -1e100)).toBe(2);
  expect(sum(1e100, 1, -1e100, 1)).toBe(2);
  expect(sum(...Array.from({ length: 10 }, () => 0.1))).toBe(1);
  expect(sum(Number.MAX_VALUE, Number.MAX_VALUE, -5)).toBe(Number.POSITIVE_INFINITY);
});

describe('McNemar’s test', () => {
  test('counts out what is rare, from both sides alike', () => {
    // 2 (C(10, 0) + C(10, 1) + C(10, 2)) / 2^10.
    expect(mcnemarTest(2, 8)).toEqual({
      onlyFirst: 2,
      onlySecond: 8,
      pValue: expect.closeTo(112 / 1024, 12),
      method: 'exact',
    });
    expect(mcnemarTest(8, 2)?.pValue).toBeCloseTo(112 / 1024, 12);
    expect(mcnemarTest(12, 12)).toMatchObject({ pValue: 1, method: 'exact' });
  });
  test('of 25 rows in dispute or more is chi-square with continuity correction', () => {
    // (|20 - 5| - 1)^2 / 25 = 7.84: p 0.00511.
    expect(mcnemarTest(20, 5)).toEqual({
      onlyFirst: 20,
      onlySecond: 5,
      pValue: expect.closeTo(0.00511, 5),
      method: 'chi-square',
    });
    expect(mcnemarTest(5, 20)?.pValue).toBeCloseTo(0.00511, 5);
    expect(mcnemarTest(13, 13)).toMatchObject({ pValue: 1, method: 'chi-square' });
  });
});

test('pinball loss weighs what lies above by q, what lies below by 1 - q', () => {
  expect(pinballLoss([10, 10, 10], [8, 12, 10], 0.9)).toBeCloseTo((0.9 * 2 + 0.1 * 2) / 3, 12);
});
