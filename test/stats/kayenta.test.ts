import { describe, expect, test } from '@jest/globals';
import { canaryScore, canaryVerdict, judgeMetric, seededRandom } from '../../src/stats/index.js';

const random = seededRandom(5);
const around = (mean: number, n = 60) => Array.from({ length: n }, () => mean + 10 * random());
const control = around(100);

describe("Kayenta's judge", () => {
  test('classifies by direction', () => {
    const higher = around(140);
    expect(judgeMetric(higher, control, { direction: 'increase' }).classification).toBe('High');
    expect(judgeMetric(higher, control, { direction: 'decrease' }).classification).toBe('Pass');
    expect(judgeMetric(control, higher, { direction: 'either' }).classification).toBe('Low');
  });
  test('passes what stays inside the allowed effect', () => {
    const slightly = around(108);
    expect(judgeMetric(slightly, control, { direction: 'increase' }).classification).toBe('High');
    const plan = { direction: 'increase', effectSize: { allowedIncrease: 1.2 } } as const;
    expect(judgeMetric(slightly, control, plan).classification).toBe('Pass');
  });
  test('measures the effect by CLES where asked', () => {
    const plan = { direction: 'increase', effectSize: { measure: 'cles', allowedIncrease: 0.995 } } as const;
    expect(judgeMetric(around(108), control, plan).classification).toBe('Pass');
    expect(judgeMetric(around(140), control, plan).classification).toBe('High');
  });
  test('a critical metric fails the canary only past its critical limit', () => {
    const plan = (criticalIncrease: number) =>
      ({ direction: 'increase', critical: true, effectSize: { criticalIncrease } }) as const;
    expect(judgeMetric(around(140), control, plan(1.2)).critical).toBe(true);
    expect(judgeMetric(around(140), control, plan(2)).critical).toBe(false);
  });
  test('no data is Nodata, or a failure where data must be there, or a pass where NaN counts 0', () => {
    expect(judgeMetric([], control, { direction: 'increase' }).classification).toBe('Nodata');
    expect(judgeMetric([Number.NaN], control, { direction: 'increase', mustHaveData: true }).classification).toBe(
      'NodataFailMetric',
    );
    expect(judgeMetric([], control, { direction: 'increase', nanStrategy: 'replace' }).classification).toBe('Pass');
    expect(judgeMetric([], control, { direction: 'increase', critical: true, mustHaveData: true })).toMatchObject({
      classification: 'Nodata',
      critical: true,
    });
  });
  test('leaves outliers out where asked', () => {
    const wild = [...around(100, 300), 1e9];
    const plan = { direction: 'increase', outliers: { strategy: 'remove' } } as const;
    expect(judgeMetric(wild, control, plan).meanRatio).toBeLessThan(1.1);
  });
  test('the same values on both sides pass', () => {
    expect(judgeMetric(control, control.toReversed(), { direction: 'either' }).classification).toBe('Pass');
  });
});

describe('the side of harm', () => {
  const either = { direction: 'either' } as const;
  test('is up, down or both, as the metric says', () => {
    const judged = (mean: number, direction: 'increase' | 'decrease' | 'either') =>
      judgeMetric(around(mean), control, { direction }).classification;
    expect((['increase', 'decrease', 'either'] as const).map((direction) => judged(140, direction))).toEqual([
      'High',
      'Pass',
      'High',
    ]);
    expect((['increase', 'decrease', 'either'] as const).map((direction) => judged(60, direction))).toEqual([
      'Pass',
      'Low',
      'Low',
    ]);
  });
  test('has effects that are allowed, and critical ones, on either side', () => {
    const low = (effectSize: object) => judgeMetric(around(60), control, { ...either, critical: true, effectSize });
    expect(low({ allowedDecrease: 0.5 })).toMatchObject({ classification: 'Pass', critical: false });
    expect(low({ allowedDecrease: 0.7 })).toMatchObject({ classification: 'Low', critical: true });
    expect(low({ criticalDecrease: 0.5 })).toMatchObject({ classification: 'Low', critical: false });
    expect(low({ criticalDecrease: 0.7 })).toMatchObject({ classification: 'Low', critical: true });
    expect(judgeMetric(around(60), control, { ...either, effectSize: { criticalDecrease: 0.7 } }).critical).toBe(false);
    const high = (effectSize: object) => judgeMetric(around(140), control, { ...either, critical: true, effectSize });
    expect(high({ allowedIncrease: 1.5 })).toMatchObject({ classification: 'Pass', critical: false });
    expect(high({ allowedIncrease: 1.3 })).toMatchObject({ classification: 'High', critical: true });
  });
  test('is judged by the shift alone where a mean of 0 gives no ratio', () => {
    const balanced = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (1 + Math.floor(i / 2)));
    const moved = balanced.map((value) => value + 100);
    expect(judgeMetric(moved, balanced, either)).toMatchObject({ classification: 'High', meanRatio: null });
    expect(judgeMetric(balanced, moved, either)).toMatchObject({ classification: 'Low', meanRatio: null });
  });
});

describe('what is missing', () => {
  const holes = Array.from({ length: 40 }, () => Number.NaN);
  test('counts 0 where it is replaced', () => {
    expect(judgeMetric(holes, control, { direction: 'decrease', nanStrategy: 'replace' }).classification).toBe('Low');
    expect(judgeMetric(holes, control, { direction: 'decrease' })).toMatchObject({
      classification: 'Nodata',
      reason: 'experiment has no values',
      critical: false,
    });
    expect(judgeMetric(control, [], { direction: 'increase', critical: true })).toMatchObject({
      classification: 'Nodata',
      reason: 'control has no values',
      critical: false,
    });
    expect(judgeMetric(control, [], { direction: 'increase', mustHaveData: true })).toMatchObject({
      classification: 'NodataFailMetric',
      critical: false,
    });
  });
  test('equal values in another order pass before any test; more of them do not', () => {
    expect(judgeMetric(control.toReversed(), control, { direction: 'either' })).toMatchObject({
      reason: 'both sides hold the same values',
      meanRatio: 1,
      shift: null,
    });
    expect(judgeMetric([...control, ...control], control, { direction: 'either' })).toMatchObject({
      classification: 'Pass',
      reason: expect.stringMatching(/^not significantly different: shift /),
      shift: { estimate: expect.closeTo(0, 6) },
    });
  });
  test('outliers are what lies outside so many interquartile ranges', () => {
    const wild = [...around(100, 300), 1e6];
    const plan = (outlierFactor: number) =>
      ({ direction: 'increase', outliers: { strategy: 'remove', outlierFactor } }) as const;
    expect(judgeMetric(wild, control, plan(3)).meanRatio).toBeLessThan(1.1);
    expect(judgeMetric(wild, control, plan(1e6)).meanRatio).toBeGreaterThan(10);
    expect(judgeMetric(wild, control, { direction: 'increase' }).meanRatio).toBeGreaterThan(10);
  });
});

describe("Kayenta's score", () => {
  const pass = { classification: 'Pass', group: 'a' } as const;
  const high = { classification: 'High', group: 'b' } as const;
  test('weighs groups; those without a weight share the rest', () => {
    expect(canaryScore([pass, high], { a: 80 }).score).toBe(80);
    expect(canaryScore([pass, high]).score).toBe(50);
  });
  test('is 0 after a critical failure', () => {
    expect(canaryScore([pass, pass, pass, { ...high, critical: true }]).score).toBe(0);
  });
  test('refuses weights past 100, and nothing to score', () => {
    expect(() => canaryScore([pass], { a: 60, b: 60 })).toThrow(/at most 100/);
    expect(() => canaryScore([])).toThrow('no metrics');
  });
  test('is read by two thresholds', () => {
    expect([96, 80, 60].map((s) => canaryVerdict(s, { pass: 95, marginal: 75 }))).toEqual(['Pass', 'Marginal', 'Fail']);
  });
});
