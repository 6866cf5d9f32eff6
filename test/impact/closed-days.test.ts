import { describe, expect, test } from '@jest/globals';
import { analyseMetric } from '../../src/impact/analyse-metric.js';
import { evidenceOf, RULES, simulate } from './simulated.js';

describe('a service without weekends', () => {
  const { treated, range } = simulate({ seed: 2, days: { before: 28, rollout: 2, after: 14 }, effect: 0 });
  const isWork = ({ bucket }: { readonly bucket: number }) => ((bucket % 7) + 7) % 7 < 5;
  const at = (series: typeof treated) => analyseMetric(evidenceOf(series), range, RULES);

  test('has no more weekdays than there are, and errors', () => {
    const { verdict, findings } = at(treated.filter(isWork));
    const [low, high] = findings[0]?.mean?.interval ?? [0, 0];
    expect(verdict).toBe('unharmed');
    expect([low < 0, high > 0, high - low > 1e-3]).toEqual([true, true, true]);
  });

  test('that opens at weekends after the cutover is judged by its weekdays: the rest is left out, and counted', () => {
    const opened = treated
      .filter((one) => one.bucket >= 0 || isWork(one))
      .map((one) => (isWork(one) ? one : { ...one, value: 0.9 }));
    const [impact, plain] = [at(opened), at(treated.filter(isWork))];
    expect(impact.findings[0]?.mean).toEqual(plain.findings[0]?.mean);
    expect(impact.findings[0]?.samples).toEqual({ before: 20, after: 10 });
    expect(plain.model).toMatch(/over 20 buckets before and 10 after$/);
    expect(impact.model).toBe(`${plain.model}, without 4 whose weekday never came before`);
    const leftOut = impact.points.filter(({ when }) => when === 'left-out');
    expect(leftOut.map(({ value, counterfactual, fitted }) => [value, counterfactual, fitted])).toEqual(
      leftOut.map(() => [0.9, null, null]),
    );
    expect(leftOut).toHaveLength(4);
    // Each has the counterfactual of its own day, after those that were left out as well.
    expect(impact.points.filter(({ when }) => when !== 'left-out')).toEqual(plain.points);
    expect(plain.points.filter(({ counterfactual }) => counterfactual !== null)).toHaveLength(10);
  });

  test('and then at weekends only, has nothing to be compared with', () => {
    const { verdict, reason } = at(treated.filter((one) => one.bucket < 0 === isWork(one)));
    expect(verdict).toBe('inconclusive');
    expect(reason).toContain('of 20 buckets before and 4 after too few can be compared');
  });

  test('keeps the one Sunday that others are compared with, be it as strange as it may', () => {
    const sundays = treated.filter(
      (one) => isWork(one) || one.bucket === -1 - 7 || ((one.bucket + 700) % 7 === 6 && one.bucket > 0),
    );
    const impact = at(sundays.map((one) => (one.bucket === -8 ? { ...one, value: 0.9 } : one)));
    expect(impact.outliers).toEqual([expect.stringContaining('unlike all others (counted)')]);
    expect(impact.model).toMatch(/over 21 buckets before and 12 after$/);
    expect(impact.points.filter(({ when }) => when === 'left-out')).toEqual([]);
  });
});
