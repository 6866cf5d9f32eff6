import { describe, expect, test } from '@jest/globals';
import {
  alwaysValidP,
  groupSequentialDesign,
  logLikelihoodRatio,
  lookAtProportions,
  MIXTURE_START,
  mixtureHalfwidth,
  normalPdf,
  normalQuantile,
  normalSf,
  type SpendingPlan,
  waldTest,
} from '../../src/stats/index.js';

/** Each test is held to what it promises: errors that are spent as planned, p-values and intervals that say the same. */

/** Points and weights of Simpson's rule. */
function simpson(low: number, high: number, intervals: number): { x: number; w: number }[] {
  const step = (high - low) / intervals;
  return Array.from({ length: intervals + 1 }, (_, i) => ({
    x: low + i * step,
    w: (step / 3) * (i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2),
  }));
}

/** How likely each look is the first to be above its bound, by summing over all scores (z sqrt t) that have gone on. */
function exits(fractions: readonly number[], bounds: readonly number[], sides: 1 | 2): number[] {
  // Before the first look the score is 0.
  let going = [{ x: 0, w: 1 }];
  let before = 0;
  return fractions.map((t, look) => {
    const [bound, step, root] = [bounds[look] as number, Math.sqrt(t - before), Math.sqrt(t)];
    const exit = going.reduce((sum, { x, w }) => sum + w * normalSf((bound * root - x) / step), 0);
    const low = (sides === 2 ? -bound : -8.5) * root;
    if (look === fractions.length - 1) return exit;
    going = simpson(low, bound * root, 400).map(({ x, w }) => ({
      x,
      w: (w / step) * going.reduce((sum, from) => sum + from.w * normalPdf((x - from.x) / step), 0),
    }));
    before = t;
    return exit;
  });
}

describe('planned looks', () => {
  test.each<[number[], SpendingPlan]>([
    // So large an error is spent that what has stopped below matters above.
    [[0.05, 1], { spending: 'pocock', alpha: 0.8, sides: 2 }],
    [[0.05, 1], { spending: 'pocock', alpha: 0.8, sides: 1 }],
    [[0.3, 0.5, 1], { spending: 'power', phi: 1, alpha: 0.9, sides: 2 }],
    [[0.3, 0.5, 1], { spending: 'power', phi: 1, alpha: 0.45, sides: 1 }],
    [[0.2, 0.6, 0.9], { spending: 'pocock', alpha: 0.05, sides: 2 }],
    [[0.2, 0.6, 0.9], { spending: 'obrien-fleming', alpha: 0.1, sides: 1 }],
    // As near to each other as looks may be.
    [[0.2, 0.395, 0.4, 1], { spending: 'obrien-fleming', alpha: 0.05, sides: 2 }],
    [[0.395, 0.4, 1], { spending: 'pocock', alpha: 0.05, sides: 2 }],
    [[0.5, 0.505, 0.51, 0.995, 1], { spending: 'power', alpha: 0.01, sides: 2 }],
  ])('at %j spend what the plan %j gives them', (fractions, plan) => {
    const { bounds, spent } = groupSequentialDesign(fractions, plan);
    const found = exits(fractions, bounds, plan.sides);
    expect(found).toHaveLength(bounds.length);
    for (const [look, exit] of found.entries())
      expect(exit).toBeCloseTo((spent[look] as number) - (spent[look - 1] ?? 0), 8);
  });

  test('of Pocock’s kind have the bounds that Lan and DeMets’ program prints', () => {
    const { bounds } = groupSequentialDesign([0.2, 0.4, 0.6, 0.8, 1], { spending: 'pocock', alpha: 0.05, sides: 2 });
    expect(bounds.map((z) => z.toFixed(2))).toEqual(['2.44', '2.43', '2.41', '2.40', '2.39']);
  });

  test('too early to see anything have a bound of 12, and leave what they were given to the next', () => {
    const plan = { spending: 'obrien-fleming', alpha: 0.05, sides: 2 } as const;
    const { bounds, spent } = groupSequentialDesign([0.01, 0.0195, 0.5], plan);
    expect(bounds.slice(0, 2)).toEqual([12, 12]);
    expect(bounds[2]).toBeCloseTo(-normalQuantile(spent[2] as number), 9);
    const one = (alpha: number) => groupSequentialDesign([1], { spending: 'pocock', alpha, sides: 1 }).bounds;
    expect(one(1e-40)).toEqual([12]);
    // P(Z > 12) is 1.8e-33.
    expect(one(1.7e-33)).toEqual([12]);
    expect(one(1.9e-33)[0]).toBeLessThan(12);
    expect(one(1e-20)[0]).toBeCloseTo(-normalQuantile(1e-20), 9);
  });

  test.each([
    [[0.2, 0.3999, 0.4, 1]],
    [[0.2, 0.39999, 0.4, 1]],
    [[0.5, 0.5 + 1e-12, 1]],
    [[0.5, 0.5049, 1]],
    [[0.5, 0.996, 1]],
  ])('at %j are too near to each other to have any', (fractions) => {
    for (const sides of [1, 2] as const)
      expect(() => groupSequentialDesign(fractions, { spending: 'pocock', alpha: 0.05, sides })).toThrow(
        new RangeError(`information fractions [${fractions.join(', ')}] do not ascend in (0, 1] by 0.005 at least`),
      );
  });

  test('may begin as early as they like', () => {
    const { bounds } = groupSequentialDesign([0.001, 1], { spending: 'pocock', alpha: 0.05, sides: 1 });
    expect(bounds[0]).toBeCloseTo(-normalQuantile(0.05 * Math.log1p((Math.E - 1) * 0.001)), 9);
  });

  test('that are none have no bounds', () => {
    expect(groupSequentialDesign([], { spending: 'pocock', alpha: 0.05, sides: 1 })).toEqual({ bounds: [], spent: [] });
  });
});

describe('the mixture test', () => {
  const CASES = [
    { difference: 2, variance: 1, tau2: 1 },
    { difference: -0.3, variance: 0.04, tau2: 0.5 },
    { difference: 0, variance: 2, tau2: 0.1 },
    { difference: 0.01, variance: 1e-6, tau2: 4e-4 },
  ];
  test.each(CASES)('weighs all effects by their mixture: %j', ({ difference, variance, tau2 }) => {
    const density = (x: number, v: number) => normalPdf(x / Math.sqrt(v)) / Math.sqrt(v);
    // The integrand is a bell of this middle and width.
    const middle = (difference * tau2) / (tau2 + variance);
    const width = Math.sqrt((tau2 * variance) / (tau2 + variance));
    const mixed = simpson(middle - 10 * width, middle + 10 * width, 400).reduce(
      (sum, { x, w }) => sum + w * density(difference - x, variance) * density(x, tau2),
      0,
    );
    const expected = Math.log(mixed / density(difference, variance));
    const found = logLikelihoodRatio({ difference, variance }, tau2);
    expect(found).toBeCloseTo(expected, 9);
    expect(alwaysValidP({ difference, variance }, tau2)).toBeCloseTo(Math.min(1, Math.exp(-expected)), 9);
  });

  test.each(CASES)('has an interval that ends where its p is alpha: %j', ({ variance, tau2 }) => {
    for (const alpha of [0.001, 0.05, 0.5]) {
      const difference = mixtureHalfwidth(variance, tau2, alpha);
      expect(difference).toBeGreaterThan(0);
      expect(alwaysValidP({ difference, variance }, tau2)).toBeCloseTo(alpha, 10);
      expect(alwaysValidP({ difference: -difference, variance }, tau2)).toBeCloseTo(alpha, 10);
    }
  });

  test('refuses what has no likelihood', () => {
    for (const bad of [0, -1, Number.POSITIVE_INFINITY, Number.NaN]) {
      const variance = `variance ${bad} is not a finite number > 0`;
      const mixture = `tau2 ${bad} is not a finite number > 0`;
      expect(() => logLikelihoodRatio({ difference: 1, variance: bad }, 1)).toThrow(variance);
      expect(() => logLikelihoodRatio({ difference: 1, variance: 1 }, bad)).toThrow(mixture);
      expect(() => mixtureHalfwidth(bad, 1, 0.05)).toThrow(variance);
      expect(() => mixtureHalfwidth(1, bad, 0.05)).toThrow(mixture);
    }
    for (const alpha of [0, 1]) expect(() => mixtureHalfwidth(1, 1, alpha)).toThrow(`alpha ${alpha} is not between`);
  });
});

describe('the mixture test of two shares', () => {
  const batch = (a: [number, number], b: [number, number]) => ({
    control: { successes: a[0], trials: a[1] },
    treatment: { successes: b[0], trials: b[1] },
  });
  test('adds each batch to what there was', () => {
    const first = lookAtProportions(MIXTURE_START, batch([3, 10], [5, 8]), 0.01);
    const second = lookAtProportions(first, batch([4, 20], [6, 12]), 0.01);
    expect(second).toMatchObject(batch([7, 30], [11, 20]));
    const variance = (7 / 30) * (23 / 30) * (1 / 30) + (11 / 20) * (9 / 20) * (1 / 20);
    const last = alwaysValidP({ difference: 11 / 20 - 7 / 30, variance }, 0.01);
    expect(last).toBeLessThan(first.p);
    expect(second.p).toBeCloseTo(last, 12);
    expect(MIXTURE_START).toEqual({ ...batch([0, 0], [0, 0]), p: 1 });
  });
  test('keeps the smallest p, though the next look sees nothing', () => {
    const found = lookAtProportions(MIXTURE_START, batch([10, 100], [40, 100]), 0.01);
    expect(found.p).toBeLessThan(0.001);
    const later = lookAtProportions(found, batch([60, 100], [30, 100]), 0.01);
    expect(later).toEqual({ ...batch([70, 200], [70, 200]), p: found.p });
  });
  test.each([
    ['neither arm has anything', batch([0, 0], [0, 0])],
    ['one arm has nothing yet', batch([3, 5], [0, 0])],
    ['the other has nothing yet', batch([0, 0], [3, 5])],
    ['neither arm varies', batch([0, 9], [7, 7])],
  ])('has nothing to test while %s', (_, counts) => {
    const state = { ...MIXTURE_START, p: 0.7 };
    expect(lookAtProportions(state, counts, 0.01)).toEqual({ ...counts, p: 0.7 });
  });
  test('tests where one arm varies', () => {
    const { p } = lookAtProportions(MIXTURE_START, batch([0, 50], [20, 50]), 0.01);
    expect(p).toBeCloseTo(alwaysValidP({ difference: 0.4, variance: (0.4 * 0.6) / 50 }, 0.01), 12);
  });
});

describe('Wald’s test', () => {
  const plan = { p0: 0.25, p1: 0.5, alpha: 0.05, beta: 0.2 };
  test('adds the logarithm of each outcome’s odds', () => {
    const found = waldTest(3, 5, plan);
    expect(found.logLikelihoodRatio).toBeCloseTo(3 * Math.log(2) + 2 * Math.log(2 / 3), 12);
    expect([found.lower, found.upper]).toEqual([
      expect.closeTo(Math.log(0.2 / 0.95), 12),
      expect.closeTo(Math.log(16), 12),
    ]);
  });
  test('goes on between its bounds', () => {
    expect(waldTest(0, 0, plan)).toMatchObject({ logLikelihoodRatio: 0, decision: 'continue' });
    // 2^3 is below 16, 2^5 above; (2/3)^3 is above 0.2 / 0.95, (2/3)^4 below.
    expect([3, 5].map((n) => waldTest(n, n, plan).decision)).toEqual(['continue', 'reject']);
    expect([3, 4].map((n) => waldTest(0, n, plan).decision)).toEqual(['continue', 'accept']);
  });
  test('ends on its bounds', () => {
    // One success is worth ln 2 = ln(0.8 / 0.4), one failure ln(2/3) = ln(0.5 / 0.75).
    const rejects = waldTest(1, 1, { ...plan, alpha: 0.4 });
    expect(rejects.logLikelihoodRatio).toBe(rejects.upper);
    expect(rejects.decision).toBe('reject');
    const accepts = waldTest(0, 1, { ...plan, alpha: 0.25, beta: 0.5 });
    expect(accepts.logLikelihoodRatio).toBe(accepts.lower);
    expect(accepts.decision).toBe('accept');
  });
  test('takes counts only, and errors that leave room between its bounds', () => {
    expect(() => waldTest(5, 3, plan)).toThrow('trials 3 is not an integer >= 5');
    expect(() => waldTest(-1, 3, plan)).toThrow('successes -1 is not an integer >= 0');
    expect(() => waldTest(1, 2.5, plan)).toThrow('trials 2.5 is not an integer >= 1');
    expect(() => waldTest(3, 5, { ...plan, alpha: 0.5, beta: 0.75 })).toThrow(
      'alpha + beta 1.25 is not between 0 and 1',
    );
    expect(() => waldTest(3, 5, { ...plan, alpha: 0.5, beta: 0.5 })).toThrow('alpha + beta 1 is not between 0 and 1');
  });
  test.each(['p0', 'p1', 'alpha', 'beta'])('names a %s that is none', (name) => {
    for (const bad of [0, 1, Number.NaN])
      expect(() => waldTest(1, 2, { ...plan, [name]: bad })).toThrow(`${name} ${bad} is not between 0 and 1`);
  });
});
