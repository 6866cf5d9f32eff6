import { describe, expect, test } from '@jest/globals';
import type { ValidationCheck } from '../../../src/domain/spec/validation/index.js';
import type { CheckResult } from '../../../src/domain/validation.js';
import type { AnsweredRow } from '../../../src/validation/answered-row.js';
import { createRowTally, isRowCheck, judgeRows, needsLabels } from '../../../src/validation/rows/index.js';
import { planOf } from './answered.js';
import { answer, COLUMNS, classified, row } from './rows.js';

function one(check: ValidationCheck, rows: readonly AnsweredRow[]): CheckResult {
  const plan = planOf([check]);
  const tally = createRowTally(plan, COLUMNS);
  tally.add(rows);
  return judgeRows(plan, tally)[0] as CheckResult;
}

/** Rows of two classes, from counts of (truth, prediction). */
function counted(counts: Readonly<Record<string, number>>, region = 'eu', from = 0): AnsweredRow[] {
  const pairs = Object.entries(counts).flatMap(([pair, n]) => Array.from({ length: n }, () => pair.split('>')));
  return pairs.map(([truth = '', said = ''], i) => row(from + i, truth, answer(said), { fields: { region } }));
}

const ACCURACY: ValidationCheck = { metric: 'accuracy', min: 0.9 };

test('which checks are judged here, and which of them need labels', () => {
  expect(isRowCheck({ metric: 'signature' })).toBe(false);
  expect(isRowCheck({ metric: 'agreement', min: 1 })).toBe(true);
  expect(needsLabels(ACCURACY)).toBe(true);
  expect(needsLabels({ metric: 'demographic_parity', by: 'region', max: 0.1 })).toBe(false);
  expect(needsLabels({ metric: 'prediction_bounds' })).toBe(true);
  expect(needsLabels({ metric: 'prediction_bounds', min: 0 })).toBe(false);
  expect(needsLabels({ metric: 'prediction_type', type: 'label' })).toBe(false);
});

describe('reasons', () => {
  test('below the minimum, on so many rows', () => {
    expect(one(ACCURACY, counted({ 'a>a': 80, 'b>b': 8, 'b>a': 12 }))).toMatchObject({
      verdict: 'fail',
      reason: 'accuracy: candidate 88.00 % on 100 rows; below the minimum of 90.00 %',
      candidate: { samples: 100, value: 0.88 },
      details: {
        classes: ['a', 'b'],
        confusion: [
          [80, 0],
          [12, 8],
        ],
      },
    });
  });
  test('worse than the baseline', () => {
    const rows = counted({ 'a>a': 50, 'a>b': 50 }).map((each) => ({ ...each, baseline: answer('a') }));
    expect(one({ metric: 'accuracy', noWorseThan: 'baseline', margin: 0.01 }, rows).reason).toBe(
      'accuracy: candidate 50.00 %, baseline 100.00 % on 100 rows; more than 1.00 % below the baseline',
    );
  });
  test('a bias on either side is worse than none', () => {
    const rows = [0, 1, 2].map((i) => row(i, '10', answer('7'), { baseline: answer('10') }));
    const check: ValidationCheck = { metric: 'mean_error', noWorseThan: 'baseline', margin: 1 };
    expect(one(check, rows)).toMatchObject({ verdict: 'fail', candidate: { value: -3 } });
    expect(one({ ...check, margin: 3 }, rows).verdict).toBe('pass');
  });
});

describe('what can not be measured is inconclusive, and says why', () => {
  const cases: [string, ValidationCheck, readonly AnsweredRow[], RegExp][] = [
    ['no rows', ACCURACY, [], /no rows/],
    ['no labels', ACCURACY, [row(0, null, answer('a'))], /no rows with a label/],
    ['no scores', { metric: 'log_loss', max: 1 }, counted({ 'a>a': 9, 'b>b': 9 }), /gives no scores/],
    ['one class', { metric: 'balanced_accuracy', min: 0 }, counted({ 'a>a': 9 }), /one class only/],
    [
      'no positive row',
      { metric: 'recall', positive: 'c', min: 0 },
      counted({ 'a>c': 9, 'b>b': 9 }),
      /no row is of class "c"/,
    ],
    ['an unheard-of class', { metric: 'f1', positive: 'z', min: 0 }, counted({ 'a>a': 9 }), /class "z"/],
    [
      'text where numbers belong',
      { metric: 'mae', max: 1 },
      counted({ 'a>1': 3 }),
      /the label "a" of row 0 is no number/,
    ],
    ['a logarithm of nothing', { metric: 'msle', max: 1 }, counted({ '-2>1': 3 }), /logarithm/],
    [
      'top 5 of 3 classes',
      { metric: 'top_k_accuracy', min: 0 },
      classified(0, 90, ['a', 'b', 'c']),
      /the top 5 of 3 classes hold every class/,
    ],
    [
      'logits',
      { metric: 'brier', max: 1 },
      [row(0, 'a', answer('a', [3, -1])), row(1, 'b', answer('b', [-1, 2]))],
      /the scores of 2 of 2 rows are no probabilities/,
    ],
    [
      'another number of scores',
      { metric: 'roc_auc', min: 0 },
      [row(0, 'a', answer('a', [0.6, 0.4])), row(1, 'b', answer('b', [0.2, 0.3, 0.5]))],
      /1 of 2 rows do not have 2 scores, for instance row 1 with 3/,
    ],
    [
      'a class too few',
      { metric: 'roc_auc', min: 0 },
      [row(0, 'a', answer('a', [0.6, 0.3, 0.1])), row(1, 'b', answer('a', [0.5, 0.4, 0.1]))],
      /3 scores a row, but 2 classes/,
    ],
    [
      'a confidence in place of a probability',
      { metric: 'roc_auc', min: 0 },
      [row(0, 'a', answer('a', [0.9])), row(1, 'b', answer('b', [0.8]))],
      /never below 0.5/,
    ],
    [
      'slices that are too small',
      { ...ACCURACY, by: 'region' },
      counted({ 'a>a': 9 }),
      /none of 1 slices by region has at least 30 rows/,
    ],
    ['bounds without labels', { metric: 'prediction_bounds' }, [row(0, null, answer('a'))], /list them in `labels`/],
    [
      'the order of labels that are words',
      { metric: 'prediction_drift', method: 'ks', of: 'label', max: 1 },
      counted({ 'a>a': 9 }).map((each) => ({ ...each, baseline: each.candidate })),
      /ks needs numbers/,
    ],
  ];
  test.each(cases)('%s', (_, check, rows, why) => {
    const result = one(check, rows);
    expect(result.verdict).toBe('inconclusive');
    expect(result.reason).toMatch(why);
  });
});

describe('a model out of its mind does not pass', () => {
  const told = (giant: string, baseline = '1') =>
    Array.from({ length: 40 }, (_, i) =>
      row(i, String(i % 5), answer(i === 7 ? giant : String(i % 5)), {
        baseline: answer(i === 7 ? baseline : String(i % 5)),
      }),
    );
  test.each<ValidationCheck>([
    { metric: 'mae', max: 1e9 },
    { metric: 'mse', max: 1e9 },
    { metric: 'rmse', max: 1e9 },
    { metric: 'max_error', max: 1e9 },
    { metric: 'mean_error', min: -1e9, max: 1e9 },
    { metric: 'mape', max: 1e9 },
    { metric: 'r2', min: 0 },
    { metric: 'explained_variance', min: 0 },
    { metric: 'mse', noWorseThan: 'baseline', margin: 1 },
    { metric: 'r2', noWorseThan: 'baseline', margin: 1 },
  ])('by $metric', (check) => {
    for (const giant of ['1e200', '-1e200', '1.7e308', '-1.7e308'])
      expect({ giant, verdict: one(check, told(giant)).verdict }).toEqual({ giant, verdict: 'fail' });
  });
  test('where the baseline is out of its mind as well, neither is the better one', () => {
    const check: ValidationCheck = { metric: 'mse', noWorseThan: 'baseline', margin: 1 };
    expect(one(check, told('1e200', '1e200'))).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('both are too large'),
    });
  });
  test('nor do truths whose variance can not be added up', () => {
    const rows = told('1').map((each) => ({ ...each, label: String(each.index * 1e200) }));
    expect(one({ metric: 'r2', min: 0 }, rows)).toMatchObject({
      verdict: 'inconclusive',
      candidate: { samples: 40, value: null },
      reason: 'r2: nothing measured: its numbers are too large to be added up',
    });
  });
  test.each(['ks', 'wasserstein', 'psi', 'jensenshannon'] as const)('by drift (%s)', (method) => {
    const rows = Array.from({ length: 200 }, (_, i) =>
      row(i, '1', answer(i % 2 === 0 ? '1.7e308' : '-1.7e308'), { baseline: answer(String(Math.sin(i))) }),
    );
    const check: ValidationCheck = { metric: 'prediction_drift', method, max: 0.3 };
    expect(one({ ...check, of: 'value' }, rows).verdict).toBe('fail');
    expect(one({ ...check, of: 'label' }, rows).verdict).toBe('fail');
  });
});

describe('which score is of which class', () => {
  const AUC: ValidationCheck = { metric: 'roc_auc', min: 0.9 };
  const rows = classified(0, 200, ['a', 'b', 'c']);
  const turned = (each: AnsweredRow, order: readonly number[]) => ({
    ...each,
    candidate: { ...each.candidate, scores: order.map((at) => each.candidate.scores?.[at] as number) },
  });
  const sorted = one(AUC, rows).candidate.value;

  test('a server with an order of its own gives itself away by what it predicts', () => {
    const shuffled = rows.map((each) => turned(each, [2, 0, 1]));
    expect(one(AUC, shuffled).candidate.value).toBe(sorted);
  });
  test('a class that no row has does not disturb', () => {
    const more = rows.map((each) => ({
      ...each,
      candidate: { ...each.candidate, scores: [0, ...(each.candidate.scores ?? [])] },
    }));
    expect(one({ metric: 'log_loss', max: 9 }, more).candidate.value).toBeCloseTo(
      one({ metric: 'log_loss', max: 9 }, rows).candidate.value as number,
      12,
    );
  });
  test('numbers are sorted as numbers', () => {
    // Its best score does not tell the prediction, as with a threshold of its own: only the sorted order is left.
    const numbers = ['9', '10'].flatMap((label, yes) =>
      [0.2, 0.6].map((p, i) => row(2 * yes + i, label, answer(i === 0 ? '9' : label, [1 - p, p]))),
    );
    expect(one({ metric: 'expected_calibration_error', max: 1 }, numbers).verdict).toBe('pass');
    const [nine, ten] = [0, 1].map((yes) => [0.2, 0.6].map((p) => (yes ? p : 1 - p)));
    const loss = [...(nine ?? []), ...(ten ?? [])].reduce((sum, p) => sum - Math.log(p), 0) / 4;
    expect(one({ metric: 'log_loss', max: 9 }, numbers).candidate.value).toBeCloseTo(loss, 12);
  });
  test('one score of two classes is of the positive one', () => {
    const single = [0.9, 0.8, 0.3, 0.2].map((p, i) =>
      row(i, i < 2 ? 'yes' : 'no', answer(p > 0.5 ? 'yes' : 'no', [p])),
    );
    expect(one(AUC, single).candidate.value).toBe(1);
    expect(one({ ...AUC, positive: 'no' }, single)).toMatchObject({ verdict: 'fail', candidate: { value: 0 } });
  });
});

describe('slices', () => {
  const rows = [
    ...counted({ 'a>a': 95, 'b>a': 5 }, 'us'),
    ...counted({ 'a>a': 30, 'b>a': 10 }, 'eu', 100),
    ...counted({ 'b>a': 5 }, 'asia', 140),
  ];
  test('the worst one decides; small ones are shown and not judged', () => {
    const result = one({ ...ACCURACY, by: 'region' }, rows);
    expect(result).toMatchObject({
      verdict: 'fail',
      slice: 'eu',
      candidate: { samples: 40, value: 0.75 },
      slices: [
        { slice: 'eu', rows: 40, verdict: 'fail' },
        { slice: 'us', rows: 100, verdict: 'pass' },
        { slice: 'asia', rows: 5, verdict: 'inconclusive' },
      ],
    });
    expect(result.reason).toBe(
      'accuracy by region: slice region=eu: candidate 75.00 % on 40 rows; below the minimum of 90.00 %; 1 slices with fewer than 30 rows are not judged',
    );
  });
  test('a missing value is a slice too', () => {
    const missing = rows.map((each) => ({ ...each, fields: { region: null } }));
    expect(one({ ...ACCURACY, by: 'region' }, missing).slice).toBe('(missing)');
  });
  test('one that is large enough and can not be measured keeps the check from passing', () => {
    const single = [...counted({ 'a>a': 40, 'b>b': 40 }, 'us'), ...counted({ 'a>a': 40 }, 'eu', 80)];
    expect(one({ metric: 'balanced_accuracy', min: 0.5, by: 'region' }, single)).toMatchObject({
      verdict: 'inconclusive',
      slice: 'eu',
    });
  });
});

describe('fairness', () => {
  const check: ValidationCheck = { metric: 'equal_opportunity', by: 'region', positive: 'y', max: 0.2 };
  const us = counted({ 'y>y': 30, 'y>n': 10, 'n>n': 40 }, 'us');
  test('names both ends and who was left out', () => {
    const rows = [
      ...us,
      ...counted({ 'y>y': 10, 'y>n': 30, 'n>n': 40 }, 'eu', 80),
      ...counted({ 'y>y': 3 }, 'asia', 160),
    ];
    const result = one(check, rows);
    expect(result).toMatchObject({ verdict: 'fail', candidate: { samples: 160, value: 0.5 }, slice: 'eu' });
    expect(result.reason).toBe(
      'equal_opportunity by region: candidate 50.00 % on 160 rows; over the maximum of 20.00 %; lowest in region=eu, highest in region=us; left out with fewer than 30 rows: asia',
    );
  });
  test('a group without a positive row leaves it open', () => {
    const rows = [
      ...us,
      ...counted({ 'y>y': 30, 'y>n': 10, 'n>n': 40 }, 'eu', 80),
      ...counted({ 'n>n': 40 }, 'asia', 160),
    ];
    expect(one(check, rows)).toMatchObject({ verdict: 'inconclusive', candidate: { value: 0 } });
    expect(one(check, rows).reason).toMatch(/region=asia has no true positives/);
  });
  test('one group is no comparison', () => {
    expect(one(check, us)).toMatchObject({ verdict: 'inconclusive' });
  });
});

describe('answers', () => {
  test('labels the data set does not have, and scores that are none', () => {
    const rows = [...counted({ 'a>a': 5, 'b>b': 5, 'a>x': 2 }), row(12, 'a', answer('a', [1.5, -0.5]))];
    expect(one({ metric: 'prediction_bounds' }, rows)).toMatchObject({
      verdict: 'fail',
      reason:
        'prediction_bounds: 13 predictions; 2 labels the data set does not have, for instance "x"; 1 scores outside 0..1, for instance 1.5 (row 12)',
    });
    expect(one({ metric: 'prediction_bounds', labels: ['a', 'b', 'x'] }, rows.slice(0, 12)).verdict).toBe('pass');
  });
  test('numbers out of their range', () => {
    const rows = [row(0, '5', answer('5.5')), row(1, '5', answer('-1')), row(2, '5', answer('much'))];
    expect(one({ metric: 'prediction_bounds', min: 0, max: 5 }, rows).reason).toBe(
      'prediction_bounds: 3 predictions; 1 predictions above 5, for instance 5.5 (row 0); 1 predictions below 0, for instance -1 (row 1); 1 predictions that are no numbers, for instance "much" (row 2)',
    );
  });
  test.each([
    ['label', '3.5', 'fail'],
    ['label', 'cat', 'pass'],
    ['integer', '3', 'pass'],
    ['integer', '3.5', 'fail'],
    ['number', '3.5', 'pass'],
    ['number', 'cat', 'fail'],
    ['probabilities', '3', 'fail'],
  ] as const)('type %s of %s: %s', (type, label, verdict) => {
    expect(one({ metric: 'prediction_type', type }, [row(0, null, answer(label))]).verdict).toBe(verdict);
  });
  test('agreement within a tolerance', () => {
    const rows = [1, 2, 3, 4].map((i) =>
      row(i, null, answer(String(i)), { baseline: answer(String(i + (i > 3 ? 1 : 1e-6))) }),
    );
    expect(one({ metric: 'agreement', min: 0.9 }, rows).candidate.value).toBe(0);
    expect(one({ metric: 'agreement', min: 0.9, tolerance: 1e-3 }, rows).candidate.value).toBe(0.75);
  });
});

describe('drift', () => {
  const rows = counted({ 'a>a': 50, 'a>b': 50 }).map((each) => ({
    ...each,
    baseline: answer('a'),
    fields: { yesterday: 'a', region: 'eu' },
  }));
  test('of labels against the baseline and against a column', () => {
    const base = one({ metric: 'prediction_drift', method: 'psi', max: 0.25 }, rows);
    const column = one(
      { metric: 'prediction_drift', method: 'psi', max: 0.25, against: { column: 'yesterday' } },
      rows,
    );
    expect(base.verdict).toBe('fail');
    expect(column.candidate.value).toBe(base.candidate.value);
    expect(base.details).toMatchObject({
      labels: expect.arrayContaining([{ label: 'b', reference: 0, candidate: 0.5 }]),
    });
  });
  test('labels that are numbers drift alike, counted or one by one', () => {
    const numbers = classified(0, 300, ['1', '2', '7']);
    for (const method of ['ks', 'wasserstein', 'psi', 'jensenshannon'] as const) {
      const [label, value] = (['label', 'value'] as const).map((of) =>
        one({ metric: 'prediction_drift', method, of, max: 9 }, numbers),
      );
      expect(label?.candidate.value).toBeCloseTo(value?.candidate.value as number, 12);
    }
  });
});
