import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bootstrapDifference,
  exactSum,
  groupSequentialDesign,
  hodgesLehmannShift,
  isLookDue,
  kolmogorovSf,
  ksTest,
  look,
  mannWhitneyTest,
  mergeMoments,
  momentsOf,
  NO_LOOKS,
  newcombeInterval,
  pickRanks,
  quantiles,
  seededRandom,
  sorted,
  twoProportionTest,
  wassersteinDistance,
  welchTest,
} from '../../src/stats/index.js';

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const sample = fc.array(value, { minLength: 2, maxLength: 40 });
const counts = fc
  .integer({ min: 1, max: 5000 })
  .chain((trials) => fc.record({ trials: fc.constant(trials), successes: fc.integer({ min: 0, max: trials }) }));

describe('swapping the arms mirrors the result', () => {
  test('of Welch', () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const [there, back] = [welchTest(x, y), welchTest(y, x)];
        expect(back.kind).toBe(there.kind);
        if (there.kind !== 'tested' || back.kind !== 'tested') return;
        expect(back.t).toBeCloseTo(-there.t, 6);
        expect(back.pValue).toBeCloseTo(there.pValue, 9);
      }),
    );
  });
  test('of two shares', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const [low, high] = newcombeInterval(a, b, 0.95);
        const [low2, high2] = newcombeInterval(b, a, 0.95);
        expect([low2, high2]).toEqual([expect.closeTo(-high, 12), expect.closeTo(-low, 12)]);
        const [there, back] = [twoProportionTest(a, b), twoProportionTest(b, a)];
        if (there.kind === 'tested' && back.kind === 'tested') expect(back.z).toBeCloseTo(-there.z, 9);
      }),
    );
  });
  test('of ranks and distances', () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        expect(mannWhitneyTest(y, x).rankBiserial).toBeCloseTo(-mannWhitneyTest(x, y).rankBiserial, 12);
        expect(mannWhitneyTest(y, x).pValue).toBeCloseTo(mannWhitneyTest(x, y).pValue, 12);
        expect(ksTest(y, x).pValue).toBeCloseTo(ksTest(x, y).pValue, 10);
        expect(wassersteinDistance(y, x)).toBeCloseTo(wassersteinDistance(x, y), 6);
        expect(hodgesLehmannShift(y, x)).toBeCloseTo(-hodgesLehmannShift(x, y), 6);
      }),
    );
  });
});

describe('merging parts equals the whole', () => {
  test('of moments', () => {
    fc.assert(
      fc.property(sample, sample, (x, y) => {
        const [merged, whole] = [mergeMoments(momentsOf(x), momentsOf(y)), momentsOf([...x, ...y])];
        expect(merged.n).toBe(whole.n);
        expect(Math.abs(merged.mean - whole.mean)).toBeLessThanOrEqual(1e-9 * 1e6);
        expect(Math.abs(merged.m2 - whole.m2)).toBeLessThanOrEqual(1e-9 * (whole.m2 + 1e-3));
      }),
    );
  });
});

describe('sorting and selecting agree with the engine', () => {
  test('for any doubles, also many', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 }), (seeds) => {
        const many = Float64Array.from({ length: 5000 }, (_, i) => (seeds[i % seeds.length] as number) * (1 + (i % 7)));
        const clean = many.map((v) => (Number.isFinite(v) ? v : 0));
        const want = clean.toSorted();
        expect(sorted(clean)).toEqual(want);
        const ranks = [0, 1, 2500, 4998, 4999];
        const pick = pickRanks(clean, ranks);
        expect(ranks.map((rank) => pick(rank))).toEqual(ranks.map((rank) => want[rank]));
      }),
      { numRuns: 40 },
    );
  });
  test('quantiles never fall as q grows', () => {
    fc.assert(
      fc.property(sample, (x) => {
        const values = quantiles(x, [0, 0.1, 0.5, 0.9, 1]);
        expect(values).toEqual([...values].sort((a, b) => a - b));
      }),
    );
  });
});

describe('p-values', () => {
  test('fall as the distance grows', () => {
    let last = 1;
    for (let x = 0.05; x < 4; x += 0.05) {
      expect(kolmogorovSf(x)).toBeLessThanOrEqual(last);
      last = kolmogorovSf(x);
    }
  });
  test('of equal and nearly equal sample sizes agree: closed form and lattice count are one law', () => {
    const random = seededRandom(3);
    const x = Array.from({ length: 300 }, random);
    const y = Array.from({ length: 300 }, () => random() + 0.08);
    const [equal, nearly] = [ksTest(x, y), ksTest(x, y.slice(1))];
    expect(nearly.pValue / equal.pValue).toBeGreaterThan(0.7);
    expect(nearly.pValue / equal.pValue).toBeLessThan(1.4);
  });
});

test('a bootstrap repeats with its seed, and covers what it should', () => {
  const random = seededRandom(11);
  const mean = (v: Float64Array) => exactSum([...v]) / v.length;
  const statistic = (a: Float64Array, b: Float64Array) => mean(a) - mean(b);
  const x = Array.from({ length: 200 }, () => random() + 1);
  const y = Array.from({ length: 200 }, random);
  const first = bootstrapDifference(x, y, statistic, { seed: 5 });
  expect(bootstrapDifference(x, y, statistic, { seed: 5 })).toEqual(first);
  const welch = welchTest(x, y);
  expect(welch.kind).toBe('tested');
  if (welch.kind !== 'tested') return;
  for (const [i, bound] of first.interval.entries()) expect(bound).toBeCloseTo(welch.interval[i] as number, 1);
});

describe('planned looks', () => {
  const plan = { spending: 'pocock', alpha: 0.05, sides: 1, maxLooks: 5 } as const;

  test('are due on the grid of the plan, and never past its end', () => {
    expect(isLookDue(NO_LOOKS, 0.19, plan)).toBe(false);
    expect(isLookDue(NO_LOOKS, 0.2, plan)).toBe(true);
    expect(isLookDue({ looks: [0.37] }, 0.39, plan)).toBe(false);
    expect(isLookDue({ looks: [0.37] }, 0.4, plan)).toBe(true);
    expect(isLookDue({ looks: [0.37, 1] }, 5, plan)).toBe(false);
    expect(isLookDue({ looks: [0.1, 0.2, 0.3, 0.4, 0.5] }, 0.9, plan)).toBe(false);
    expect(look(NO_LOOKS, 1.7, plan).state).toEqual({ looks: [1] });
  });

  test('wait after a late one until there is something new', () => {
    for (const late of [0.3951, 0.3999, 0.399999]) {
      expect(isLookDue({ looks: [0.2, late] }, 0.4, plan)).toBe(false);
      expect(isLookDue({ looks: [0.2, late] }, late + 0.0049, plan)).toBe(false);
      expect(isLookDue({ looks: [0.2, late] }, late + 0.0051, plan)).toBe(true);
    }
    expect(isLookDue({ looks: [0.2, 0.3949] }, 0.4, plan)).toBe(true);
  });

  test('end with one at the end, however late the one before it', () => {
    const ended = (fractions: readonly number[]) => {
      let state = NO_LOOKS;
      for (const fraction of fractions) if (isLookDue(state, fraction, plan)) state = look(state, fraction, plan).state;
      return state.looks;
    };
    const steps = Array.from({ length: 2001 }, (_, i) => i / 2000);
    for (const late of [0.99, 0.9949, 0.995, 0.9951, 0.9995, 1 - 1e-12]) {
      const looks = ended([0.2, 0.5, late, ...steps.filter((t) => t > late), 1.5]);
      expect(looks).toEqual(late > 0.995 ? [0.2, 0.5, 1] : [0.2, 0.5, late, 1]);
    }
    expect(ended([0.95, 0.9951, 0.9999, 1, 1.2])).toEqual([0.95, 1]);
    // All that is left is spent there.
    const { bound } = look({ looks: [0.2, 0.5] }, 0.9995, plan);
    expect(bound).toBe(groupSequentialDesign([0.2, 0.5, 1], plan).bounds[2]);
  });

  test('that were made too near to each other by an earlier version do not keep a trial from going on', () => {
    expect(look({ looks: [0.2, 0.3999, 0.4] }, 0.6, plan)).toEqual({
      bound: look({ looks: [0.2, 0.3999] }, 0.6, plan).bound,
      state: { looks: [0.2, 0.3999, 0.4, 0.6] },
    });
    expect(isLookDue({ looks: [0.2, 0.9995] }, 1, plan)).toBe(false);
    expect(isLookDue({ looks: [0.2, 0.9995] }, 3, plan)).toBe(false);
  });

  test('of another plan have other bounds, though the looks are the same', () => {
    const bound = (other: object) => look({ looks: [0.2] }, 0.4, { ...plan, ...other }).bound;
    const bounds = [
      bound({}),
      bound({ alpha: 0.01 }),
      bound({ sides: 2 }),
      bound({ spending: 'obrien-fleming' }),
      bound({ spending: 'power' }),
      bound({ spending: 'power', phi: 3 }),
    ];
    expect(new Set(bounds).size).toBe(6);
    expect(bound({})).toBe(bounds[0]);
  });

  test('survive JSON, and give the bounds of the whole design', () => {
    let state = NO_LOOKS;
    const bounds: number[] = [];
    for (const fraction of [0.2, 0.4, 0.6, 0.8, 1]) {
      const result = look(JSON.parse(JSON.stringify(state)), fraction, plan);
      bounds.push(result.bound);
      state = result.state;
    }
    expect(state.looks).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(bounds.map((bound) => bound.toFixed(3))).toEqual(['2.176', '2.144', '2.113', '2.090', '2.071']);
  });
});
