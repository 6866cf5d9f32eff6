import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { bucketRange } from '../../src/impact/buckets.js';
import { analyseDifference } from '../../src/impact/difference.js';
import { type SegmentedModel, segmentedRegression } from '../../src/stats/impact/segmented-regression.js';

interface Oracle {
  readonly cases: readonly {
    readonly name: string;
    readonly times: readonly number[];
    readonly values: readonly number[];
    readonly model: SegmentedModel;
    readonly lags: number;
    readonly expected: Readonly<
      Record<'levelChange' | 'levelError' | 'meanEffect' | 'meanError' | 'endEffect' | 'endError' | 'r2', number>
    > & {
      readonly counterfactual: readonly number[];
    };
  }[];
  readonly differences: readonly {
    readonly name: string;
    readonly times: readonly number[];
    readonly treated: readonly number[];
    readonly control: readonly number[];
    readonly lags: number;
    readonly expected: { readonly effect: number; readonly error: number; readonly panelEffect: number };
  }[];
}

/** statsmodels' OLS with cov_type HAC and use_correction, by segmented.py. */
const oracle = JSON.parse(readFileSync(new URL('./oracles/segmented.json', import.meta.url), 'utf8')) as Oracle;
const near = (got: number, want: number) =>
  expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-6 * Math.max(1e-3, Math.abs(want)));

describe('segmented regression is statsmodels’', () => {
  test.each(oracle.cases)('$name', ({ times, values, model, lags, expected }) => {
    const fit = segmentedRegression({ times, values }, 0, model, { lags });
    near(fit.levelChange.estimate, expected.levelChange);
    near(fit.levelChange.hacError, expected.levelError);
    near(fit.meanEffect.estimate, expected.meanEffect);
    near(fit.meanEffect.hacError, expected.meanError);
    near(fit.endEffect.estimate, expected.endEffect);
    near(fit.endEffect.hacError, expected.endError);
    near(fit.r2, expected.r2);
    for (const [i, { value }] of fit.counterfactual.entries()) near(value, expected.counterfactual[i] ?? Number.NaN);
    // What is decided by is never below it.
    expect(fit.meanEffect.standardError).toBeGreaterThanOrEqual(fit.meanEffect.hacError);
  });
});

describe('difference in differences is that of a panel with an effect of every bucket', () => {
  test.each(oracle.differences)('$name', ({ times, treated, control, lags, expected }) => {
    const values = treated.map((value, i) => value - (control[i] ?? 0));
    const model = { hasTrend: false, hasSlopeChange: false, seasons: [] };
    const { levelChange } = segmentedRegression({ times, values }, 0, model, { lags });
    near(levelChange.estimate, expected.effect);
    near(levelChange.hacError, expected.error);
    const before = -(times[0] ?? 0);
    const after = times.length - before;
    const cutoverAt = '2026-11-01T00:00:00.000Z';
    const day = 86_400_000;
    const at = new Date(Date.parse(cutoverAt) + after * day).toISOString();
    const range = bucketRange({ startedAt: cutoverAt, cutoverAt, beforeMs: before * day, afterMs: after * day, at });
    const bucketsOf = (series: readonly number[]) =>
      series.map((value, i) => ({ bucket: times[i] ?? 0, value, samples: 1 }));
    const question = { metric: 'm', goal: 'increase', unit: 'number', alpha: 0.05 } as const;
    const whole = { name: 'c', values: bucketsOf(control), scale: 'same' } as const;
    near(
      analyseDifference(question, bucketsOf(treated), whole, range).mean?.effect ?? Number.NaN,
      expected.panelEffect,
    );
  });
});
