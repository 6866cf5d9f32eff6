import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { validation } from '../../src/domain/spec/validation/index.js';
import { VALIDATION_ID } from '../../src/domain/validation.js';
import { result } from '../../src/validation/judge-value.js';
import type { ProbeStage } from '../../src/validation/probe-stage.js';
import { DIGEST } from '../datasets/reading.js';
import { checkOf, SuiteStage } from './suite-stage.js';

let stage: SuiteStage;
beforeEach(async () => {
  stage = await new SuiteStage().open();
});
afterEach(() => stage.close());

const ACCURACY = { metric: 'accuracy', min: 0.9 };

describe('a suite', () => {
  test('asks each version every row once, and judges every check in the order of the plan', async () => {
    await stage.writeRows(95);
    stage.baseline.label = (first) => (first < 19 ? 1 - (first % 2) : first % 2);
    const report = await stage.run({
      checks: [
        { metric: 'latency_p99', max: '5s', noWorseThan: 'baseline', margin: '5s' },
        { metric: 'accuracy', min: 0.9, noWorseThan: 'baseline' },
        { metric: 'request_size', max: 1 },
        { metric: 'determinism' },
        { metric: 'response_size', max: 1000, severity: 'warning' },
      ],
    });
    expect(report.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['latency_p99', 'pass'],
      ['accuracy', 'pass'],
      ['request_size', 'fail'],
      ['determinism', 'pass'],
      ['response_size', 'pass'],
    ]);
    expect(report).toMatchObject({
      id: 'suite-1',
      verdict: 'fail',
      dataset: { source: 'x.csv', digest: expect.stringMatching(DIGEST), rows: 95 },
      planDigest: expect.stringMatching(DIGEST),
      pass: { requests: 20, resumed: 0 },
      candidate: { version: 'v2', url: stage.candidate.url, digest: null },
    });
    expect(checkOf(report, 'accuracy')).toMatchObject({
      candidate: { samples: 95, value: 1 },
      baseline: { samples: 95, value: 76 / 95 },
    });
    expect(checkOf(report, 'latency_p99')).toMatchObject({ candidate: { samples: 10 }, baseline: { samples: 10 } });
    expect(checkOf(report, 'request_size').candidate.value).toBeGreaterThan(5);
    expect([...stage.baseline.seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 95 }, (_, i) => i));
    expect(report.pass.rowsPerSecond).toBeGreaterThan(0);
    expect(stage.progress.kept.size).toBe(0);
  });

  test('the baseline is not asked where nothing compares with it', async () => {
    await stage.writeRows(20);
    await stage.run({ checks: [ACCURACY] });
    expect(stage.baseline.requests).toBe(0);
  });

  test.each([
    [1, 1],
    [3, 3],
    [undefined, 4],
  ])('concurrency %p: %i requests at a time, and the same result', async (concurrency, most) => {
    await stage.writeRows(200);
    stage.candidate.delayMs = 5;
    stage.candidate.label = (first) => (first % 10 === 0 ? 7 : first % 2);
    const report = await stage.run({ ...(concurrency && { concurrency }), checks: [ACCURACY] });
    expect(stage.candidate.mostAtOnce).toBe(most);
    expect(checkOf(report, 'accuracy').candidate).toEqual({ samples: 200, value: 0.9 });
  });

  test('probes and custom checks see a sample that depends on nothing but the places of the rows', async () => {
    await stage.writeRows(500);
    const seen: ProbeStage['sample'][] = [];
    stage.custom = {
      async run(check, _input, soFar, { sample }) {
        seen.push(sample);
        return result(check, { verdict: 'pass', reason: soFar.map(({ name }) => name).join(' ') });
      },
    };
    const own = { metric: 'custom', name: 'mine', url: 'http://127.0.0.1:1', rows: 40 };
    const first = await stage.run({ checks: [own, ACCURACY] });
    expect(checkOf(first, 'mine').reason).toBe('mine: accuracy');
    await stage.run({ concurrency: 2, batchSize: 7, checks: [ACCURACY, own] }, 'suite-2');
    // Without a check of all rows: read, and only the sample is asked.
    stage.candidate.seen.length = 0;
    stage.baseline.seen.length = 0;
    const alone = await stage.run({ checks: [own] }, 'suite-3');
    expect(seen.map((sample) => sample.length)).toEqual([40, 40, 40]);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[0]?.[0]).toMatchObject({
      candidate: { label: expect.any(String) },
      baseline: { label: expect.any(String) },
    });
    const places = seen[0]?.map(({ index }) => index) ?? [];
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(stage.candidate.seen.sort((a, b) => a - b)).toEqual(places);
    expect(alone.dataset.rows).toBe(500);
  });

  test('the digest of the plan changes with what is checked, not with where the data lie', async () => {
    await stage.writeRows(20);
    await stage.writeRows(20, 'y.csv');
    const first = await stage.run({ checks: [ACCURACY] });
    expect(await stage.run({ dataset: 'y.csv', checks: [ACCURACY] })).toMatchObject({
      planDigest: first.planDigest,
      dataset: { digest: first.dataset.digest },
    });
    const other = await stage.run({ checks: [{ metric: 'accuracy', min: 0.8 }] });
    expect(other.planDigest).not.toBe(first.planDigest);
  });

  test('tells how far it is', async () => {
    await stage.writeRows(300);
    stage.candidate.delayMs = 30;
    await stage.run({ checks: [ACCURACY, { metric: 'determinism', rows: 10 }] });
    expect(stage.beats[0]).toEqual({ stage: 'reading the data set', rows: 0, of: null });
    const passing = stage.beats.filter((beat) => beat.stage === 'asking all rows').map(({ rows }) => rows);
    expect(passing.length).toBeGreaterThan(1);
    expect(passing).toEqual([...passing].sort((a, b) => a - b));
    expect(stage.beats.some((beat) => beat.stage.includes('determinism') && beat.rows === 300)).toBe(true);
  });

  test('ends when it is told to, with nothing under way', async () => {
    await stage.writeRows(1000);
    stage.candidate.delayMs = 20;
    const running = stage.run({ checks: [ACCURACY] });
    setTimeout(() => stage.cancel(), 200);
    await expect(running).rejects.toThrow('cancelled');
    const { requests } = stage.candidate;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stage.candidate.requests).toBe(requests);
    expect(requests).toBeLessThan(100);
    expect(JSON.parse(stage.progress.kept.get('suite-1') ?? '{}')).toMatchObject({
      isPassed: false,
      pass: { rows: 10 * requests },
    });
  });

  test('has a name for its own result that no check can have', () => {
    const named = { dataset: 'x.csv', checks: [{ ...ACCURACY, name: 'answers' }] };
    expect(validation.safeParse(named).success).toBe(false);
    expect('rollout:digits:0b5b:1').toMatch(VALIDATION_ID);
  });
});

describe('columns', () => {
  test.each([
    [
      'a slice',
      { metric: 'accuracy', min: 0, by: 'site' },
      'no column site, which check "accuracy by site" names; there are: n, x, label',
    ],
    [
      'a reference',
      { metric: 'prediction_drift', method: 'psi', max: 1, against: { column: 'old' } },
      'no column beside features and label called old, which check "prediction_drift psi" names; there are: none',
    ],
    [
      'a feature',
      { metric: 'invariance', change: { y: { add: 1 } } },
      'no feature y, which check "invariance y" names; there are: n, x',
    ],
  ])('%s that is not there is refused before anything is asked', async (_, check, message) => {
    await stage.writeRows(10);
    await expect(stage.run({ checks: [check] })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining(message),
    });
    expect(stage.candidate.requests).toBe(0);
  });

  test('labels are wanted where a check needs them only', async () => {
    await stage.folder.write('x.csv', 'n,x\n1,2\n2,3\n');
    const dataset = { source: 'x.csv', schema: { label: null } };
    const report = await stage.run({ dataset, checks: [{ metric: 'prediction_type', type: 'integer' }] });
    expect(report.verdict).toBe('pass');
    await expect(stage.run({ dataset, checks: [ACCURACY] })).rejects.toThrow(
      'x.csv: check "accuracy" needs labels, and the data set has no column of them',
    );
  });
});
