import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { answers, type Behaviour, GatewayStage, hangs, predicts, until } from './stage.js';
import { policyOf } from './traffic-policy.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

const says =
  (
    text: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
    status = 200,
  ): Behaviour =>
  (_, response) =>
    void response.writeHead(status, headers).end(text);
const json = { 'content-type': 'application/json' };

/** Never ends, and never pauses for long. */
const drips =
  (chunk: string, everyMs: number): Behaviour =>
  (_, response) => {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(chunk), everyMs);
    response.on('close', () => clearInterval(timer));
  };

describe('a candidate that', () => {
  test.each<[string, Behaviour]>([
    ['says an error with status 200', says('{"error":"model not loaded"}')],
    ['says garbage', says('\u0000\u0001garbage')],
    ['says half an answer', says('{"outputs":[{"name":"predict"')],
    ['says nothing', says('')],
    ['says a page', says('<html>"outputs"</html>', { 'content-type': 'text/html' })],
    ['redirects elsewhere', says('', { location: 'http://127.0.0.1:1/' }, 302)],
    ['drips for ever', drips(' ', 20)],
    ['pours for ever', drips('x'.repeat(4_000_000), 1)],
    ['says 20 MB', says(`{"outputs":[${' '.repeat(20 * 2 ** 20)}]}`)],
  ])('%s is answered for by the baseline', async (_, behaviour) => {
    await stage.waitBriefly();
    stage.v2.behaviour = behaviour;
    await stage.apply({ weightPercent: 100 });
    expect(await stage.infer('user-1')).toMatchObject({ status: 200, version: 'v1' });
    await until(() => stage.counts()['candidate']?.errors === 1);
    // Nothing is left behind: the next one is served as ever.
    stage.v2.behaviour = predicts('two');
    expect((await stage.infer('user-1')).version).toBe('v2');
  });

  test('answers 10 MB is passed on whole', async () => {
    const text = `{"outputs":[${' '.repeat(10 * 2 ** 20)}]}`;
    stage.v2.behaviour = says(text);
    await stage.apply({ weightPercent: 100 });
    expect((await stage.infer('user-1')).text).toHaveLength(text.length);
  });

  test('refuses a request says so to the user: that is no failure', async () => {
    stage.v2.behaviour = answers(422);
    await stage.apply({ weightPercent: 100 });
    expect(await stage.infer('user-1')).toMatchObject({ status: 422, version: 'v2' });
  });
});

/** What is held once all that can go is gone. The process's own size tells more of when V8 collects. */
function usedBytes(): number {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('a candidate that hangs under load harms nobody, and fills no memory', async () => {
  stage.v2.behaviour = hangs;
  const traffic = policyOf({ candidateTimeout: '100ms', brake: { errorRate: { max: 0.5 } } });
  await stage.apply({ weightPercent: 50, traffic });
  const before = usedBytes();
  const answered: Promise<{ status: number }>[] = [];
  // About 1,000 a second for two seconds.
  for (let tick = 0; tick < 100; tick += 1) {
    for (let i = 0; i < 20; i += 1) answered.push(stage.infer(`user-${tick * 20 + i}`));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(new Set((await Promise.all(answered)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(await stage.effectiveWeight()).toBe(0);
  expect(usedBytes() - before).toBeLessThan(50 * 2 ** 20);
}, 30_000);

describe('patience', () => {
  test('with a candidate ends after its time-out, with a user after the deadline', async () => {
    stage.v2.behaviour = hangs;
    await stage.apply({ weightPercent: 100, traffic: policyOf({ candidateTimeout: '50ms', deadline: '2s' }) });
    const startedAt = performance.now();
    expect((await stage.infer('user-1')).version).toBe('v1');
    expect(performance.now() - startedAt).toBeLessThan(1500);
    stage.v1.behaviour = hangs;
    const again = performance.now();
    expect((await stage.infer('user-1')).status).toBe(504);
    expect(performance.now() - again).toBeLessThan(4000);
  });

  test('that was lost is not answered twice when the candidate fails after all', async () => {
    stage.v1.behaviour = predicts('one', 250);
    stage.v2.behaviour = (request, response, body) => void setTimeout(() => answers(500)(request, response, body), 120);
    await stage.apply({ weightPercent: 100, traffic: policyOf({ candidateTimeout: '50ms' }) });
    expect((await stage.infer('user-1')).version).toBe('v1');
    expect(stage.v1.requests).toHaveLength(1);
    await until(() => stage.counts()['other']?.requests === 1);
    expect(stage.counts()).toEqual({ candidate: { requests: 1, errors: 1 }, other: { requests: 1, errors: 0 } });
  });

  test('of the baseline is the deadline alone', async () => {
    stage.v1.behaviour = predicts('one', 200);
    await stage.apply({ weightPercent: 0, traffic: policyOf({ deadline: '100ms' }) });
    expect((await stage.infer('user-1')).status).toBe(504);
  });
});

test('without a fallback, the candidate’s failure is the user’s', async () => {
  await stage.waitBriefly();
  await stage.apply({ weightPercent: 100, traffic: policyOf({ fallback: 'none' }) });
  stage.v2.behaviour = answers(500);
  expect(await stage.infer('user-1')).toMatchObject({ status: 500, version: 'v2' });
  stage.v2.behaviour = hangs;
  expect((await stage.infer('user-1')).status).toBe(504);
  expect(stage.v1.requests).toHaveLength(0);
});

test('a stream’s latency is the time to its first byte', async () => {
  stage.v2.behaviour = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: one\n\n');
    setTimeout(() => response.end('data: two\n\n'), 1500);
  };
  await stage.apply({ weightPercent: 100 });
  expect((await stage.infer('user-1')).text).toBe('data: one\n\ndata: two\n\n');
  await until(() => stage.batches().some(({ predictions }) => predictions.length > 0));
  expect(stage.batches().flatMap(({ predictions }) => predictions)[0]?.latencyMs).toBeLessThan(1000);
});
