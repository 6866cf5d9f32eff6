import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ValidationCheck } from '../../../src/domain/spec/validation/index.js';
import type { CheckResult } from '../../../src/domain/validation.js';
import type { AnsweredRow } from '../../../src/validation/answered-row.js';
import { createRowTally, judgeRows } from '../../../src/validation/rows/index.js';
import { planOf } from './answered.js';
import { answer, COLUMNS, classified, row } from './rows.js';

const CLASSES = ['0', '1', '2'];
const CHECKS: ValidationCheck[] = [
  { metric: 'accuracy', noWorseThan: 'baseline', by: 'region' },
  { metric: 'f1', min: 0.5, positive: '1' },
  { metric: 'log_loss', noWorseThan: 'baseline', margin: 1 },
  { metric: 'brier', max: 1, by: 'region' },
  { metric: 'top_k_accuracy', min: 0.1, k: 2 },
  { metric: 'expected_calibration_error', max: 1, bins: 7 },
  { metric: 'roc_auc', noWorseThan: 'baseline', margin: 1 },
  { metric: 'average_precision', min: 0, by: 'region' },
  { metric: 'mae', max: 10, by: 'region' },
  { metric: 'median_absolute_error', max: 10 },
  { metric: 'agreement', min: 0.1, by: 'region' },
  { metric: 'prediction_drift', method: 'psi', max: 1 },
  { metric: 'prediction_drift', method: 'wasserstein', of: 'score', max: 10 },
  {
    metric: 'prediction_drift',
    method: 'ks',
    of: 'label',
    against: { column: 'yesterday' },
    max: 1,
    name: 'yesterday',
  },
  { metric: 'demographic_parity', by: 'region', positive: '1', max: 1 },
  { metric: 'prediction_bounds' },
  { metric: 'prediction_type', type: 'probabilities' },
];
const PLAN = planOf(CHECKS);

function judgeAll(rows: readonly AnsweredRow[], cuts: readonly number[]): { results: CheckResult[]; saved: unknown } {
  let tally = createRowTally(PLAN, COLUMNS);
  let at = 0;
  for (const cut of [...cuts, rows.length].sort((a, b) => a - b)) {
    tally.add(rows.slice(at, cut));
    at = cut;
    const text = JSON.stringify(tally.save());
    tally = createRowTally(PLAN, COLUMNS);
    tally.restore(JSON.parse(text));
  }
  return { results: judgeRows(PLAN, tally), saved: tally.save() };
}

test('a pass that is cut anywhere, any number of times, ends as one that was not', () => {
  const rows = classified(0, 200, CLASSES);
  const whole = judgeAll(rows, []);
  expect(whole.results.map(({ name, candidate }) => [name, candidate.value === null])).toEqual(
    whole.results.map(({ name, metric }) => [name, metric === 'prediction_bounds' || metric === 'prediction_type']),
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 6 }), (cuts) => {
      expect(judgeAll(rows, cuts)).toEqual(whole);
    }),
    { numRuns: 12 },
  );
});

describe('more rows than are kept', () => {
  const rows = classified(0, 20_000, CLASSES);
  const whole = judgeAll(rows, []);
  const by = (name: string) => whole.results.find((result) => result.name === name) as CheckResult;

  test('sums go over all rows, order statistics over a sample, and the reason says so', () => {
    expect(by('accuracy by region').slices?.reduce((sum, { rows: n }) => sum + n, 0)).toBe(20_000);
    expect(by('log_loss').reason).toMatch(/on 20000 rows$/);
    expect(by('brier by region').slices?.reduce((sum, { rows: n }) => sum + n, 0)).toBe(20_000);
    const { samples } = by('roc_auc').candidate;
    expect(samples).toBeGreaterThan(10_000);
    expect(by('roc_auc').reason).toMatch(new RegExp(`on ${samples} rows, a sample of 20000`));
    expect(by('roc_auc').details).toMatchObject({ sample: { rows: samples } });
  });
  test('the sums are what the rows give one by one', () => {
    const loss = rows.reduce((sum, { label, candidate }) => sum - Math.log(candidate.scores?.[Number(label)] ?? 0), 0);
    expect(by('log_loss').candidate.value).toBeCloseTo(loss / rows.length, 10);
  });
  test('cut before, at and after the place where the sample is full', () => {
    const { samples } = by('roc_auc').candidate;
    for (const cuts of [[samples - 1], [samples], [3, samples + 1, 19_999]])
      expect(judgeAll(rows, cuts)).toEqual(whole);
  });
  test('what is saved stays below 2 MB', () => {
    expect(JSON.stringify(whole.saved).length).toBeLessThan(2_100_000);
  });
});

test('nothing grows once the sample is full', () => {
  const tally = createRowTally(PLAN, COLUMNS);
  tally.add(classified(0, 20_000, CLASSES));
  const before = JSON.stringify(tally.save()).length;
  tally.add(classified(20_000, 30_000, CLASSES));
  expect(JSON.stringify(tally.save()).length).toBeLessThan(before * 1.01);
});

describe('limits', () => {
  const one = (check: ValidationCheck, rows: readonly AnsweredRow[]) => {
    const plan = planOf([check]);
    const tally = createRowTally(plan, COLUMNS);
    tally.add(rows);
    return judgeRows(plan, tally)[0] as CheckResult;
  };
  const many = Array.from({ length: 1500 }, (_, i) =>
    row(i, `c${i}`, answer(`c${i}`), { fields: { region: `r${i}` } }),
  );

  test('more than 1,000 classes', () => {
    expect(one({ metric: 'accuracy', min: 0.5 }, many)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'accuracy: nothing measured: more than 1000 different labels, too many for classes',
    });
  });
  test('more than 1,000 slices', () => {
    expect(one({ metric: 'agreement', min: 0.5, by: 'region' }, many)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'agreement by region: column "region" has more than 1000 different values, too many for slices',
    });
  });
  test('labels as long as a page', () => {
    const rows = Array.from({ length: 300 }, (_, i) => row(i, 'a', answer(`${i} ${'x'.repeat(2000)}`)));
    expect(one({ metric: 'accuracy', min: 0.5 }, rows).verdict).toBe('inconclusive');
  });
});
