import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool, request } from 'undici';
import { routeTraffic } from '../src/domain/spec/traffic.js';
import { type RunningGateway, startGateway } from '../src/gateway/gateway.js';
import { quantiles } from '../src/stats/sample/quantile.js';
import { benchRoute } from './bench-route.js';
import { printTable } from './table.js';

/**
 * From the answer that crosses a brake's limit to candidate weight 0: in the gateway that sees it, and in two others that are told. Each trial
 * is a new epoch; weights are read back over the admin listeners, again and again.
 */
const TRIALS = Number(process.env.TRIALS ?? 200);

const ANSWER = '{"outputs":[{"name":"predict","shape":[1],"datatype":"INT64","data":[7]}]}';
const serve = (status: number) =>
  new Promise<{ url: string; close: () => void }>((resolve) => {
    const server = createServer((q, r) =>
      q.resume().on('end', () => r.writeHead(status, { 'content-type': 'application/json' }).end(ANSWER)),
    );
    server.listen(0, '127.0.0.1', () =>
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }),
    );
  });

const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-reaction-'));
const [good, bad] = [await serve(200), await serve(500)];
const gateways: RunningGateway[] = [];
try {
  for (const index of [0, 1, 2])
    gateways.push(
      await startGateway({
        gatewayId: `g${index}`,
        config: {
          sluice: 'gateway/v1',
          predictionSample: 0,
          services: [
            {
              service: 'digits',
              baseline: { version: 'v1', url: good.url },
              protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
            },
          ],
        },
        host: '127.0.0.1',
        port: 0,
        adminHost: '127.0.0.1',
        adminPort: 0,
        collectorUrl: null,
        stateDir: join(folder, `state-${index}`),
        peers: () => gateways.filter((_, i) => i !== index).map(({ adminUrl }) => adminUrl),
        log: () => undefined,
      }),
    );
  const pool = new Pool(gateways[0]?.dataUrl ?? '', { connections: 1 });
  const ask = async () => {
    const answer = await pool.request({ path: '/v2/models/digits/infer', method: 'POST', body: '{}' });
    await answer.body.dump();
  };
  const weightOf = async ({ adminUrl }: RunningGateway) => {
    const { body } = await request(`${adminUrl}/v1/routes/digits`);
    return ((await body.json()) as { effectiveWeightPercent: number }).effectiveWeightPercent;
  };
  const here: number[] = [];
  const there: number[] = [];
  for (let epoch = 1; epoch <= TRIALS; epoch += 1) {
    const route = benchRoute({
      epoch,
      baseline: { version: 'v1', url: good.url },
      candidate: { version: 'v2', url: bad.url },
      weightPercent: 100,
      traffic: routeTraffic.parse({ brake: { within: 60_000, minRequests: 20, errorRate: { max: 0.5 } } }),
    });
    for (const { adminUrl } of gateways)
      await request(`${adminUrl}/v1/routes/digits`, { method: 'PUT', body: JSON.stringify(route) }).then((r) =>
        r.body.dump(),
      );
    for (let i = 0; i < 19; i += 1) await ask();
    const crossedAt = performance.now();
    const crossing = ask();
    await Promise.all(
      gateways.map(async (gateway, index) => {
        while ((await weightOf(gateway)) !== 0);
        (index === 0 ? here : there).push(performance.now() - crossedAt);
      }),
    );
    await crossing;
  }
  await pool.close();
  const row = (name: string, times: number[], limit: number) => {
    const [p50 = Number.NaN, p99 = Number.NaN] = quantiles(times, [0.5, 0.99]);
    return { p99, limit, cells: [name, ...[p50, p99, Math.max(...times)].map((ms) => ms.toFixed(1))] };
  };
  const rows = [row('the gateway that sees it', here, 50), row('two others', there, 1000)];
  printTable(
    [`from the crossing request to weight 0, ${TRIALS} trials, ms`, 'p50', 'p99', 'longest'],
    rows.map(({ cells }) => cells),
  );
  const isGood = rows.every(({ p99, limit }) => p99 < limit);
  console.log(isGood ? '\nall targets met' : '\nMISSED');
  process.exitCode = isGood ? 0 : 1;
} finally {
  for (const gateway of gateways) await gateway.close();
  good.close();
  bad.close();
  await rm(folder, { recursive: true, force: true });
}
