import { describe, expect, test } from '@jest/globals';
import { Tally } from '../../examples/traffic/tally.js';
import { startTraffic, type TrafficOptions } from '../../examples/traffic/traffic.js';
import { type Behaviour, startServer, until } from '../gateway/stage.js';

const options = (gatewayUrl: string, over: Partial<TrafficOptions> = {}): TrafficOptions => ({
  gatewayUrl,
  rowsPath: 'examples/data/digits-holdout.csv',
  ratePerSecond: 100,
  users: 5,
  labelDelayMs: 100,
  labelShare: 1,
  seed: 1,
  ...over,
});

/** Answers predictions by their count, and accepts all labels but refused ones. */
function gatewayLike(versionOf: (count: number) => string | number, delayMs: () => number = () => 0): Behaviour {
  let count = 0;
  return (request, response, body) => {
    if (request.url === '/_sluice/feedback') {
      const items = JSON.parse(body) as unknown[];
      return void response
        .writeHead(202, { 'content-type': 'application/json' })
        .end(JSON.stringify({ accepted: items.length, rejected: [] }));
    }
    count += 1;
    const version = versionOf(count);
    if (typeof version === 'number') return void response.writeHead(version).end();
    const headers = { 'x-sluice-version': version, 'x-sluice-prediction-id': `p-${count}` };
    setTimeout(() => response.writeHead(200, headers).end('{}'), delayMs());
  };
}

test('sends rows as users at a bounded rate, counts what they meet, and posts the labels later', async () => {
  const server = await startServer(gatewayLike((count) => (count === 10 ? 503 : count > 50 ? 'v2' : 'v1')));
  const startedAt = performance.now();
  const traffic = await startTraffic(options(server.url));
  await until(() => traffic.stats().sent >= 100);
  const stats = await traffic.stop();
  await server.close();
  const seconds = (performance.now() - startedAt) / 1000;
  expect(stats.sent).toBeLessThanOrEqual(100 * seconds + 1);
  expect(stats).toMatchObject({ failed: 1, failures: [expect.stringMatching(/^\d{4}-.*Z status 503/)], heldBack: 0 });
  expect(stats.byVersion).toEqual({ v1: 49, v2: stats.ok - 49 });
  expect(stats.ok).toBe(stats.sent - 1);
  expect(stats.feedback).toEqual({ sent: stats.ok, accepted: stats.ok, rejected: 0, failed: 0 });
  expect(stats.transitions).toEqual({ 'v1->v2': 5 });
  const [p50, p99] = [stats.latencyMs.p50 ?? -1, stats.latencyMs.p99 ?? -1];
  expect(p50).toBeGreaterThan(0);
  expect(p99).toBeGreaterThanOrEqual(p50);
  const rows = server.requests.filter(({ path }) => path.endsWith('/infer'));
  expect(rows[0]?.headers['x-user-key']).toMatch(/^user-[0-4]$/);
  expect(JSON.parse(rows[0]?.body ?? '')).toMatchObject({ inputs: [{ name: 'predict', shape: [1, 64] }] });
  const items = server.requests
    .filter(({ path }) => path === '/_sluice/feedback')
    .flatMap(({ body }) => JSON.parse(body) as { predictionId: string; kind: string; label: string }[]);
  expect(new Set(items.map(({ predictionId }) => predictionId)).size).toBe(stats.ok);
  for (const item of items)
    expect(item).toEqual({ predictionId: expect.any(String), kind: 'label', label: expect.stringMatching(/^\d$/) });
});

test('a seed sends the same rows as the same users, however fast the answers come', async () => {
  const send = async (delayMs: () => number) => {
    const server = await startServer(gatewayLike(() => 'v1', delayMs));
    const traffic = await startTraffic(options(server.url, { users: 1000, labelShare: 0.5 }));
    await until(() => traffic.stats().sent >= 60);
    const { feedback } = await traffic.stop();
    await server.close();
    const rows = server.requests.filter(({ path }) => path.endsWith('/infer')).slice(0, 60);
    // Requests under way at once may arrive in either order.
    return { feedback, sent: rows.map(({ headers, body }) => `${String(headers['x-user-key'])} ${body}`).sort() };
  };
  const quick = await send(() => 0);
  const slow = await send(() => 60);
  expect(slow.sent).toEqual(quick.sent);
  expect(quick.feedback.sent).toBeGreaterThan(10);
  expect(quick.feedback.sent).toBeLessThan(50);
});

test('a cap holds requests back where answers do not come, and says how many', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await startServer((_, response) => {
    void released.then(() => response.writeHead(200, { 'x-sluice-version': 'v1' }).end('{}'));
  });
  const traffic = await startTraffic(options(server.url, { ratePerSecond: 500 }));
  await until(() => traffic.stats().heldBack > 20);
  expect(server.requests.length).toBeLessThanOrEqual(64);
  const stopped = traffic.stop();
  release();
  expect(await stopped).toMatchObject({ sent: 64, ok: 64, failed: 0 });
  await server.close();
});

test('a gateway that is away is a failure with its cause; labels that are lost are counted', async () => {
  const server = await startServer(gatewayLike(() => 'v1'));
  const traffic = await startTraffic(options(server.url, { labelDelayMs: 60_000 }));
  await until(() => traffic.stats().ok >= 10);
  await server.close();
  await until(() => traffic.stats().failed >= 12);
  const { failures, ok, feedback } = await traffic.stop();
  expect(failures).toHaveLength(10);
  expect(failures.at(-1)).toMatch(/ECONNREFUSED/);
  expect(feedback).toEqual({ sent: ok, accepted: 0, rejected: 0, failed: ok });
});

test.each([
  [{ ratePerSecond: Number.NaN }, 'ratePerSecond NaN: expected'],
  [{ ratePerSecond: 1001 }, 'ratePerSecond 1001: expected'],
  [{ users: 0 }, 'users 0: expected an integer of at least 1'],
  [{ labelShare: 1.5 }, 'labelShare 1.5: expected 0..1'],
])('refuses %j', async (over, message) => {
  await expect(startTraffic(options('http://127.0.0.1:9', over))).rejects.toThrow(message);
});

describe('a move between versions', () => {
  const answer = (version: string, sentAt: number, answeredAt: number) => ({
    user: 'a',
    status: 200,
    version,
    sentAt,
    answeredAt,
  });

  test('back is counted, whichever way', () => {
    const tally = new Tally();
    tally.answered(answer('v1', 0, 1));
    tally.answered(answer('v2', 2, 3));
    tally.answered(answer('v1', 4, 5));
    expect(tally.stats().transitions).toEqual({ 'v1->v2': 1, 'v2->v1': 1 });
  });

  test('is not read from answers that overtook each other', () => {
    const tally = new Tally();
    tally.answered(answer('v2', 5, 6));
    tally.answered(answer('v1', 1, 20));
    expect(tally.stats()).toMatchObject({ transitions: {}, byVersion: { v1: 1, v2: 1 } });
  });
});
