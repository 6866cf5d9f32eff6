import { describe, expect, test } from '@jest/globals';
import {
  addRegressionRow,
  columnDrift,
  judgeMetric,
  normedWasserstein,
  numericShares,
  REGRESSION_CELLS,
  regressionOfSums,
} from '../../src/stats/index.js';

/** Numbers near the largest double, as a marker of missing values or from a model out of its mind, overflow in squares and differences. */
const LARGEST = Number.MAX_VALUE;
const usual = Array.from({ length: 200 }, (_, i) => Math.sin(i) * 10);
const other = usual.map((_, i) => (i % 2 === 0 ? LARGEST : -LARGEST));

describe('drift', () => {
  test.each(['ks', 'wasserstein', 'psi', 'jensenshannon'] as const)('by %s is seen where all is gigantic', (method) => {
    expect(columnDrift({ type: 'numeric', reference: usual, current: other }, method)).toMatchObject({ drifted: true });
    const marked = [...usual.slice(0, 100), ...other.slice(0, 100)];
    expect(columnDrift({ type: 'numeric', reference: marked, current: other }, method)).toMatchObject({
      drifted: true,
    });
  });
  test('has the same distance at every size', () => {
    const [x, y] = [usual, usual.map((value) => value + 3)];
    const sized = (values: readonly number[], size: number) => values.map((value) => value * size);
    for (const size of [2 ** 400, 2 ** 600, 2 ** 1000])
      expect(normedWasserstein(sized(x, size), sized(y, size))).toBeCloseTo(normedWasserstein(x, y), 12);
    const wide = numericShares([...sized(x, 2 ** 1020), LARGEST], [...sized(y, 2 ** 1020), -LARGEST]);
    const narrow = numericShares(
      [...sized(x, 2 ** 1000), LARGEST / 2 ** 20],
      [...sized(y, 2 ** 1000), -LARGEST / 2 ** 20],
    );
    expect([wide.reference, wide.current]).toEqual([narrow.reference, narrow.current]);
    expect(wide.edges).toEqual(narrow.edges?.map((edge) => edge * 2 ** 20));
  });
});

describe('sums of a regression', () => {
  const quality = (...predictions: number[]) => {
    const cells = new Float64Array(REGRESSION_CELLS);
    for (let i = 0; i < 20; i += 1) addRegressionRow(cells, i, i);
    for (const predicted of predictions) addRegressionRow(cells, 1, predicted);
    return regressionOfSums(cells);
  };
  test('of which one square is infinite are infinite, and explain nothing', () => {
    expect(quality(1e200)).toMatchObject({
      mse: Number.POSITIVE_INFINITY,
      rmse: Number.POSITIVE_INFINITY,
      r2: Number.NEGATIVE_INFINITY,
    });
    expect(quality(1e200, 1e200, -1e200).mse).toBe(Number.POSITIVE_INFINITY);
  });
  test('keep the digits of all that is finite', () => {
    expect(quality(1e150).mse * 21).toBeCloseTo(1e300, -286);
  });
});

describe("Kayenta's judge", () => {
  const plan = { direction: 'increase' } as const;
  test.each([
    ['the canary', other, usual],
    ['the control', usual, other],
  ])('does not pass what it can not compare, in %s', (_, experiment, control) => {
    expect(judgeMetric(experiment, control, plan)).toMatchObject({
      classification: 'NodataFailMetric',
      reason: 'values are too large to be compared',
      critical: false,
    });
    expect(judgeMetric(experiment, control, { ...plan, critical: true }).critical).toBe(true);
  });
});
