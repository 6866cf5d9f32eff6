import { describe, expect, test } from '@jest/globals';
import {
  addRegressionRow,
  columnDrift,
  conceptDrift,
  judgeMetric,
  normedWasserstein,
  numericShares,
  populationStabilityOfCounts,
  quantiles,
  quantilesOfSorted,
  REGRESSION_CELLS,
  regionsOf,
  regressionOfSums,
  wassersteinDistance,
  weightedWasserstein,
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
  test('from a reference that hardly varies is seen at every size', () => {
    const narrow = usual.map((value) => 1 + value * 1e-7);
    const score = (size: number) => {
      const reference = narrow.map((value) => value * size);
      const current = reference.map((value) => value + 5e-6 * size);
      return columnDrift({ type: 'numeric', reference, current }, 'wasserstein');
    };
    expect(score(2 ** 460)).toMatchObject({ drifted: true, score: expect.closeTo(7.1, 1) });
    for (const size of [2 ** 470, 2 ** 1000]) expect(score(size)).toEqual(score(2 ** 460));
    // A constant has the usual floor, 0.001 and not of their size.
    expect(normedWasserstein([2 ** 500], [2 ** 500 * 1.5])).toBeCloseTo(500 * 2 ** 500, -142);
  });
  test('the area between distribution functions is no NaN, and infinite only past the largest double', () => {
    const apart = (x: number[], y: number[]) => {
      const distance = wassersteinDistance(x, y);
      const ones = (values: number[]) => values.map(() => 1e308);
      expect(weightedWasserstein(x, ones(x), y, ones(y))).toBeCloseTo(distance, -300);
      return distance;
    };
    expect(apart([-LARGEST, LARGEST], [-LARGEST, -LARGEST, LARGEST, LARGEST])).toBe(0);
    expect(apart([-LARGEST, LARGEST], [-LARGEST, LARGEST, LARGEST, LARGEST])).toBe(LARGEST / 2);
    expect(apart([LARGEST, LARGEST / 2, 0], [0, 0, 0])).toBe(LARGEST / 2);
    expect(apart([-LARGEST], [LARGEST, LARGEST])).toBe(Number.POSITIVE_INFINITY);
  });
  test('shares are those of smaller weights and counts', () => {
    expect(weightedWasserstein([0, 0], [1e308, 1e308], [5], [1])).toBe(5);
    expect(populationStabilityOfCounts([1e308, 1e308], [1, 1])).toBe(0);
  });
});

describe('concept drift', () => {
  const rows = usual.map((_, i) => i);
  const between = (before: readonly number[], after: readonly number[], moved = 0) =>
    conceptDrift({ features: [rows], errors: before }, { features: [rows.map((row) => row + moved)], errors: after });

  test('is the same at every size: other errors in one corner, and other inputs', () => {
    const drift = (size: number) => {
      const errors = (corner: number) => usual.map((value, i) => (i < 50 ? corner : 1) * (1.5 + value / 40) * size);
      const { change, fromInputs, fromConcept, regions, ...tests } = between(errors(1), errors(-1), 20);
      return { ...tests, parts: [change, fromInputs, fromConcept].map((part) => part / size), regions };
    };
    const { regions, ...expected } = drift(1);
    expect(expected.kind).toBe('concept');
    for (const size of [2 ** 500, 2 ** 1023]) {
      expect(drift(size)).toMatchObject(expected);
      expect(drift(size).regions.map(({ currentError }) => (currentError as number) / size)).toEqual(
        regions.map(({ currentError }) => currentError),
      );
    }
  });
  test('is not hidden by one giant elsewhere', () => {
    const worse = usual.map((value, i) => (i === 7 ? 1e200 : i < 100 ? value : value + 30));
    expect(between(usual, worse)).toMatchObject({ kind: 'concept' });
    expect(between(usual, usual.with(7, 1e200))).toMatchObject({ kind: 'none' });
    expect(between(usual, usual.with(7, 1e200)).conceptP).toBeGreaterThan(0.5);
  });
  test('inputs are split between giants', () => {
    expect(regionsOf([other]).count).toBe(2);
    const parts = quantiles([-LARGEST, LARGEST], [0.25, 0.5, 0.75]).map((level) => level / LARGEST);
    expect(parts).toEqual([expect.closeTo(-0.5, 12), 0, expect.closeTo(0.5, 12)]);
    // Of what has overflowed already.
    const infinite = Float64Array.of(1, Number.POSITIVE_INFINITY);
    expect(quantilesOfSorted(infinite, [0.25, 0.5])).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
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
