import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { MomentsReading, QuantileReading } from '../../src/domain/experiment.js';
import { momentsEstimates } from '../../src/experiment/arm-estimate.js';
import { differenceOf, intervalOf, pValueOf } from '../../src/experiment/difference.js';
import { quantileEstimate } from '../../src/experiment/quantile-estimate.js';
import { sampleRatioTest } from '../../src/stats/index.js';

interface Expected {
  readonly effect: number;
  readonly interval: [number, number];
  readonly pValue: number;
  readonly sequential: readonly { tuning: number; interval: [number, number]; pValue: number }[];
}
type ByScale = Record<'absolute' | 'relative', Expected>;

/** Made by growthbook.py beside it, from GrowthBook's own package. */
const oracle = JSON.parse(readFileSync(new URL('./oracles/growthbook.json', import.meta.url), 'utf8')) as {
  cases: { name: string; kind: string; alpha: number; reading: MomentsReading; expected: ByScale }[];
  cupedRatio: { reading: MomentsReading; effect: number; standardError: number };
  quantiles: {
    name: string;
    reading: QuantileReading;
    standardErrors: Record<'baseline' | 'candidate', number>;
    expected: ByScale | null;
  }[];
  sampleRatio: { observed: number[]; weights: number[]; pValue: number }[];
};

const closeTo = (got: number, wanted: number) => {
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-9 + 1e-6 * Math.abs(wanted));
};

function expectAgreement(arms: Parameters<typeof differenceOf>[0], alpha: number, expected: ByScale): void {
  for (const scale of ['absolute', 'relative'] as const) {
    const difference = differenceOf(arms, scale);
    if (difference === null) throw new Error('no difference');
    closeTo(difference.value, expected[scale].effect);
    const check = (
      rule: Parameters<typeof intervalOf>[1],
      { interval, pValue }: Pick<Expected, 'interval' | 'pValue'>,
    ) => {
      const [low, high] = intervalOf(difference, rule, alpha);
      closeTo(low, interval[0]);
      closeTo(high, interval[1]);
      closeTo(pValueOf(difference, rule, alpha), pValue);
    };
    check({ kind: 'fixed' }, expected[scale]);
    for (const { tuning, ...at } of expected[scale].sequential) check({ kind: 'sequential', tuning }, at);
  }
}

test.each(oracle.cases.map((one) => [one.name, one] as const))('agrees with gbstats: %s', (_, one) => {
  const estimates = momentsEstimates(one.reading, one.kind === 'proportion' ? 'share' : 'any');
  if (estimates === null) throw new Error('no estimate');
  expectAgreement(estimates.arms, one.alpha, one.expected);
});

test.each(oracle.quantiles.map((one) => [one.name, one] as const))('agrees with gbstats: %s', (_, one) => {
  const { quantile, arms } = one.reading;
  const baseline = quantileEstimate(arms.baseline, quantile);
  const candidate = quantileEstimate(arms.candidate, quantile);
  if (baseline === null || candidate === null) throw new Error('no estimate');
  closeTo(Math.sqrt(baseline.variance / baseline.units), one.standardErrors.baseline);
  closeTo(Math.sqrt(candidate.variance / candidate.units), one.standardErrors.candidate);
  if (one.expected !== null) expectAgreement({ baseline, candidate }, 0.05, one.expected);
});

test('a ratio with CUPED agrees with its definition over rows', () => {
  const { reading, effect, standardError } = oracle.cupedRatio;
  const estimates = momentsEstimates(reading);
  const difference = estimates === null ? null : differenceOf(estimates.arms, 'absolute');
  closeTo(difference?.value ?? Number.NaN, effect);
  closeTo(difference?.standardError ?? Number.NaN, standardError);
  expect(estimates?.varianceReduction).toBeGreaterThan(0.05);
});

test.each(oracle.sampleRatio)('the sample ratio agrees with gbstats: $observed', ({ observed, weights, pValue }) => {
  closeTo(sampleRatioTest(observed, weights)?.pValue ?? Number.NaN, pValue);
});
