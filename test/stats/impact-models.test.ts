import { describe, expect, test } from '@jest/globals';
import {
  autocorrelationErrors,
  classicalErrors,
  defaultLags,
  differenceInDifferences,
  durbinWatson,
  interruptedSeries,
  leastSquares,
  robustErrors,
  studentTQuantile,
  studentTTwoSided,
} from '../../src/stats/index.js';
import { at, form, near, noise, square, written } from './full-matrices.js';

describe('least squares', () => {
  const line = [0, 1, 2, 3].map((x) => [1, x]);
  test('of four points, by hand', () => {
    const fit = leastSquares(line, [1, 2, 2, 4]);
    expect(fit.coefficients.map((v) => v.toFixed(12))).toEqual(['0.900000000000', '0.900000000000']);
    for (const [i, e] of [0.1, 0.2, -0.7, 0.4].entries()) expect(fit.residuals[i]).toBeCloseTo(e, 12);
    expect(fit.df).toBe(2);
    expect(fit.r2).toBeCloseTo(1 - 0.7 / 4.75, 12);
    const [level, slope] = classicalErrors(fit);
    expect(level).toBeCloseTo(Math.sqrt(0.35 * (1 / 4 + 2.25 / 5)), 12);
    expect(slope).toBeCloseTo(Math.sqrt(0.35 / 5), 12);
  });
  test('errors for unlike variances are those of White, and of MacKinnon and White', () => {
    const [x, y] = [noise(15, 0, 2), noise(15, 0, 3)];
    const design = x.map((v, i) => [1, v, i % 3]);
    const fit = leastSquares(design, y);
    const { residuals, leverages, sandwich } = written(design, y, [], 0);
    const plain = sandwich(square(15, (i, j) => (i === j ? (residuals[i] as number) ** 2 : 0)));
    const sharp = sandwich(
      square(15, (i, j) => (i === j ? ((residuals[i] as number) / (1 - (leverages[i] as number))) ** 2 : 0)),
    );
    for (const k of [0, 1, 2]) {
      near(robustErrors(fit, design, 'hc1')[k] as number, Math.sqrt((at(plain, k, k) * 15) / 12));
      near(robustErrors(fit, design, 'hc3')[k] as number, Math.sqrt(at(sharp, k, k)));
      // Without neighbours, Newey and West's are White's.
      near(autocorrelationErrors(fit, design, 0)[k] as number, Math.sqrt(at(plain, k, k)));
    }
  });
  test('a constant leaves nothing to explain', () => {
    expect(leastSquares(line, [0, 0, 0, 0]).r2).toBe(0);
    expect(leastSquares(line, [7, 7, 7, 7]).r2).toBe(0);
  });
  test('as many coefficients as values, or a column that another one is, have no answer', () => {
    expect(() => leastSquares(line.slice(0, 2), [1, 2])).toThrow('2 rows for 2 coefficients');
    expect(() => leastSquares(line.slice(0, 1), [1])).toThrow('1 rows for 2 coefficients');
    expect(leastSquares(line.slice(0, 3), [1, 2, 4]).df).toBe(1);
    for (const other of [([, x]: number[]) => x as number, () => 0])
      expect(() =>
        leastSquares(
          line.map((row) => [...row, other(row)]),
          [1, 2, 2, 4],
        ),
      ).toThrow('3 columns depend on each other');
    expect(() => leastSquares(line, [1, 2, 3])).toThrow('design rows and y: 4 and 3 values');
    expect(() => leastSquares(line, [1, Number.NaN, 3, 4])).toThrow('y[1] is NaN');
    expect(() => leastSquares([], [])).toThrow('y has 0 values');
  });
  test('a column that follows from the others but for rounding has no answer either, in whatever unit', () => {
    const rows = (other: (t: number) => number) => [1, 2, 3, 4, 5, 6].map((t) => [1, t, other(t)]);
    const y = [1, 2, 3, 4, 6, 5];
    for (const scale of [1e-12, 1, 1e12])
      for (const bent of [0, 1e-9])
        expect(() =>
          leastSquares(
            rows((t) => scale * (3 * t + 0.1 + bent * (t % 2))),
            y,
          ),
        ).toThrow(new RangeError("the design's 3 columns depend on each other"));
    // What is left of this one is a part of 3e-6, which rounding does not make.
    const bent = leastSquares(
      rows((t) => 3 * t + 0.1 + 1e-4 * (t % 2)),
      y,
    );
    const plain = leastSquares(
      rows((t) => t % 2),
      y,
    );
    near((bent.coefficients[2] as number) * 1e-4, plain.coefficients[2] as number, 1e-6);
  });
  test('neighbours by the rule of Newey and West: 4 (n / 100)^(2/9), rounded down', () => {
    expect([4, 20, 50, 99, 100, 272, 273, 1000].map(defaultLags)).toEqual([1, 2, 3, 3, 4, 4, 5, 6]);
  });
  test('Durbin and Watson’s number is 2 for what has no memory, up to 4 for what turns back, 0 for what stays', () => {
    // (2 - 1)^2 + (-1 - 2)^2 over 1 + 4 + 1.
    expect(durbinWatson([1, 2, -1])).toBeCloseTo(10 / 6, 12);
    expect(durbinWatson([1, 0, -1, 0])).toBe(1.5);
    expect(durbinWatson([3, 3, 3, 3])).toBe(0);
    expect(durbinWatson(Array.from({ length: 400 }, (_, i) => (-1) ** i))).toBeCloseTo(4, 1);
    expect(durbinWatson([0, 0, 0])).toBeNull();
  });
});

describe('difference in differences', () => {
  const samples = { controlPre: [1, 3], controlPost: [4, 6, 8], treatedPre: [2, 2, 5], treatedPost: [9, 11] };
  test('of four samples, by hand', () => {
    const found = differenceInDifferences(samples);
    expect(found.effect).toBeCloseTo(10 - 3 - (6 - 2), 12);
    expect(found.baselineGap).toBeCloseTo(1, 12);
    expect(found.counterfactual).toBeCloseTo(3 + (6 - 2), 12);
    // Squares about the means: 2, 8, 6, 2 on 10 - 4 degrees.
    const error = Math.sqrt((18 / 6) * (1 / 2 + 1 / 3 + 1 / 3 + 1 / 2));
    expect(found.standardError).toBeCloseTo(error, 12);
    expect(found.t).toBeCloseTo(3 / error, 12);
    expect(found.pValue).toBeCloseTo(studentTTwoSided(3 / error, 6), 12);
    const half = studentTQuantile(0.975, 6) * error;
    expect(found.interval).toEqual([expect.closeTo(3 - half, 11), expect.closeTo(3 + half, 11)]);
    const narrow = differenceInDifferences(samples, 0.5).interval;
    expect(narrow[1] - narrow[0]).toBeCloseTo(2 * studentTQuantile(0.75, 6) * error, 11);
  });
  test('names what it can not use', () => {
    for (const name of Object.keys(samples)) {
      expect(() => differenceInDifferences({ ...samples, [name]: [] })).toThrow(`${name} has 0 values`);
      expect(() => differenceInDifferences({ ...samples, [name]: [1, Number.NaN] })).toThrow(`${name}[1] is NaN`);
    }
    expect(() => differenceInDifferences(samples, 1)).toThrow('confidence 1 is not between 0 and 1');
    const single = { controlPre: [1], controlPost: [4], treatedPre: [2], treatedPost: [9] };
    expect(() => differenceInDifferences(single)).toThrow('4 rows for 4 coefficients');
    expect(differenceInDifferences({ ...single, treatedPost: [9, 11] }).effect).toBeCloseTo(10 - 2 - (4 - 1), 12);
    const still = { controlPre: [0, 0], controlPost: [0, 0], treatedPre: [0, 0], treatedPost: [0, 0] };
    expect(() => differenceInDifferences(still)).toThrow('no sample varies: the effect of 0');
    const constant = { controlPre: [1, 1, 1], controlPost: [2, 2, 2], treatedPre: [3, 3, 3], treatedPost: [5, 5, 5] };
    expect(() => differenceInDifferences(constant)).toThrow(/no sample varies: the effect of (1|0.99)/);
    for (const name of Object.keys(constant))
      expect(differenceInDifferences({ ...constant, [name]: [4, 5, 6] }).standardError).toBeGreaterThan(0.1);
  });
});

describe('an interrupted series', () => {
  const y = noise(14, 0.4, 5).map((e, t) => 20 + 0.5 * t + (t >= 9 ? 3 - 0.2 * (t - 9) : 0) + e);
  const design = y.map((_, t) => [1, t, t >= 9 ? 1 : 0, Math.max(0, t - 9)]);

  test.each([0.95, 0.8])(
    'has the mean effect of its steps after, within the interval of its matrices, at %d',
    (share) => {
      const { beta, hac } = written(design, y, [], 3);
      const found = interruptedSeries(y, 9, 3, share);
      // Five steps after: the slope's change has gone on for two of them on average.
      const contrast = [0, 0, 1, 2];
      near(found.meanEffect, (beta[2] as number) + 2 * (beta[3] as number));
      const half = studentTQuantile(1 - (1 - share) / 2, 10) * Math.sqrt(form(contrast, hac));
      near(found.interval[0], found.meanEffect - half);
      near(found.interval[1], found.meanEffect + half);
      expect(found.counterfactual).toHaveLength(5);
      for (const [i, value] of found.counterfactual.entries())
        near(value, (beta[0] as number) + (beta[1] as number) * (9 + i));
      near(found.levelChange.hacError, Math.sqrt(at(hac, 2, 2)));
    },
  );
  test('takes Newey and West’s lags and 95 % where none are given', () => {
    expect(interruptedSeries(y, 9)).toEqual(interruptedSeries(y, 9, 2, 0.95));
    expect(interruptedSeries(y, 9)).not.toEqual(interruptedSeries(y, 9, 1, 0.95));
  });
  test('needs two values on either side, and five in all', () => {
    expect(() => interruptedSeries(y, 1)).toThrow('start 1 is not an integer >= 2');
    expect(() => interruptedSeries(y, 2.5)).toThrow('start 2.5 is not an integer');
    expect(() => interruptedSeries(y, 13)).toThrow('start 13 leaves 1 of 14 values after the intervention');
    expect(() => interruptedSeries(y, 9, -1)).toThrow('lags -1 is not an integer >= 0');
    for (const bad of [0, 1, 95])
      expect(() => interruptedSeries(y, 9, 2, bad)).toThrow(`confidence ${bad} is not between 0 and 1`);
    expect(interruptedSeries(y, 2).counterfactual).toHaveLength(12);
    expect(interruptedSeries(y, 12).counterfactual).toHaveLength(2);
    expect(() => interruptedSeries(y.slice(0, 4), 2)).toThrow('4 rows for 4 coefficients');
    expect(interruptedSeries(y.slice(0, 5), 2).counterfactual).toHaveLength(3);
  });
  test('without any error is certain of a change, and of none', () => {
    const nothing = interruptedSeries([0, 0, 0, 0, 0, 0, 0, 0], 4);
    expect(nothing.durbinWatson).toBeNull();
    for (const found of [nothing.level, nothing.slope, nothing.levelChange, nothing.slopeChange])
      expect(found).toEqual({ estimate: expect.closeTo(0, 12), standardError: 0, pValue: 1, hacError: 0, hacP: 1 });
    // What is left over is so small that its squares are 0.
    const { levelChange } = interruptedSeries([0, 0, 0, 0, 1e-200, 1e-200, 1e-200, 1e-200], 4);
    expect(levelChange).toMatchObject({ standardError: 0, pValue: 0, hacError: 0, hacP: 0 });
  });
});
