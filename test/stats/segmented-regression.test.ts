import { describe, expect, test } from '@jest/globals';
import {
  type Contrast,
  coefficientsOf,
  comparableWith,
  defaultLags,
  durbinWatson,
  firstOrderErrors,
  leastSquares,
  type SegmentedModel,
  segmentedRegression,
  studentTQuantile,
  studentTTwoSided,
} from '../../src/stats/index.js';
import { at, form, near, noise, type Rows, turned, written } from './full-matrices.js';

/** The model is held to its matrices, written out in full where the product takes shorter ways. */

/** Rows as segmentedRegression's documentation has them: level, change, trend, change of slope, and seasons. */
function rowOf(t: number, start: number, isAfter: boolean, { hasTrend, hasSlopeChange, seasons }: SegmentedModel) {
  const after = isAfter ? 1 : 0;
  const row = [
    1,
    after,
    ...(hasTrend ? [t - start] : []),
    ...(hasTrend && hasSlopeChange ? [after * (t - start)] : []),
  ];
  for (const { period, harmonics } of seasons)
    for (let k = 1; k <= harmonics; k += 1) {
      const angle = (2 * Math.PI * k * t) / period;
      row.push(Math.cos(angle), ...(period === 2 * k ? [] : [Math.sin(angle)]));
    }
  return row;
}

const LEVEL: SegmentedModel = { hasTrend: false, hasSlopeChange: false, seasons: [] };
const TREND: SegmentedModel = { ...LEVEL, hasTrend: true };
const FULL: SegmentedModel = { hasTrend: true, hasSlopeChange: true, seasons: [{ period: 4, harmonics: 2 }] };
/** Whole steps with two holes, the second at the intervention. */
const STEPS = Array.from({ length: 30 }, (_, t) => t - 12).filter((t) => t !== -5 && t !== -1 && t !== 0);

/** One slow turn: neighbours are as alike as can be. */
const WAVE = STEPS.map((_, i) => 3 * Math.sin(i / 4));

interface Series {
  readonly model: SegmentedModel;
  readonly steps: readonly number[];
  readonly start: number;
  readonly errors: readonly number[];
}

/** Where the correlation that is believed ends up: at none, between, at the most; and which error is the larger one. */
type Outcome = readonly ['none' | 'some' | 'most', 'first-order' | 'hac'];

const SERIES: [string, Series, Outcome][] = [
  ['turn back', { model: LEVEL, steps: STEPS, start: 0, errors: noise(27, -0.7, 17) }, ['none', 'first-order']],
  [
    'have little memory, with a trend',
    { model: TREND, steps: STEPS, start: 0, errors: noise(27, 0.5, 5) },
    ['some', 'first-order'],
  ],
  [
    'have some memory, with all',
    { model: FULL, steps: STEPS, start: 0, errors: noise(27, 0.6, 3) },
    ['some', 'first-order'],
  ],
  ['go on and on', { model: LEVEL, steps: STEPS, start: 0, errors: WAVE }, ['most', 'first-order']],
  [
    'go on, in seven steps',
    { model: LEVEL, steps: [-4, -3, -2, -1, 0, 1, 2], start: 0, errors: WAVE },
    ['most', 'first-order'],
  ],
  [
    'grow loud',
    { model: LEVEL, steps: STEPS, start: 12, errors: noise(27, 0, 8).map((e, i) => (i > 20 ? 9 * e : e)) },
    ['none', 'hac'],
  ],
  [
    'start late',
    { model: FULL, steps: STEPS.map((t) => t + 50), start: 50, errors: noise(27, 0.7, 12) },
    ['some', 'first-order'],
  ],
];

describe.each(SERIES)('of errors that %s', (_, { model, steps, start, errors }, [memory, larger]) => {
  // Without neighbours, Newey and West's errors are as large as those of the loud values.
  const lags = larger === 'hac' ? 0 : 3;
  const pattern = (t: number) => (model.seasons.length > 0 ? ([0, 2, -1, 1][((t % 4) + 4) % 4] as number) : 0);
  const y = steps.map((t, i) => {
    const since = t - start;
    const course = model.hasTrend ? 0.1 * since + (since >= 0 ? 0.05 * since : 0) : 0;
    return 10 + course + pattern(t) + (since >= 0 ? 1.5 : 0) + (errors[i] as number);
  });
  const design = steps.map((t) => rowOf(t, start, t >= start, model));
  const [n, k] = [y.length, (design[0] as number[]).length];
  const w = written(design, y, steps, lags);
  const hac = w.hac.map((row) => row.map((v) => (v * n) / (n - k)));
  const later = steps.filter((t) => t >= start);
  const without = later.map((t) => rowOf(t, start, false, model));
  const effects = later.map((t, i) => rowOf(t, start, true, model).map((v, j) => v - at(without, i, j)));
  const mean = (rows: Rows) => turned(rows).map((column) => column.reduce((a, b) => a + b) / column.length);
  const value = (row: readonly number[]) => row.reduce((sum, v, j) => sum + v * (w.beta[j] as number), 0);
  const quantile = studentTQuantile(0.95, w.df);
  const regression = () => segmentedRegression({ times: steps, values: y }, start, model, { lags, confidence: 0.9 });

  test('first-order errors are those of the full matrices', () => {
    expect(w.likely < 1e-9 ? 'none' : w.likely > 0.95 - 1e-9 ? 'most' : 'some').toBe(memory);
    const found = firstOrderErrors(leastSquares(design, y), design, steps);
    near(found.rho, w.rho, 1e-8);
    // What turns back is taken to have no memory at all, and one standard error of it.
    if (memory === 'none') expect(found.rho).toBeCloseTo(1 / Math.sqrt(n - k), 12);
    if (memory === 'most') expect(found.rho).toBe(0.95);
    near(found.df, w.df);
    for (let a = 0; a < k; a += 1)
      for (let b = 0; b < k; b += 1) {
        const scale = Math.sqrt(at(w.firstOrder, a, a) * at(w.firstOrder, b, b));
        expect(Math.abs(at(found.covariance, a, b) - at(w.firstOrder, a, b))).toBeLessThanOrEqual(1e-6 * scale);
      }
    expect([regression().rho, regression().df]).toEqual([found.rho, found.df]);
  });

  const unit = (which: number) => w.beta.map((__, i) => (i === which ? 1 : 0));
  const [a, b] = [value(mean(effects)), value(mean(without))];
  // The slope of a share by its top and its bottom is 1 / b and -a / b^2.
  const share = mean(effects).map((v, j) => v / b - (a / b ** 2) * (mean(without)[j] as number));
  const contrasts: ['levelChange' | 'slopeChange' | 'meanEffect' | 'endEffect' | 'relativeEffect', number, number[]][] =
    [
      ['levelChange', w.beta[1] as number, unit(1)],
      ['meanEffect', a, mean(effects)],
      ['endEffect', value(effects.at(-1) as number[]), effects.at(-1) as number[]],
      ['relativeEffect', a / b, share],
    ];
  if (model.hasSlopeChange) contrasts.push(['slopeChange', w.beta[3] as number, unit(3)]);

  test.each(contrasts)('%s has the larger of two errors', (name, estimate, row) => {
    const contrast = regression()[name] as Contrast;
    const [ofHac, ofFirstOrder] = [Math.sqrt(form(row, hac)), Math.sqrt(form(row, w.firstOrder))];
    expect(ofHac > ofFirstOrder ? 'hac' : 'first-order').toBe(larger);
    const error = Math.max(ofHac, ofFirstOrder);
    near(contrast.estimate, estimate);
    near(contrast.hacError, ofHac);
    near(contrast.firstOrderError, ofFirstOrder, 1e-6);
    near(contrast.standardError, error, 1e-6);
    near(contrast.t, estimate / error, 1e-6);
    near(contrast.pValue, studentTTwoSided(estimate / error, w.df), 1e-5);
    near(contrast.interval[0], estimate - quantile * error, 1e-5);
    near(contrast.interval[1], estimate + quantile * error, 1e-5);
  });

  test('each later step has what would have been, and how far one value would lie from it', () => {
    const { counterfactual } = regression();
    expect(counterfactual).toHaveLength(later.length);
    for (const [i, { value: middle, low, high }] of counterfactual.entries()) {
      const row = without[i] as number[];
      const half = quantile * Math.sqrt(form(row, w.firstOrder) + w.noise);
      near(middle, value(row));
      near(low, value(row) - half, 1e-6);
      near(high, value(row) + half, 1e-6);
    }
  });

  test('what is fitted and what is left over make up the values', () => {
    const found = regression();
    expect(found.slopeChange === null).toBe(!model.hasSlopeChange);
    expect(coefficientsOf(model)).toBe(k);
    for (const [i, row] of design.entries()) near(found.fitted[i] as number, value(row));
    for (const [i, e] of w.residuals.entries()) expect(found.residuals[i]).toBeCloseTo(e, 9);
    near(found.durbinWatson as number, durbinWatson(w.residuals) as number, 1e-6);
    const middle = y.reduce((p, q) => p + q) / n;
    near(found.r2, 1 - (w.noise * (n - k)) / y.reduce((sum, v) => sum + (v - middle) ** 2, 0));
    expect(found.lags).toBe(lags);
  });
});

describe('segmented regression', () => {
  const y = noise(STEPS.length, 0.4, 23).map((e, i) => 5 + e + ((STEPS[i] as number) >= 0 ? 2 : 0));
  const fit = (values: readonly number[], model = FULL, options = {}) =>
    segmentedRegression({ times: STEPS, values }, 0, model, options);
  const scaledBy = (contrast: Contrast | null, factor: number) =>
    [contrast?.estimate, contrast?.standardError, ...(contrast?.interval ?? [])].map((v) => (v as number) * factor);

  test('takes 95 % and Newey and West’s lags where none are given', () => {
    expect(fit(y)).toEqual(fit(y, FULL, { lags: 2, confidence: 0.95 }));
    expect(fit(y).lags).toBe(defaultLags(27));
    expect(fit(y)).not.toEqual(fit(y, FULL, { lags: 3 }));
  });
  test('does not mind when time began', () => {
    const [here, there] = [fit(y), segmentedRegression({ times: STEPS.map((t) => t + 8), values: y }, 8, FULL)];
    for (const key of ['levelChange', 'slopeChange', 'meanEffect', 'endEffect', 'relativeEffect'] as const)
      for (const [i, v] of scaledBy(there[key], 1).entries()) near(v, scaledBy(here[key], 1)[i] as number, 1e-6);
  });
  test('has effects in the unit of the values, and shares without one, of what is below 0 as well', () => {
    const [one, ten, minus] = [fit(y), fit(y.map((v) => 10 * v)), fit(y.map((v) => -v))];
    for (const [i, v] of scaledBy(ten.meanEffect, 0.1).entries())
      near(v, scaledBy(one.meanEffect, 1)[i] as number, 1e-6);
    for (const [i, v] of scaledBy(ten.relativeEffect, 1).entries())
      near(v, scaledBy(one.relativeEffect, 1)[i] as number, 1e-6);
    near(minus.relativeEffect?.estimate as number, -(one.relativeEffect?.estimate as number));
    near(minus.relativeEffect?.standardError as number, one.relativeEffect?.standardError as number, 1e-6);
    expect(minus.meanEffect.pValue).toBeCloseTo(one.meanEffect.pValue, 9);
  });
  test('finds a jump amid a rhythm that has no noise, though a sine of half its period is nothing', () => {
    const exact = STEPS.map((t) => [7, 1, 4, 9][(t + 12) % 4] as number);
    const { levelChange, slopeChange } = fit(exact.map((v, i) => v + ((STEPS[i] as number) >= 0 ? 2.5 : 0)));
    expect(levelChange.estimate).toBeCloseTo(2.5, 9);
    expect(slopeChange?.estimate).toBeCloseTo(0, 9);
  });
  test('counts waves once, though more are asked for than the period has', () => {
    const season = (period: number, harmonics: number) => ({ ...TREND, seasons: [{ period, harmonics }] });
    for (const [period, all, more] of [
      [3, 1, 2],
      [2, 1, 3],
      [4, 2, 5],
      [5, 2, 3],
    ] as const) {
      expect(fit(y, season(period, more))).toEqual(fit(y, season(period, all)));
      expect(coefficientsOf(season(period, more))).toBe(3 + period - 1);
    }
  });
  test('has no change of slope without a slope', () => {
    const model = { ...LEVEL, hasSlopeChange: true };
    expect(fit(y, model)).toEqual(fit(y, LEVEL));
    expect(fit(y, model).slopeChange).toBeNull();
    expect(coefficientsOf(model)).toBe(2);
  });
  test('counts its coefficients', () => {
    const season = (period: number, harmonics: number) => ({ ...LEVEL, seasons: [{ period, harmonics }] });
    expect(coefficientsOf(season(7, 3))).toBe(2 + 6);
    expect(coefficientsOf(season(4, 2))).toBe(2 + 3);
    expect(coefficientsOf(season(6, 2))).toBe(2 + 4);
    expect(coefficientsOf(season(2, 1))).toBe(2 + 1);
    expect(coefficientsOf(season(24, 0))).toBe(2);
    expect(coefficientsOf({ ...LEVEL, hasTrend: true })).toBe(3);
    expect(coefficientsOf({ hasTrend: true, hasSlopeChange: true, seasons: [] })).toBe(4);
  });
  test('needs two values on either side', () => {
    const short = (start: number) => segmentedRegression({ times: [3, 4, 6, 7], values: [1, 2, 4, 3] }, start, LEVEL);
    expect(short(5).levelChange.estimate).toBeCloseTo(2, 12);
    expect(short(6).counterfactual).toHaveLength(2);
    expect(() => short(4)).toThrow('1 values before and 3 after; at least 2 each');
    expect(() => short(7)).toThrow('3 values before and 1 after');
    expect(() => short(3)).toThrow('0 values before and 4 after');
    expect(() => short(8)).toThrow('0 values before and 0 after');
    expect(() => fit(y.slice(0, 3))).toThrow('times and values: 27 and 3 values');
  });
  test('refuses a confidence and lags that are none', () => {
    expect(() => fit(y, FULL, { confidence: 1 })).toThrow('confidence 1 is not between 0 and 1');
    for (const lags of [-1, 1.5]) expect(() => fit(y, FULL, { lags })).toThrow(`lags ${lags} is not an integer >= 0`);
  });
});

describe('a rhythm of which not all phases occur', () => {
  const WEEK: SegmentedModel = { hasTrend: true, hasSlopeChange: true, seasons: [{ period: 7, harmonics: 3 }] };
  const days = (phases: readonly number[], from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => from + i).filter((t) => phases.includes(((t % 7) + 7) % 7));
  const course = (times: readonly number[]) =>
    noise(times.length, 0.3, 11).map((e, i) => {
      const t = times[i] as number;
      return 10 + [0, 3, -2, 1, 5, -4, 2][((t % 7) + 7) % 7]! + 0.1 * t + (t >= 0 ? 2 : 0) + 0.3 * e;
    });

  test.each([[[0, 1, 2, 3, 4]], [[2, 5]], [[0, 1, 3, 4, 5, 6]], [[3]]])(
    'of %j has a level for each that does, and errors by what is left over',
    (phases) => {
      const times = days(phases, -42, 21);
      const values = course(times);
      const found = segmentedRegression({ times, values }, 0, WEEK, { lags: 2 });
      const design = times.map((t) => [
        ...phases.map((phase) => (((t % 7) + 7) % 7 === phase ? 1 : 0)),
        t >= 0 ? 1 : 0,
        t,
        t >= 0 ? t : 0,
      ]);
      const { beta, residuals, hac } = written(design, values, times, 2);
      const [n, k] = [times.length, phases.length + 3];
      near(found.levelChange.estimate, beta[phases.length] as number, 1e-6);
      near(found.levelChange.hacError, Math.sqrt((at(hac, k - 3, k - 3) * n) / (n - k)), 1e-6);
      for (const [i, e] of residuals.entries()) expect(found.residuals[i]).toBeCloseTo(e, 8);
      expect(Math.abs(found.levelChange.estimate - 2)).toBeLessThan(4 * found.levelChange.standardError);
      expect(found.levelChange.standardError).toBeGreaterThan(0.01);
    },
  );
  test('keeps its waves where there are enough phases to tell them from each other', () => {
    const times = days([0, 1, 2, 3, 4], -28, 14);
    const values = course(times);
    const one = { ...WEEK, seasons: [{ period: 7, harmonics: 1 }] };
    const design = times.map((t) => rowOf(t, 0, t >= 0, one));
    const { beta } = written(design, values, times, 0);
    near(segmentedRegression({ times, values }, 0, one).levelChange.estimate, beta[1] as number, 1e-6);
  });
  test('has nothing to compare a phase with that occurs only later', () => {
    const times = [...days([0, 1, 2, 3, 4], -28, 0), ...days([0, 5, 6], 0, 14)];
    const fitted = () => segmentedRegression({ times, values: course(times) }, 0, WEEK);
    expect(fitted).toThrow(new RangeError('no value before lies at the same phases as time 5'));
    const isComparable = comparableWith(WEEK.seasons, days([0, 1, 2, 3, 4], -28, 0));
    expect([-7, 0, 4, 5, 6, 7, 11, 12].filter(isComparable)).toEqual([-7, 0, 4, 7, 11]);
    const both = comparableWith([...WEEK.seasons, { period: 2, harmonics: 1 }], [0, 2, 9]);
    expect([0, 2, 7, 9, 14, 16].filter(both)).toEqual([0, 2, 7, 9, 14, 16]);
    expect([1, 3, 4].filter(both)).toEqual([]);
  });
  test('is refused where it can not be told from another one', () => {
    const times = days([0, 1, 2], -56, 28);
    const twice = { ...WEEK, seasons: [...WEEK.seasons, ...WEEK.seasons] };
    expect(() => segmentedRegression({ times, values: course(times) }, 0, twice)).toThrow(
      'columns depend on each other',
    );
  });
});

describe('without any error', () => {
  const steps = [0, 1, 2, 3, 4, 5];
  test('nothing is no change: no t, p of 1, and no share of what is nothing', () => {
    const found = segmentedRegression({ times: steps, values: [0, 0, 0, 0, 0, 0] }, 3, LEVEL);
    expect(found.meanEffect).toMatchObject({ standardError: 0, t: 0, pValue: 1 });
    expect(found.meanEffect.interval.map(Math.abs)).toEqual([0, 0]);
    expect(found.relativeEffect).toBeNull();
  });
  test('a change has a t without bound', () => {
    const found = (sign: number) =>
      segmentedRegression({ times: steps, values: [0, 0, 0, 1, 1, 1].map((v) => sign * v) }, 3, LEVEL);
    expect(found(1).levelChange).toMatchObject({ standardError: 0, t: Number.POSITIVE_INFINITY, pValue: 0 });
    expect(found(-1).levelChange).toMatchObject({ standardError: 0, t: Number.NEGATIVE_INFINITY, pValue: 0 });
    expect(found(1).durbinWatson).toBeNull();
  });
  test('a change is certain where squares of what is left over are 0', () => {
    const values = [0, 0, 0, 1e-200, 1e-200, 1e-200];
    const { levelChange } = segmentedRegression({ times: steps, values }, 3, LEVEL);
    expect(levelChange).toMatchObject({ standardError: 0, pValue: 0 });
    near(levelChange.interval[0] * 1e200, 1);
    near(levelChange.interval[1] * 1e200, 1);
  });
  test('neighbours are taken to be as little alike as can be told: one standard error, 1 / sqrt(n - k)', () => {
    const design = steps.map((t) => [1, t >= 3 ? 1 : 0]);
    const errors = firstOrderErrors(leastSquares(design, [0, 0, 0, 0, 0, 0]), design, steps);
    expect(errors.rho).toBe(0.5);
    expect(errors.df).toBeCloseTo((4 * 0.75) / 1.25, 12);
    expect(errors.covariance.flat().map(Math.abs)).toEqual([0, 0, 0, 0]);
  });
});
