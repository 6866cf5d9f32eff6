import { describe, expect, test } from '@jest/globals';
import { dependenceBetween, inTime } from '../../../src/monitors/windows/in-time.js';
import { shiftOf } from '../../../src/monitors/windows/shift.js';
import { dependenceOf } from '../../../src/stats/drift/dependence.js';
import { seededRandom } from '../../../src/stats/sample/random.js';

const random = seededRandom(20261121);
/** Source: G. E. P. Box, M. E. Muller (1958), Annals of Mathematical Statistics 29:610-611. */
const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** An autoregression of deviation 1: each value is `memory` times the one before, and new luck. Its factor is (1 + memory) / (1 - memory). */
function series(memory: number, rows = 1000): number[] {
  let value = gauss();
  return Array.from({ length: rows }, () => {
    value = memory * value + Math.sqrt(1 - memory ** 2) * gauss();
    return value;
  });
}
const alike = (pace: number | null, reference: number[], current: number[]) =>
  shiftOf({ type: 'numeric', reference, current }, { method: 'ks' }, pace).p;

describe('how much less rows say that resemble their neighbours', () => {
  test.each([
    [0, 1, 1],
    [0.6, 2.5, 7],
    [0.9, 9, 35],
  ])('memory %d: a factor between %d and %d', (memory, low, high) => {
    const factors = Array.from({ length: 40 }, () => dependenceOf([series(memory)]).factor).sort((a, b) => a - b);
    expect(factors[20]).toBeGreaterThanOrEqual(low);
    expect(factors[20]).toBeLessThanOrEqual(high);
  });

  test.each([0, 0.3, 0.9])('memory %d: nothing has changed, and a test at 0.01 says so in 99 of 100', (memory) => {
    const runs = Array.from({ length: 150 }, () => alike(1, series(memory), series(memory)));
    // 1.5 are expected, give or take 1.2; tests of independent rows find 2, 7 and 90.
    expect(runs.filter((p) => p <= 0.01).length).toBeLessThanOrEqual(6);
  });

  test('a change that matters is found all the same', () => {
    const runs = Array.from({ length: 40 }, () =>
      alike(
        1,
        series(0.6),
        series(0.6).map((value) => value + 1),
      ),
    );
    expect(runs.filter((p) => p <= 0.001).length).toBeGreaterThan(32);
    expect(
      alike(
        1,
        series(0.9),
        series(0.9).map((value) => value + 8),
      ),
    ).toBeLessThan(1e-4);
  });

  test('a change half-way through the window does not hide itself', () => {
    const half = [...series(0, 500), ...series(0, 500).map((value) => value + 1)];
    expect(alike(1, series(0), half)).toBeLessThan(1e-9);
  });

  test('nothing is made of a constant, of too few rows, of none', () => {
    expect(dependenceOf([Array(1000).fill(1), series(0.9, 20), []]).factor).toBe(1);
  });
});

describe('pace', () => {
  const rows = (from: string, everyMs: number) =>
    Array.from({ length: 1000 }, (_, i) => ({ at: new Date(Date.parse(from) + i * everyMs).toISOString() }));
  const hour = rows('2026-11-21T00:00:00.000Z', 3600);

  test('how many times denser the window is, 1 at least; the reference in order of time', () => {
    const minute = rows('2026-11-21T02:00:00.000Z', 60);
    const { pace, reference } = inTime({ reference: hour.toReversed(), current: minute }, true);
    expect(pace).toBeCloseTo(60, 6);
    expect(reference).toEqual(hour);
    expect(inTime({ reference: minute, current: hour }, true).pace).toBe(1);
    expect(inTime({ reference: hour, current: [] }, true).pace).toBeGreaterThanOrEqual(1);
  });

  test('both windows of one time share what moves them', () => {
    const { pace } = inTime({ reference: hour, current: hour }, false);
    expect(pace).toBeNull();
    const sizes = { reference: 1000, current: 1000 };
    expect(dependenceBetween(() => [series(0.9)], sizes, pace).factor).toBe(1);
  });

  test('a window within a moment of the reference says little, but no less than one batch does', () => {
    const slow = series(0.97);
    const sizes = { reference: 1000, current: 1000 };
    const [even, dense, densest] = [1, 4, 1e9].map((pace) => dependenceBetween(() => [slow], sizes, pace));
    expect(dense?.factor).toBeGreaterThan(even?.factor ?? 0);
    expect(densest?.factor).toBeGreaterThan(dense?.factor ?? 0);
    const { factor, df } = dependenceOf([slow]);
    expect(densest?.factor).toBeCloseTo((factor + 1 + (factor - 1) * (df + 1)) / 2, 6);
  });
});

test('a trifle is none, however certain: of ks and chisquare too', () => {
  const moved = Array.from({ length: 30_000 }, () => gauss() + 0.06);
  const shift = shiftOf(
    { type: 'numeric', reference: Array.from({ length: 30_000 }, gauss), current: moved },
    { method: 'ks' },
  );
  expect(shift.p).toBeLessThan(1e-6);
  expect(shift.isFar).toBe(false);
  const names = (share: number) => Array.from({ length: 100_000 }, (_, i) => (i < share * 100_000 ? 'a' : 'b'));
  const few = shiftOf({ type: 'categorical', reference: names(0.5), current: names(0.52) }, { method: 'chisquare' });
  expect(few.p).toBeLessThan(1e-9);
  expect(few.isFar).toBe(false);
  const rare = shiftOf({ type: 'categorical', reference: names(0.01), current: names(0.03) }, { method: 'chisquare' });
  expect(rare.isFar).toBe(true);
});
