import { describe, expect, test } from '@jest/globals';
import type { TrafficForecast, UnitReading } from '../../src/domain/experiment.js';
import { planExperiment } from '../../src/experiment/plan.js';
import { proportionSampleSize } from '../../src/stats/index.js';
import { BOUGHT, metric, momentsReading, plan, SPENT, shareSums, sumsOf } from './readings.js';

const EMPTY = { units: 0, sums: [0], products: [[0]] };
const history = (primary: UnitReading, perDay = 1000, days = 14): TrafficForecast => ({
  days,
  unitsByDay: Array.from({ length: days }, (_, k) => perDay * (k + 1)),
  primary,
});
const bought = momentsReading({ baseline: shareSums(1400, 14_000), candidate: EMPTY });

describe('the sample', () => {
  test('of a fixed horizon is the textbook’s', () => {
    const { neededPerArm, days, powerAtMax, refusal } = planExperiment(
      plan({ test: 'fixed', maxDuration: '14d' }),
      BOUGHT,
      history(bought),
    );
    const textbook = Math.ceil(proportionSampleSize(0.1, 0.12, { alpha: 0.05, power: 0.8 }).unpooled);
    expect(Math.abs((neededPerArm as number) - textbook)).toBeLessThanOrEqual(1);
    expect(days).toBe(8);
    expect(powerAtMax).toBeGreaterThan(0.9);
    expect(refusal).toBeNull();
  });

  test('of a sequential test is about twice that, and tuned to itself', () => {
    const { neededPerArm, tuning } = planExperiment(plan({ maxDuration: '30d' }), BOUGHT, history(bought));
    const fixed = proportionSampleSize(0.1, 0.12, { alpha: 0.05, power: 0.8 }).unpooled;
    expect((neededPerArm as number) / fixed).toBeCloseTo(1.915, 2);
    expect(tuning).toBe(2 * (neededPerArm as number));
  });

  test('an uneven split needs more units in all', () => {
    const at = (split: number) =>
      planExperiment(plan({ split, test: 'fixed', maxDuration: '30d' }), BOUGHT, history(bought));
    expect(at(10).days).toBeGreaterThan(2 * (at(50).days as number));
    expect(at(10).neededPerArm).toBeLessThan(at(50).neededPerArm as number);
  });

  test('a relative effect counts the baseline’s own error', () => {
    const absolute = planExperiment(plan({ test: 'fixed' }), BOUGHT, history(bought)).neededPerArm as number;
    const relative = planExperiment(
      plan({ test: 'fixed', effect: 'relative', minDetectableEffect: 0.2 }),
      BOUGHT,
      history(bought),
    ).neededPerArm as number;
    expect(relative).toBeGreaterThan(absolute);
    expect(relative).toBeLessThan(1.3 * absolute);
  });

  test('what units did before saves some', () => {
    const rows = Array.from({ length: 2000 }, (_, k) => [(k % 40) + ((k * 7) % 11), k % 40]);
    const spent = plan({ primary: 'spent', minDetectableEffect: 1 });
    const plain = planExperiment(
      spent,
      SPENT,
      history(momentsReading({ baseline: sumsOf(rows.map(([value]) => [value as number])), candidate: EMPTY })),
    );
    const adjusted = planExperiment(
      spent,
      SPENT,
      history(momentsReading({ baseline: sumsOf(rows), candidate: EMPTY }, ['value', 'valueBefore'])),
    );
    expect(adjusted.neededPerArm).toBeLessThan((plain.neededPerArm as number) / 5);
  });
});

describe('the duration', () => {
  test('is in whole weeks where they are asked for, and never below minDuration', () => {
    const days = (given: Record<string, unknown>) =>
      planExperiment(plan({ test: 'fixed', maxDuration: '28d', ...given }), BOUGHT, history(bought)).days;
    expect([days({}), days({ wholeWeeks: true }), days({ minDuration: '10d' })]).toEqual([8, 14, 10]);
  });

  test('goes on beyond the history with the newcomers of its last days', () => {
    const slow = { ...history(bought), unitsByDay: Array.from({ length: 14 }, (_, k) => 2000 + 100 * k) };
    expect(planExperiment(plan({ test: 'fixed', maxDuration: '90d' }), BOUGHT, slow).days).toBe(
      Math.ceil((7678 - 3300) / 100) + 14,
    );
    const stale = { ...history(bought), unitsByDay: Array.from({ length: 14 }, () => 2000) };
    expect(planExperiment(plan({ test: 'fixed' }), BOUGHT, stale).days).toBeNull();
  });
});

describe('what can’t reach its power', () => {
  const short = (given: Record<string, unknown>) =>
    planExperiment(plan({ test: 'fixed', maxDuration: '3d', ...given }), BOUGHT, history(bought));

  test('is refused where the spec says so, with what would do', () => {
    const { refusal, warning } = short({ planning: {} });
    expect(warning).toBeNull();
    expect(refusal).toMatch(
      /^bought needs 3,8\d\d units an arm, there after 8 days, to find a difference of 0.02; in 3 days there are 1,500: the power is 4\d/,
    );
    expect(refusal).toMatch(/What would do: maxDuration 8d, or a minDetectableEffect of 0.03\d+\.$/);
  });

  test('what would do does', () => {
    const effect = Number(/minDetectableEffect of ([\d.]+)\./.exec(short({ planning: {} }).refusal ?? '')?.[1]);
    expect(short({ planning: {}, minDetectableEffect: effect }).refusal).toBeNull();
    expect(short({ planning: {}, maxDuration: '8d' }).refusal).toBeNull();
  });

  test('is only warned of otherwise', () => {
    expect(short({})).toMatchObject({ refusal: null, warning: short({ planning: {} }).refusal });
    expect(short({ planning: { refuse: false } }).refusal).toBeNull();
  });

  test.each([
    ['a short history', { ...history(bought), days: 0.3 }, 'the history is 7 h long; a day is needed'],
    [
      'few units',
      history(momentsReading({ baseline: shareSums(3, 30), candidate: EMPTY })),
      'the history has 30 units; 50 are needed',
    ],
    ['an unreadable metric', history({ kind: 'unreadable', reason: 'no such table' }), 'no such table'],
    [
      'a constant one',
      history(momentsReading({ baseline: shareSums(0, 900), candidate: EMPTY })),
      'all 900 units of the history have 0',
    ],
  ])('%s can’t be planned with', (_, forecast, reason) => {
    expect(planExperiment(plan({ planning: {} }), BOUGHT, forecast)).toMatchObject({
      neededPerArm: null,
      refusal: `bought can't be planned for: ${reason}`,
    });
  });
});

test('quantiles are planned for from their standard error', () => {
  const slow = metric({
    name: 'slow',
    kind: 'quantile',
    goal: 'decrease',
    source: { outcome: 'latency' },
    quantile: 0.5,
  });
  const primary: UnitReading = {
    kind: 'quantile',
    quantile: 0.5,
    arms: {
      baseline: {
        units: 1000,
        events: 4000,
        value: 100,
        low: 98,
        high: 102,
        clusters: [4000, 20_000, 2000, 6000, 10_500],
      },
      candidate: { units: 0, events: 0, value: null, low: null, high: null, clusters: [0, 0, 0, 0, 0] },
    },
  };
  const { neededPerArm } = planExperiment(
    plan({ primary: 'slow', minDetectableEffect: 5, test: 'fixed' }),
    slow,
    history(primary),
  );
  // Standard error 0.7217 of 1000 units: 7.849 * 2 * 1000 * 0.7217^2 / 5^2 an arm.
  expect(neededPerArm).toBe(328);
});
