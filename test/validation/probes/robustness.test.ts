import { afterEach, describe, expect, test } from '@jest/globals';
import type { TensorMetadata } from '../../../src/ports/model-server.js';
import { runProbes } from '../../../src/validation/probes/index.js';
import { type FakeServer, resets } from '../../gateway/stage.js';
import {
  bySum,
  clientOf,
  type Model,
  planOf,
  ROWS,
  stageOf,
  startModel,
  sums,
  type Values,
} from './scripted-server.js';

const open: FakeServer[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const started = async (model: Model, inputs: readonly TensorMetadata[] = []) => {
  const server = await startModel(model, { inputs });
  open.push(server);
  return server;
};
const robustness = (change: string, over: object = {}) => planOf([{ metric: 'robustness', change, min: 1, ...over }]);
const isUsual = (row: Values) => ROWS.some((usual) => usual.every((value, at) => value === row[at]));
/** Answers usual rows as ever, and unusual ones in its own way. */
const onUnusual =
  (model: Model, unusual: Model): Model =>
  (rows) =>
    rows.every(isUsual) ? model(rows) : unusual(rows);
const input = (datatype: string) => [{ name: 'x', datatype, shape: [-1, 3] }];
const WHOLE = Array.from({ length: 20 }, (_, at) => [at % 10, (at * 7) % 5, 3]);
const sent = (server: FakeServer): (number | null)[][] =>
  server.requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body).inputs[0].data);

describe('noise', () => {
  test('that changes no prediction passes, and is the same for every run', async () => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    server.requests.length = 0;
    const plan = robustness('noise', { scale: 0.001 });
    const [found] = await runProbes(plan, stage);
    expect(found).toMatchObject({ name: 'robustness noise', verdict: 'pass', candidate: { samples: 20, value: 1 } });
    const first = sent(server);
    expect(first).toHaveLength(2);
    const flat = first.flat() as number[];
    const usual = ROWS.flat();
    // The third feature does not vary: it has no noise.
    for (const [at, value] of flat.entries())
      if (at % 3 === 2) expect(value).toBe(3);
      else expect(Math.abs(value - (usual[at] ?? 0))).toBeLessThan(0.05);
    expect(new Set(flat.map((value, at) => value - (usual[at] ?? 0))).size).toBeGreaterThan(35);
    server.requests.length = 0;
    await runProbes(plan, stage);
    expect(sent(server)).toEqual(first);
  });

  test('that changes predictions fails, with examples; no answer is a changed one', async () => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    server.model = onUnusual(bySum, (rows) => (rows.length > 1 ? { status: 400 } : { labels: [9], scores: [[0, 1]] }));
    const [found] = await runProbes(robustness('noise'), stage);
    expect(found).toMatchObject({ verdict: 'fail', candidate: { samples: 20, value: 0 } });
    expect(found?.details?.['examples']).toContainEqual({ row: 0, before: '0 (0.999089)', after: '9 (1.00000)' });
    server.model = onUnusual(bySum, () => ({ status: 500 }));
    expect((await runProbes(robustness('noise'), stage))[0]).toMatchObject({
      verdict: 'fail',
      candidate: { value: 0 },
      reason: expect.stringMatching(/no answer: .*status code 500/),
    });
  });

  test('of numbers is judged by the tolerance, and against the baseline, which is asked now where the pass did not', async () => {
    const [server, baseline] = [await started(sums), await started(sums)];
    const stage = await stageOf(clientOf(server), clientOf(baseline));
    const [tight] = await runProbes(robustness('noise', { tolerance: 1e-6, min: 0.5 }), stage);
    expect(tight).toMatchObject({ verdict: 'fail', baseline: { samples: 0, value: null } });
    expect(sent(baseline)).toEqual([]);
    const plan = robustness('noise', { tolerance: 1e-6, min: 0, noWorseThan: 'baseline' });
    const [fair] = await runProbes(plan, stage);
    expect(fair).toMatchObject({ verdict: 'pass', candidate: { value: 0 }, baseline: { samples: 20, value: 0 } });
    baseline.model = (rows) => ({ values: rows.map(() => 1) });
    const [worse] = await runProbes(plan, stage);
    expect(worse).toMatchObject({ verdict: 'fail', baseline: { value: 1 } });
    expect(worse?.reason).toMatch(/more than 0\.00 % below the baseline/);
  });

  test('is not known where nothing varies, or where the server takes integers alone', async () => {
    const server = await started(bySum, input('INT64'));
    const constant = await stageOf(clientOf(server), clientOf(server), {
      rows: [
        [1, 2, 3],
        [1, 2, 3],
      ],
    });
    expect((await runProbes(robustness('noise'), constant))[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('no feature varies in the sample'),
    });
    const stage = await stageOf(clientOf(server), clientOf(server), { rows: WHOLE });
    expect((await runProbes(robustness('noise'), stage))[0]).toMatchObject({
      verdict: 'inconclusive',
      candidate: { samples: 0, value: null },
      reason: expect.stringMatching(/input x takes INT64: an integer/),
    });
  });
});

describe('missing values', () => {
  test('that are answered, or refused, are fine; each row lacks one feature and is asked alone', async () => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    server.requests.length = 0;
    const [answered] = await runProbes(robustness('missing'), stage);
    expect(answered).toMatchObject({ verdict: 'pass', candidate: { samples: 20, value: 1 } });
    const rows = sent(server);
    expect(rows).toHaveLength(20);
    expect(rows.every((row) => row.length === 3 && row.filter((value) => value === null).length === 1)).toBe(true);
    expect(new Set(rows.map((row) => row.indexOf(null))).size).toBe(3);
    server.model = onUnusual(bySum, () => ({ status: 422 }));
    expect((await runProbes(robustness('missing'), stage))[0]).toMatchObject({
      verdict: 'pass',
      candidate: { value: 1 },
    });
  });

  test.each<[string, Model, RegExp]>([
    ['a failure', () => ({ status: 500 }), /row 0: .*status code 500/],
    ['a broken connection', () => resets, /row 0: model m v at/],
    ['NaN', () => ({ text: '{"outputs":[{"name":"predict","datatype":"FP64","shape":[1],"data":[NaN]}]}' }), /"NaN"/],
    ['another shape', () => ({ labels: [0, 1] }), /2 predictions|shape|values/],
    ['other scores', () => ({ labels: [0], scores: [[0.2, 0.3, 0.5]] }), /3 scores instead of 2/],
    ['a class that there is not', () => ({ labels: [7], scores: [[0.5, 0.5]] }), /the class 7, which there is not/],
    ['no key for it', () => ({ status: 401 }), /status code 401/],
  ])('that come to %s fail', async (_, unusual, reason) => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    server.model = onUnusual(bySum, unusual);
    const [found] = await runProbes(robustness('missing', { min: 0.9 }), stage);
    expect(found).toMatchObject({ verdict: 'fail', candidate: { samples: 10, value: 0 } });
    expect(found?.reason).toMatch(reason);
    expect(found?.reason).toContain('stopped after 10 of 20 rows, as the minimum is out of reach');
  });

  test('where few bad answers are allowed, all rows are asked', async () => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    server.model = onUnusual(bySum, ([row]) => (row?.[0] === null ? { status: 500 } : bySum([row ?? []])));
    const [found] = await runProbes(robustness('missing', { min: 0.1 }), stage);
    expect(found).toMatchObject({ verdict: 'pass', candidate: { samples: 20 } });
    expect(found?.candidate.value).toBeLessThan(1);
  });

  test('that kill the server fail, however few they are; the probes after it say so', async () => {
    const [server, baseline] = [await started(bySum), await started(bySum)];
    const stage = await stageOf(clientOf(server), clientOf(baseline));
    server.model = onUnusual(bySum, () => (request) => {
      void server.close();
      request.socket.destroy();
    });
    const plan = planOf([
      { metric: 'robustness', change: 'missing', min: 0 },
      { metric: 'robustness', change: 'permute', min: 0 },
      { metric: 'invariance', change: { a: { add: 0 } } },
    ]);
    const found = await runProbes(plan, stage);
    expect(found.map(({ verdict }) => verdict)).toEqual(['fail', 'inconclusive', 'pass']);
    expect(found[0]?.reason).toMatch(/the server died: it is not ready after row 0/);
    expect(found[1]?.reason).toMatch(/the candidate's server died after missing input in row 0, and is not back/);
  });

  test('are not known where the protocol can not say them; where it can for some features, those are missing', async () => {
    const integers = await started(bySum, input('INT32'));
    const stage = await stageOf(clientOf(integers), clientOf(integers), { rows: WHOLE });
    integers.requests.length = 0;
    expect((await runProbes(robustness('missing'), stage))[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/the protocol can't say it: .*column . is null; input x takes INT32/),
    });
    expect(sent(integers)).toEqual([]);
    const mixed = await started(
      () => ({ labels: [0], scores: [[1, 0]] }),
      ['INT64', 'FP32', 'INT64'].map((datatype, at) => ({ name: 'abc'[at] ?? '', datatype, shape: [-1, 1] })),
    );
    const other = await stageOf(clientOf(mixed), clientOf(mixed), { rows: WHOLE.slice(0, 5), batchSize: 1 });
    mixed.requests.length = 0;
    expect((await runProbes(robustness('missing'), other))[0]).toMatchObject({
      verdict: 'pass',
      candidate: { samples: 5 },
    });
    for (const { body } of mixed.requests.filter(({ method }) => method === 'POST'))
      expect(JSON.parse(body).inputs[1].data).toEqual([null]);
  });
});

describe('values out of range, and in other places', () => {
  test('lie far above and far below what there is, integers as integers', async () => {
    const server = await started(bySum, input('INT64'));
    const stage = await stageOf(clientOf(server), clientOf(server), { rows: WHOLE });
    server.requests.length = 0;
    const [found] = await runProbes(robustness('out_of_range', { rows: 10 }), stage);
    expect(found).toMatchObject({ verdict: 'pass', candidate: { samples: 10, value: 1 } });
    const rows = sent(server);
    expect(rows).toHaveLength(20);
    const far = rows.flatMap((row, at) => row.filter((value, place) => value !== WHOLE[Math.floor(at / 2)]?.[place]));
    // The ranges are 0..9, 0..4 and the constant 3, which counts as three wide.
    expect(new Set(far)).toEqual(new Set([99, 44, 33, -90, -40, -27]));
    expect(rows.every((row, at) => row.some((value, place) => value !== WHOLE[Math.floor(at / 2)]?.[place]))).toBe(
      true,
    );
  });

  test('that a type can not say are not asked', async () => {
    const server = await started(bySum, input('UINT8'));
    const stage = await stageOf(clientOf(server), clientOf(server), { rows: WHOLE });
    const [found] = await runProbes(robustness('out_of_range', { scale: 1e6 }), stage);
    expect(found).toMatchObject({ verdict: 'inconclusive', candidate: { value: null } });
    expect(found?.reason).toMatch(/UINT8/);
  });

  test('that make a number infinite fail', async () => {
    const server = await started(sums);
    const stage = await stageOf(clientOf(server), clientOf(server));
    server.model = (rows) =>
      rows.some((row) => row.some((value) => (value ?? 0) > 50))
        ? { text: '{"outputs":[{"name":"predict","datatype":"FP64","shape":[1],"data":[Infinity]}]}' }
        : sums(rows);
    const [found] = await runProbes(robustness('out_of_range'), stage);
    expect(found).toMatchObject({ verdict: 'fail' });
    expect(found?.reason).toMatch(/Infinity/);
  });

  test('permuted features are the same values', async () => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    server.requests.length = 0;
    const [found] = await runProbes(robustness('permute'), stage);
    expect(found).toMatchObject({ verdict: 'pass', candidate: { samples: 20, value: 1 } });
    const rows = sent(server);
    const sorted = (row: Values) => row.toSorted((a, b) => Number(a) - Number(b));
    expect(rows.map(sorted)).toEqual(ROWS.map(sorted));
    expect(rows).not.toEqual(ROWS);
  });

  test('without rows nothing is known', async () => {
    const server = await started(bySum);
    const stage = { ...(await stageOf(clientOf(server), clientOf(server))), sample: [] };
    expect((await runProbes(robustness('permute'), stage))[0]).toMatchObject({ verdict: 'inconclusive' });
  });
});
