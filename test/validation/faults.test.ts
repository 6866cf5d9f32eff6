import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { output } from './scripted-model.js';
import { checkOf, SuiteStage } from './suite-stage.js';

let stage: SuiteStage;
beforeEach(async () => {
  stage = await new SuiteStage().open();
});
afterEach(() => stage.close());

const ACCURACY = { metric: 'accuracy', min: 0.9 };
const labels = (rows: readonly unknown[], data: readonly unknown[], shape?: number[]) => ({
  outputs: [output('predict', data, 'INT64', shape ?? [rows.length])],
});

describe('a candidate that answers', () => {
  test.each([
    [
      'NaN',
      (rows: readonly unknown[]) =>
        labels(
          rows,
          rows.map((_, i) => (i === 3 ? 'NaN' : 1)),
        ),
      'row 3 is "NaN"',
    ],
    ['too few rows', (rows: readonly unknown[]) => labels(rows, [1], [1]), '1 predictions for 10 rows'],
    [
      'another shape',
      (rows: readonly unknown[]) => labels(rows, [1, 2], [rows.length]),
      'has 2 values: shape [10] means 10',
    ],
    [
      'a fraction',
      (rows: readonly unknown[]) =>
        labels(
          rows,
          rows.map(() => 0.5),
        ),
      'row 0 is 0.5: expected INT64',
    ],
    ['nothing', () => ({}), 'outputs'],
    ['400', () => 400, '400'],
  ])('%s fails the suite, and what was not measured is inconclusive', async (_, garbage, reason) => {
    await stage.writeRows(95);
    stage.candidate.answer = (rows) => (rows.some(([first]) => first === 42) ? garbage(rows) : null);
    const report = await stage.run({
      concurrency: 1,
      checks: [
        ACCURACY,
        { metric: 'latency_p99', max: '9s' },
        { metric: 'determinism' },
        { metric: 'server_memory', max: 1 },
      ],
    });
    expect(report.verdict).toBe('fail');
    expect(report.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['answers', 'fail'],
      ['accuracy', 'inconclusive'],
      ['latency_p99', 'inconclusive'],
      ['determinism', 'inconclusive'],
      ['server_memory', 'inconclusive'],
    ]);
    const answers = checkOf(report, 'answers');
    expect(answers).toMatchObject({ metric: 'answers', severity: 'critical', candidate: { samples: 40, value: null } });
    expect(answers.reason).toContain('answers: in the batch of rows 40 to 49: model digits v2 at http://127.0.0.1:');
    expect(answers.reason).toContain(reason);
    expect(answers.reason).toContain('the 40 rows before it were answered properly');
    expect(checkOf(report, 'accuracy').reason).toContain(
      'the candidate gave no proper answer in the batch of rows 40 to 49',
    );
    expect(stage.candidate.seen.filter((first) => first > 50)).toEqual([]);
  });

  test('classes that the data set does not have', async () => {
    await stage.writeRows(50);
    stage.candidate.label = (first) => (first === 7 ? 12 : first % 2);
    const report = await stage.run({ checks: [{ metric: 'prediction_bounds' }, ACCURACY] });
    expect(checkOf(report, 'prediction_bounds')).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining('"12"'),
    });
    expect(checkOf(report, 'accuracy').candidate.value).toBe(0.98);
  });
});

test('garbage where only a sample is asked fails the suite as well', async () => {
  await stage.writeRows(50);
  stage.candidate.answer = () => labels([], ['NaN'], [1]);
  const report = await stage.run({ checks: [{ metric: 'determinism' }] });
  expect(report.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['answers', 'fail'],
    ['determinism', 'inconclusive'],
  ]);
});

test('a baseline that answers garbage spoils what compares with it, and nothing else', async () => {
  await stage.writeRows(95);
  stage.baseline.answer = (rows) => (rows.some(([first]) => first === 42) ? labels(rows, ['NaN'], [1]) : null);
  stage.candidate.label = (first) => (first % 10 === 0 ? 1 - (first % 2) : first % 2);
  const report = await stage.run({
    concurrency: 1,
    checks: [
      { metric: 'f1', min: 0.5 },
      { metric: 'accuracy', min: 0.5, noWorseThan: 'baseline' },
      { metric: 'recall', min: 0.95, noWorseThan: 'baseline' },
      { metric: 'agreement', min: 0.1 },
      { metric: 'latency_p50', max: '9s', noWorseThan: 'baseline' },
    ],
  });
  expect(report.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['f1', 'pass'],
    ['accuracy', 'inconclusive'],
    ['recall', 'fail'],
    ['agreement', 'inconclusive'],
    ['latency_p50', 'inconclusive'],
  ]);
  expect(checkOf(report, 'f1').candidate.samples).toBe(95);
  for (const name of ['accuracy', 'agreement', 'latency_p50'])
    expect(checkOf(report, name).reason).toContain(
      'nothing to compare with, as the baseline gave no proper answer in the batch of rows 40',
    );
  expect(checkOf(report, 'recall').baseline).toEqual({ samples: 0, value: null });
  expect(stage.baseline.requests).toBe(5);
});

describe('a data set', () => {
  test('with another digest is refused before anything is asked', async () => {
    await stage.writeRows(20);
    const expectDigest = `sha256:${'0'.repeat(64)}`;
    await expect(stage.run({ dataset: { source: 'x.csv', expectDigest }, checks: [ACCURACY] })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/x\.csv: its digest is sha256:[0-9a-f]{64}, expected sha256:0{64}/),
    });
    expect(stage.candidate.requests).toBe(0);
  });

  test('that is cut in the middle of a line is refused with the line', async () => {
    await stage.folder.write('x.csv', 'n,x,label\n1,2,1\n2,3,0\n3,0');
    await expect(stage.run({ checks: [ACCURACY] })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(/x\.csv.*line 4/i),
    });
  });

  test('with a byte order mark and quotes is read', async () => {
    await stage.folder.write('x.csv', '\uFEFF"n",x,"label"\n"1",2,"1"\n2,"3",0\n');
    expect((await stage.run({ checks: [ACCURACY] })).verdict).toBe('pass');
  });

  test('without the label is refused', async () => {
    await stage.folder.write('x.csv', 'n,x\n1,2\n');
    await expect(stage.run({ checks: [ACCURACY] })).rejects.toThrow(/label/);
  });

  test.each([
    ['feature', 'n,x,label\n1,2,1\n1,,1\n', 'x.csv: row 1: x is missing'],
    ['label', 'n,x,label\n1,2,1\n1,3,\n', 'x.csv: row 1: label is missing'],
  ])('a missing %s is named', async (_, text, message) => {
    await stage.folder.write('x.csv', text);
    await expect(stage.run({ checks: [ACCURACY] })).rejects.toMatchObject({ code: 'DATASET_INVALID', message });
  });

  test('that changes while it is read is not judged', async () => {
    await stage.writeRows(2000);
    stage.candidate.delayMs = 5;
    const running = stage.run({ checks: [ACCURACY] });
    setTimeout(() => void stage.folder.write('x.csv', 'n,x,label\n1,2,1\n'), 150);
    await expect(running).rejects.toMatchObject({ code: 'DATASET_UNREACHABLE' });
  });
});
