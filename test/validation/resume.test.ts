import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SluiceError } from '../../src/domain/errors.js';
import { checkOf, SuiteStage } from './suite-stage.js';

let stage: SuiteStage;
beforeEach(async () => {
  stage = await new SuiteStage().open();
});
afterEach(() => stage.close());

const CHECKS = [
  { metric: 'accuracy', min: 0.9 },
  { metric: 'determinism', rows: 5 },
];
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
/** Of the pass: the first so many that each row was met. */
const timesOf = (seen: readonly number[]) =>
  seen.reduce((counts, row) => counts.set(row, (counts.get(row) ?? 0) + 1), new Map<number, number>());

describe('a model server that dies half-way', () => {
  test('and comes back is waited for, with the same rows', async () => {
    await stage.writeRows(400);
    stage.patienceMs = 20_000;
    stage.candidate.delayMs = 2;
    const running = stage.run({ concurrency: 1, checks: CHECKS.slice(0, 1) });
    await until(() => stage.candidate.seen.length >= 100);
    await stage.candidate.stop();
    setTimeout(() => void stage.candidate.start(), 800);
    const report = await running;
    expect(report).toMatchObject({ verdict: 'pass', pass: { resumed: 0 }, dataset: { rows: 400 } });
    const times = timesOf(stage.candidate.seen);
    expect(sorted([...times.keys()])).toEqual(upTo(400));
    // The one batch that was under way may have been seen twice.
    expect([...times.values()].filter((n) => n > 1).length).toBeLessThanOrEqual(10);
    expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
  });

  test('and stays away ends the call with the rows that are done; the next one goes on from there', async () => {
    await stage.writeRows(400);
    stage.patienceMs = 300;
    stage.candidate.delayMs = 2;
    const plan = { concurrency: 2, checks: CHECKS };
    const running = stage.run(plan);
    const cut = running.catch((error: unknown) => error as SluiceError);
    await until(() => stage.candidate.seen.length >= 100);
    await stage.candidate.stop();
    const error = (await cut) as SluiceError;
    expect(error).toBeInstanceOf(SluiceError);
    expect(error.code).toBe('MODEL_UNREACHABLE');
    const done = Number(/; (\d+) rows are done and kept$/.exec(error.message)?.[1]);
    expect(done).toBeGreaterThanOrEqual(80);
    const before = [...stage.candidate.seen];
    stage.candidate.seen.length = 0;
    await stage.candidate.start();
    const report = await stage.run(plan);
    expect(report.pass.resumed).toBe(1);
    expect(checkOf(report, 'accuracy').candidate).toEqual({ samples: 400, value: 1 });
    expect(sorted(stage.candidate.seen.slice(0, 400 - done))).toEqual(upTo(400).slice(done));
    expect(new Set(before).size).toBe(before.length);
    expect(report.pass.requests).toBe(40);
  });

  test('a server that is ready and fails the same rows is not asked for ever', async () => {
    await stage.writeRows(40);
    stage.patienceMs = 60_000;
    stage.candidate.answer = (rows) => (rows.some(([first]) => first === 15) ? 500 : null);
    await expect(stage.run({ concurrency: 1, checks: CHECKS })).rejects.toMatchObject({
      code: 'MODEL_UNREACHABLE',
      message: expect.stringMatching(/500.*; 10 rows are done and kept/),
    });
    expect(stage.candidate.requests).toBe(5);
  }, 20_000);

  test('so is a baseline', async () => {
    await stage.writeRows(40);
    stage.patienceMs = 300;
    stage.baseline.answer = () => 'hang up';
    await stage.baseline.stop();
    await expect(stage.run({ checks: [{ metric: 'accuracy', noWorseThan: 'baseline' }] })).rejects.toMatchObject({
      code: 'MODEL_UNREACHABLE',
      message: expect.stringContaining('v1'),
    });
  });
});

describe('a cut anywhere gives the same result', () => {
  test.each([30, 170, 330])('after %i rows', async (rows) => {
    await stage.writeRows(400);
    stage.candidate.label = (first) => (first % 7 === 0 ? 3 : first % 2);
    const plan = {
      checks: [
        { metric: 'accuracy', min: 0.5 },
        { metric: 'f1', min: 0.1 },
        { metric: 'agreement', min: 0.1 },
        { metric: 'prediction_drift', method: 'psi', max: 9 },
      ],
    };
    const whole = await stage.run(plan, 'whole');
    stage.candidate.delayMs = 2;
    const from = stage.candidate.seen.length;
    const running = stage.run(plan, 'cut').catch((error: unknown) => error);
    await until(() => stage.candidate.seen.length - from >= rows);
    stage.cancel();
    await running;
    const again = await stage.run(plan, 'cut');
    expect(again.pass.resumed).toBe(1);
    expect(again.checks).toEqual(whole.checks);
    expect(sorted(stage.candidate.seen.slice(from))).toEqual(upTo(400));
  });
});

describe('what is kept', () => {
  const cutAfter = async (rows: number, plan: Parameters<SuiteStage['run']>[0]) => {
    stage.candidate.delayMs = 5;
    const running = stage.run(plan).catch((error: unknown) => error);
    await until(() => stage.candidate.seen.length >= rows);
    stage.cancel();
    await running;
    stage.candidate.seen.length = 0;
    stage.candidate.delayMs = 0;
  };
  const plan = { checks: CHECKS.slice(0, 1) };

  test.each([
    ['another plan', async () => ({ checks: [{ metric: 'accuracy', min: 0.8 }] })],
    ['another size of batches', async () => ({ ...plan, batchSize: 20 })],
    ['other data', async () => (await stage.writeRows(401), plan)],
    ['another version', async () => ({ ...plan, candidate: 'v3' })],
  ])('of %s is begun anew', async (_, change) => {
    await stage.writeRows(400);
    await cutAfter(100, plan);
    const report = await stage.run(await change());
    expect(report.pass.resumed).toBe(0);
    expect(stage.candidate.seen[0]).toBe(0);
  });

  test('checks that are done are not run again', async () => {
    await stage.writeRows(100);
    let tries = 0;
    stage.custom = {
      async run() {
        tries += 1;
        throw new SluiceError('MODEL_UNREACHABLE', 'gone');
      },
    };
    const both = { checks: [...CHECKS, { metric: 'custom', name: 'mine', url: 'http://127.0.0.1:1' }] };
    await expect(stage.run(both)).rejects.toThrow('gone');
    const { requests } = stage.candidate;
    stage.custom = new SuiteStage().custom;
    const report = await stage.run(both);
    expect(tries).toBe(1);
    expect(stage.candidate.requests).toBe(requests);
    expect(report.checks.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass']);
  });

  test('a store that is away costs the way back, and not the run', async () => {
    await stage.writeRows(100);
    stage.progress.saveProgress = async () => {
      throw new SluiceError('STORE_UNAVAILABLE', 'gone');
    };
    expect((await stage.run(plan)).verdict).toBe('pass');
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
