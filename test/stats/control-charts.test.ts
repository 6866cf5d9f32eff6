import { describe, expect, test } from '@jest/globals';
import { cusumChart, ewmaChart, referenceOf } from '../../src/stats/index.js';

/** D. C. Montgomery's limits are in standard deviations of the reference, whatever its unit is. */
const CALM = [1, -1, 1, -1, 1, -1, 1, -1];
const SHIFTED = [...CALM, 2, 2, 2, 2, 2, 2, 2, 2];

describe.each([1, 0.01, 1000])('in units of %d', (unit) => {
  const inUnits = (values: readonly number[]) => values.map((value) => value * unit + 7);
  const reference = { mean: 7, sd: unit };

  test('CUSUM adds up what is past the slack, and alarms past five deviations', () => {
    const { high, low, alarms } = cusumChart(inUnits(SHIFTED), reference);
    // 2 - 0.5 a step, after the last calm value left nothing.
    expect(high.slice(8).map((sum) => Math.round(sum * 1e6) / 1e6)).toEqual([1.5, 3, 4.5, 6, 7.5, 9, 10.5, 12]);
    expect(low.slice(9)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(alarms).toEqual([11, 12, 13, 14, 15]);
    expect(cusumChart(inUnits(SHIFTED.map((value) => -value)), reference).alarms).toEqual([11, 12, 13, 14, 15]);
    expect(cusumChart(inUnits(CALM), reference).alarms).toEqual([]);
    expect(cusumChart(inUnits(SHIFTED), reference, 0.5, 8).alarms).toEqual([13, 14, 15]);
  });

  test('EWMA alarms past three of its own deviations, on either side', () => {
    const { values, limits, alarms } = ewmaChart(inUnits(SHIFTED), reference);
    expect(alarms).toEqual(values.flatMap((value, i) => (Math.abs(value - 7) > (limits[i] as number) ? [i] : [])));
    expect(alarms.at(-1)).toBe(15);
    expect(alarms[0]).toBeGreaterThan(8);
    expect(ewmaChart(inUnits(SHIFTED.map((value) => -value)), reference).alarms).toEqual(alarms);
    expect(ewmaChart(inUnits(CALM), reference).alarms).toEqual([]);
  });
});

test('the reference is the beginning of the series', () => {
  expect(referenceOf([1, 3, 100], 2)).toEqual({ mean: 2, sd: Math.SQRT2 });
  expect(() => referenceOf([1, 3], 1)).toThrow('training length 1 is not an integer >= 2');
  expect(() => referenceOf([1, 3], 3)).toThrow('series has 2 values; at least 3 are needed');
  expect(() => ewmaChart([1], { mean: 0, sd: 1 }, 0)).toThrow('lambda 0 is not in (0, 1]');
  expect(ewmaChart([3], { mean: 0, sd: 1 }, 1).values).toEqual([3]);
});
