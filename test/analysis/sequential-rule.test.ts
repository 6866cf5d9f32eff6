import { describe, expect, test } from '@jest/globals';
import { firstLook, type Harm, rule, type TestPlan } from '../../src/analysis/sequential-rule.js';
import { look, NO_LOOKS, oneSidedHalfwidth, twoSidedHalfwidth } from '../../src/stats/index.js';

const ALPHA = 0.01;
const PLANNED = { samples: 4000, looks: 4, spending: 'pocock' } as const;
const plan = (over: Partial<TestPlan> = {}): TestPlan => ({
  guardrail: { minSamples: 50, sequential: undefined },
  alpha: ALPHA,
  sides: 1,
  margin: 0.01,
  looks: [],
  ...over,
});
const planned = (over: Partial<TestPlan> = {}) => plan({ guardrail: { minSamples: 50, sequential: PLANNED }, ...over });
const harm = (over: Partial<Harm> = {}): Harm => ({
  estimate: 0.05,
  standardError: 0.01,
  score: { z: 4, standardError: 0.01 },
  n: 1000,
  ...over,
});

describe('without planned looks', () => {
  test.each([
    [1, oneSidedHalfwidth],
    [2, twoSidedHalfwidth],
  ] as const)(
    'the bound is that of a confidence sequence of %d sides, sharpest at 50 times the minimum',
    (sides, halfwidth) => {
      const half = halfwidth(0.01, 1000, ALPHA, 2500);
      expect(rule(plan({ sides }), harm())).toEqual({
        failed: true,
        bound: 0.05 - half,
        rule: 'confidence-sequence',
        looks: [],
      });
      expect(rule(plan({ sides }), harm({ estimate: 0.011 + half })).failed).toBe(true);
      expect(rule(plan({ sides }), harm({ estimate: 0.009 + half })).failed).toBe(false);
      expect(rule(plan({ sides, margin: -0.02 }), harm({ estimate: half })).failed).toBe(true);
    },
  );
});

describe('with planned looks', () => {
  const due = look(NO_LOOKS, 0.25, { spending: 'pocock', alpha: 0.98 * ALPHA, sides: 1, maxLooks: 4 }).bound;

  test('a fiftieth of the budget watches between them', () => {
    const half = oneSidedHalfwidth(0.01, 999, 0.02 * ALPHA, 2500);
    const between = rule(planned(), harm({ n: 999 }));
    expect(between).toEqual({ failed: false, bound: 0.05 - half, rule: 'confidence-sequence', looks: [] });
    expect(rule(planned(), harm({ n: 999, estimate: 0.02 + half })).failed).toBe(true);
  });
  test('the rest is spent at them: a score past the bound of the look fails', () => {
    const at = (z: number) => rule(planned(), harm({ score: { z, standardError: 0.01 } }));
    expect(at(due + 1e-6)).toEqual({
      failed: true,
      bound: expect.closeTo(0.05 - due * 0.01, 12),
      rule: 'group-sequential',
      looks: [0.25],
    });
    expect(at(due - 1e-6)).toMatchObject({ failed: false, rule: 'group-sequential', looks: [0.25] });
    expect(at(-due - 1).failed).toBe(false);
  });
  test('of two sides, the bound is higher, and a score far below the margin is no harm', () => {
    const both = (z: number) => rule(planned({ sides: 2 }), harm({ score: { z, standardError: 0.01 } }));
    const bound = look(NO_LOOKS, 0.25, { spending: 'pocock', alpha: 0.98 * ALPHA, sides: 2, maxLooks: 4 }).bound;
    expect(bound).toBeGreaterThan(due);
    expect([bound + 1e-6, bound - 1e-6, -bound - 1].map((z) => both(z).failed)).toEqual([true, false, false]);
  });
  test('harm that the reserve has seen is harm at a look as well', () => {
    const seen = rule(planned(), harm({ estimate: 0.5, score: { z: 0, standardError: 1 } }));
    expect(seen).toMatchObject({ failed: true, rule: 'group-sequential' });
    expect(seen.bound).toBeGreaterThan(0.4);
  });
  test('where nothing varies a look is made, and decides nothing', () => {
    expect(rule(planned(), harm({ estimate: 0, score: null }))).toMatchObject({
      failed: false,
      rule: 'group-sequential',
      looks: [0.25],
    });
  });
});

test('the first look is told until it was made', () => {
  expect(firstLook(planned().guardrail, [])).toBe(1000);
  expect(firstLook({ minSamples: 1, sequential: { ...PLANNED, looks: 3 } }, [])).toBe(1334);
  expect(firstLook(planned().guardrail, [0.25])).toBeNull();
  expect(firstLook(plan().guardrail, [])).toBeNull();
});
