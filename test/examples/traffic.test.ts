import { expect, test } from '@jest/globals';
import { startTraffic } from '../../examples/traffic/traffic.js';
import { startServer, until } from '../gateway/stage.js';

test('sends rows as users at a bounded rate, counts what they meet, and posts the labels later', async () => {
  let count = 0;
  const server = await startServer((request, response, body) => {
    if (request.url === '/_sluice/feedback') {
      const items = JSON.parse(body) as { predictionId: string; kind: string; label: string }[];
      expect(items.every(({ kind, label }) => kind === 'label' && /^\d$/.test(label))).toBe(true);
      return void response
        .writeHead(202, { 'content-type': 'application/json' })
        .end(JSON.stringify({ accepted: items.length, rejected: [] }));
    }
    count += 1;
    if (count === 10) return void response.writeHead(503).end();
    response
      .writeHead(200, { 'x-sluice-version': count > 50 ? 'v2' : 'v1', 'x-sluice-prediction-id': `p-${count}` })
      .end('{}');
  });
  const startedAt = performance.now();
  const traffic = await startTraffic({
    gatewayUrl: server.url,
    rowsPath: 'examples/data/digits-holdout.csv',
    ratePerSecond: 100,
    users: 5,
    labelDelayMs: 100,
    labelShare: 1,
    seed: 1,
  });
  await until(() => traffic.stats().sent >= 100);
  const stats = await traffic.stop();
  await server.close();
  const seconds = (performance.now() - startedAt) / 1000;
  expect(stats.sent).toBeLessThanOrEqual(100 * seconds + 64);
  expect(stats).toMatchObject({ failed: 1, failures: [expect.stringMatching(/status 503/)], byVersion: { v1: 49 } });
  expect(stats.ok).toBe(stats.sent - 1);
  expect(stats.feedback).toMatchObject({ sent: stats.ok, accepted: stats.ok, rejected: 0, failed: 0 });
  expect(stats.transitions).toEqual({ 'v1->v2': 5 });
  const rows = server.requests.filter(({ path }) => path.endsWith('/infer'));
  expect(rows[0]?.headers['x-user-key']).toMatch(/^user-[0-4]$/);
});
