import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Finding } from '../../../src/domain/monitor.js';
import { changed, findingsOf } from '../../../src/monitors/windows/comparison.js';
import { chanceBeyondAll } from '../../../src/monitors/windows/extremes.js';
import { outcomeOf } from '../../../src/monitors/windows/outcome.js';
import { judgedBy, shiftOf } from '../../../src/monitors/windows/shift.js';
import { seededRandom } from '../../../src/stats/sample/random.js';
import { toJsonDocument } from '../../../src/stores/json-document.js';
import { AT } from './found.js';

const finding = (key: string): Finding => ({
  key,
  severity: 'warning',
  cause: 'version',
  version: 'v1',
  subject: null,
  message: key,
  value: 0,
  limit: 0,
});
const comparison = (p: number, matters = true) => ({ finding: finding(`p=${p}`), p, matters });

describe('what counts as changed', () => {
  test('the more is compared, the surer each must be', () => {
    expect(findingsOf([comparison(0.0009)], 0.001)).toHaveLength(1);
    expect(findingsOf([comparison(0.0009), comparison(0.5)], 0.001)).toHaveLength(0);
    expect(findingsOf([comparison(0.0004), comparison(0.5)], 0.001)).toHaveLength(1);
  });
  test('what does not matter is none, but is counted in', () => {
    expect(findingsOf([comparison(0, false)], 0.001)).toEqual([]);
    expect(findingsOf([comparison(0.0009), comparison(0.9, false)], 0.001)).toEqual([]);
    expect(findingsOf([], 0.001)).toEqual([]);
  });
  test('with nothing changed, a run finds anything in alpha of all runs at most', () => {
    const random = seededRandom(1);
    const runs = Array.from({ length: 4000 }, () => Array.from({ length: 20 }, () => comparison(random())));
    const alarms = runs.filter((run) => changed(run, 0.05).length > 0).length;
    // 200 expected, deviation 14.
    expect(alarms).toBeLessThan(245);
    expect(alarms).toBeGreaterThan(155);
  });
});

test('chance of lying beyond all: as often as among all orders', () => {
  expect(chanceBeyondAll(0, 5, 5)).toBe(1);
  expect(chanceBeyondAll(1, 999, 1)).toBeCloseTo(1 / 1000, 12);
  const random = seededRandom(2);
  const values = (count: number) => Array.from({ length: count }, random);
  const hits = Array.from({ length: 20_000 }, () => {
    const most = Math.max(...values(10));
    return values(8).filter((value) => value > most).length >= 2;
  }).filter(Boolean).length;
  expect(hits / 20_000).toBeCloseTo(chanceBeyondAll(2, 10, 8), 2);
  fc.assert(
    fc.property(fc.nat(20), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 20, max: 50 }), (k, n, m) => {
      expect(chanceBeyondAll(k + 1 > m ? m : k + 1, n, m)).toBeLessThanOrEqual(chanceBeyondAll(k, n, m));
    }),
  );
});

describe('shift', () => {
  const numbers = (shift: number, rows = 300, seed = 1) => {
    const random = seededRandom(seed);
    return Array.from({ length: rows }, () => random() + shift);
  };
  test.each([
    [300, 'ks'],
    [1001, 'wasserstein'],
  ] as const)('numbers, %i of reference: %s', (rows, method) => {
    const same = shiftOf({ type: 'numeric', reference: numbers(0, rows), current: numbers(0, 300, 2) });
    const moved = shiftOf({ type: 'numeric', reference: numbers(0, rows), current: numbers(0.5, 300, 2) });
    expect([same.method, moved.method]).toEqual([method, method]);
    expect(moved).toMatchObject({ isFar: true });
    expect(moved.p).toBeLessThan(1e-9);
    expect(same.p).toBeGreaterThan(0.01);
    expect(moved.distance).toBeGreaterThan(same.distance);
  });
  test('rare categories are put together: text that is never twice the same has nothing to compare', () => {
    const ids = (from: number) => Array.from({ length: 500 }, (_, i) => `id${from + i}`);
    expect(shiftOf({ type: 'categorical', reference: ids(0), current: ids(1000) }).p).toBe(1);
  });
  test('categories that all changed', () => {
    const [reference, current] = [Array.from({ length: 200 }, () => 'a'), Array.from({ length: 200 }, () => 'b')];
    expect(shiftOf({ type: 'categorical', reference, current }).p).toBeLessThan(1e-20);
  });
});

describe('one value that is out of all proportion', () => {
  const random = seededRandom(3);
  /** Source: G. E. P. Box, M. E. Muller (1958), Annals of Mathematical Statistics 29:610-611. */
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const draw = (of: () => number, rows = 2000) => Array.from({ length: rows }, of);
  const shift = (reference: number[], current: number[], given = {}) =>
    shiftOf({ type: 'numeric', reference, current }, given);

  test.each(['wasserstein', 'psi', 'jensenshannon'] as const)('in the reference hides no shift from %s', (method) => {
    const reference = [1e6, ...draw(gauss)];
    const moved = shift(
      reference,
      draw(() => gauss() + 3),
      { method },
    );
    expect(moved.score).toBeLessThan(moved.threshold ?? 0);
    expect(moved).toMatchObject({
      isFar: true,
      apart: { gap: expect.closeTo(0.866, 1), limit: expect.closeTo(0.197, 3) },
    });
    expect(moved.p).toBeLessThan(1e-9);
    expect(judgedBy(moved).words).toMatch(
      new RegExp(`^${method} 0[.0-9]*, limit 0.1; distribution functions 0.8\\d+ apart, limit 0.197413, p 0.0e\\+0$`),
    );
    expect(shift(reference, draw(gauss), { method })).toMatchObject({ isFar: false, apart: null });
  });

  const SHAPES = { normal: gauss, even: random, steep: () => -Math.log(1 - random()), skewed: () => Math.exp(gauss()) };
  test.each([
    ['wasserstein', ['normal', 'even', 'steep', 'skewed']],
    ['psi', ['normal', 'even']],
    ['jensenshannon', ['normal', 'even']],
  ] as const)('%s alone decides of ordinary numbers, at its own threshold', (method, shapes) => {
    for (const shape of shapes)
      for (const threshold of [0.1, 0.3]) {
        const of = SHAPES[shape];
        const before = draw(of, 4000);
        const deviation = Math.sqrt(mean(before.map((value) => value ** 2)) - mean(before) ** 2);
        // In steps so small that the threshold is passed by little.
        for (let by = 0; by < 1; by += 0.03) {
          const now = draw(() => of() + by * deviation, 4000);
          const { isFar, apart } = shift(before, now, { method, threshold });
          expect({ shape, threshold, by, apart }).toEqual({ shape, threshold, by, apart: null });
          if (isFar) break;
        }
      }
  });

  function mean(values: readonly number[]): number {
    return values.reduce((sum, value) => sum + value / values.length, 0);
  }
});

test('what is no finite number is a gap, and the reading can be kept', () => {
  const value = { metric: 'mean', subject: null, version: 'v1', samples: 9 };
  const { reading } = outcomeOf(
    { service: 's', monitor: 'm', at: AT },
    {
      kind: 'model',
      window: null,
      findings: [{ ...finding('large'), value: Number.POSITIVE_INFINITY, limit: Number.NaN }],
      gaps: [],
      values: [
        { ...value, value: 0.5 },
        { ...value, value: Number.NaN },
      ],
      summary: 'all is well',
      details: { plots: [{ edges: [0, Number.NEGATIVE_INFINITY] }] },
      state: null,
    },
  );
  expect(reading).toMatchObject({
    verdict: 'inconclusive',
    reason: "can't be measured: mean of v1 (no finite number came of it)",
    findings: [{ value: null, limit: null }],
    values: [{ value: 0.5 }, { value: null, why: 'no finite number came of it' }],
    details: { plots: [{ edges: [0, null] }] },
  });
  expect(JSON.parse(toJsonDocument(reading))).toEqual(reading);
});
