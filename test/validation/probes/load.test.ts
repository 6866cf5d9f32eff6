import { afterEach, describe, expect, test } from '@jest/globals';
import { protocol as protocolSchema } from '../../../src/domain/spec/target.js';
import { runProbes } from '../../../src/validation/probes/index.js';
import { type Behaviour, type FakeServer, resets, startServer } from '../../gateway/stage.js';
import { bySum, clientOf, type Model, planOf, stageOf, startModel } from './scripted-server.js';

const open: FakeServer[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const started = async (model: Model) => {
  const server = await startModel(model);
  open.push(server);
  return server;
};
const posts = ({ requests }: FakeServer) => requests.filter(({ method }) => method === 'POST').length;
const slow =
  (ms: number): Model =>
  (rows) =>
  (_, response) => {
    const data = rows.map(() => 1);
    const text = JSON.stringify({ outputs: [{ name: 'predict', datatype: 'INT64', shape: [data.length], data }] });
    setTimeout(() => response.end(text), ms);
  };
const load = (over: object = {}) => ({ load: { concurrency: 4, requests: 200, duration: '1m', ...over } });
const THROUGHPUT = { metric: 'throughput', min: 1 };
const P50 = { metric: 'load_latency_p50', max: '20s' };
const ERRORS = { metric: 'load_error_rate', max: 0.01 };

test('all checks of a plan read one run, and the baseline has none where nobody compares', async () => {
  const [server, baseline] = [await started(bySum), await started(bySum)];
  const stage = await stageOf(clientOf(server), clientOf(baseline));
  [server.requests.length, baseline.requests.length] = [0, 0];
  const plan = planOf([THROUGHPUT, P50, ERRORS, { metric: 'load_latency_p99', max: '25s' }], load({ batchSize: 3 }));
  const found = await runProbes(plan, stage);
  // One request to warm up.
  expect([posts(server), posts(baseline)]).toEqual([201, 0]);
  expect(found.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass']);
  expect(found[0]).toMatchObject({ candidate: { samples: 200 }, better: 'higher', limits: { min: 1 } });
  expect(found[0]?.details).toMatchObject({ load: [{ version: 'candidate', requests: 200, failed: 0, rows: 600 }] });
  expect(found[2]?.candidate).toEqual({ samples: 200, value: 0 });
  expect(stage.beats).toContain('load candidate');
  // A part of the plan later on reads the same run.
  await runProbes({ ...plan, checks: plan.checks.slice(0, 1) }, stage);
  expect(posts(server)).toBe(201);
});

test('candidate and baseline take turns, two each, with as many requests', async () => {
  const [server, baseline] = [await started(slow(1)), await started(slow(1))];
  const stage = await stageOf(clientOf(server), clientOf(baseline));
  const order: string[] = [];
  const noted =
    (arm: string): Model =>
    (rows) => {
      if (order.at(-1) !== arm) order.push(arm);
      return slow(1)(rows);
    };
  [server.model, baseline.model] = [noted('candidate'), noted('baseline')];
  [server.requests.length, baseline.requests.length] = [0, 0];
  const checks = [{ metric: 'throughput', noWorseThan: 'baseline', margin: 100_000 }];
  const [found] = await runProbes(planOf(checks, load({ requests: 101 })), stage);
  expect(order).toEqual(['candidate', 'baseline', 'candidate']);
  expect([posts(server), posts(baseline)]).toEqual([102, 102]);
  expect(found).toMatchObject({ verdict: 'pass', candidate: { samples: 101 }, baseline: { samples: 101 } });
});

test('a slower candidate fails against the baseline, in both', async () => {
  const [server, baseline] = [await started(slow(300)), await started(slow(1))];
  const stage = await stageOf(clientOf(server), clientOf(baseline));
  const plan = planOf(
    [
      { metric: 'load_latency_p50', noWorseThan: 'baseline', margin: '5ms' },
      { metric: 'throughput', noWorseThan: 'baseline', margin: 10 },
    ],
    load({ requests: 24 }),
  );
  const [latency, throughput] = await runProbes(plan, stage);
  expect(latency).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/more than 5\.00 ms above the baseline/),
  });
  expect(latency?.candidate.value).toBeGreaterThan(290);
  expect(throughput).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('below the baseline') });
});

test('there are never more requests in flight than allowed, and it ends when the time is up', async () => {
  let [inFlight, most] = [0, 0];
  const counted: Model = (rows) => (request, response, body) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    response.on('finish', () => {
      inFlight -= 1;
    });
    (slow(100)(rows) as Behaviour)(request, response, body);
  };
  const server = await started(slow(1));
  const stage = await stageOf(clientOf(server), clientOf(server));
  server.model = counted;
  const startedAt = performance.now();
  const plan = planOf([P50], load({ concurrency: 7, duration: '1500ms', requests: 1_000_000 }));
  const [found] = await runProbes(plan, stage);
  expect(performance.now() - startedAt).toBeLessThan(30_000);
  expect(most).toBe(7);
  expect(found?.candidate.samples).toBeGreaterThan(7);
});

describe('failures', () => {
  test('are a share of the requests', async () => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    let asked = 0;
    server.model = (rows) => (asked++ % 10 === 9 ? { status: 503 } : bySum(rows));
    const [errors, throughput] = await runProbes(planOf([ERRORS, THROUGHPUT], load()), stage);
    expect(errors).toMatchObject({ verdict: 'fail', candidate: { samples: 200, value: 0.1 } });
    expect(errors?.reason).toMatch(
      /over the maximum of 1\.00 %; candidate: 20 of 200 requests failed, the first with: .*503/,
    );
    expect(throughput?.details).toMatchObject({ load: [{ failed: 20, rows: 180 }] });
  });

  test.each<[string, Model]>([
    ['a status', () => ({ status: 500 })],
    ['a broken connection', () => resets],
    ['garbage', () => ({ text: 'x' })],
  ])('of more than half of the first hundred (%s) end it; then there is no speed', async (_, model) => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    server.model = model;
    server.requests.length = 0;
    const [errors, throughput, latency] = await runProbes(
      planOf([ERRORS, THROUGHPUT, P50], load({ requests: 5000 })),
      stage,
    );
    expect(posts(server)).toBeLessThan(110);
    expect(errors).toMatchObject({ verdict: 'fail', candidate: { value: 1 } });
    for (const one of [throughput, latency]) {
      expect(one).toMatchObject({ verdict: 'inconclusive', candidate: { value: null } });
      expect(one?.reason).toMatch(/the load was stopped, as 100 of the first 100 requests failed/);
    }
  });

  test('of a server that goes away in the middle end it', async () => {
    const server = await started(bySum);
    const stage = await stageOf(clientOf(server), clientOf(server));
    let asked = 0;
    server.model = (rows) => (asked++ > 120 ? resets : bySum(rows));
    const [errors] = await runProbes(planOf([ERRORS], load({ requests: 5000 })), stage);
    expect(errors?.reason).toMatch(/and the load was stopped/);
    expect(asked).toBeLessThan(240);
  });
});

test('a load that is called off ends', async () => {
  const server = await started(slow(1));
  const aborter = new AbortController();
  const stage = await stageOf(clientOf(server), clientOf(server), { signal: aborter.signal });
  setTimeout(() => aborter.abort(new Error('called off')), 100);
  await expect(runProbes(planOf([P50], load({ requests: 1_000_000, duration: '1m' })), stage)).rejects.toThrow(
    'called off',
  );
});

test('without rows, nothing is known', async () => {
  const server = await started(bySum);
  const stage = { ...(await stageOf(clientOf(server), clientOf(server))), sample: [] };
  expect((await runProbes(planOf([P50], load()), stage))[0]).toMatchObject({ verdict: 'inconclusive' });
});

test('a language model is put under load with its prompts', async () => {
  const reply = JSON.stringify({
    choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
  });
  const server = await startServer(
    (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(reply),
  );
  open.push(server);
  const chat = clientOf(server, protocolSchema.parse({ kind: 'chat', model: 'tiny', stream: false }));
  const stage = await stageOf(chat, chat, { rows: [[1], [2]], fields: (at) => ({ text: `prompt ${at}` }) });
  const plan = planOf([THROUGHPUT, ERRORS], { ...load({ requests: 40 }), prompt: 'text' });
  const found = await runProbes(plan, stage);
  expect(found).toMatchObject([
    { verdict: 'pass', candidate: { samples: 40 } },
    { verdict: 'pass', candidate: { value: 0 } },
  ]);
});
