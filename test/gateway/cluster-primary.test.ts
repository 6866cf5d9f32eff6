import cluster from 'node:cluster';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import type { AppliedRoute } from '../../src/domain/route.js';
import { startPrimary } from '../../src/gateway/cluster/primary.js';
import type { RunningGateway } from '../../src/gateway/gateway.js';
import { freePort } from '../setup/free-port.js';
import { until } from './stage.js';

const WORKER = join(dirname(fileURLToPath(import.meta.url)), 'fake-worker.mjs');
const protocol = { kind: 'open-inference' as const, model: 'digits', unitKey: 'header:x-user-key' };
const baseline = { version: 'v1', url: 'http://127.0.0.1:9' };
const trip = { at: '2026-11-21T08:00:00.000Z', reason: 'every answer failed', gatewayId: 'g1/1' };

let folder: string;
let primary: RunningGateway | null;
const logged: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-primary-'));
  logged.length = 0;
  primary = null;
  cluster.setupPrimary({ exec: WORKER, execArgv: [], args: [folder], cwd: process.cwd() });
  await order({});
});
afterEach(async () => {
  await primary?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Order {
  readonly dies?: boolean;
  /** Before it says that it is there. */
  readonly waits?: boolean;
  /** What it says of its route. */
  readonly trip?: typeof trip;
}
async function order(orders: Record<number, Order>): Promise<void> {
  // Whole at once: it is read all the time.
  await writeFile(join(folder, 'orders.new'), JSON.stringify(orders));
  await rename(join(folder, 'orders.new'), join(folder, 'orders.json'));
}
const heard = async (what: string) =>
  (await readFile(join(folder, 'heard'), 'utf8')).split('\n').filter((line) => line === what).length;

async function start(adminPort = 0): Promise<RunningGateway> {
  return startPrimary(
    {
      gatewayId: 'g1',
      config: { sluice: 'gateway/v1', predictionSample: 1, services: [{ service: 'digits', baseline, protocol }] },
      host: '127.0.0.1',
      port: 0,
      adminHost: '127.0.0.1',
      adminPort,
      collectorUrl: null,
      stateDir: folder,
      log: (level, message) => void logged.push(`${level}: ${message}`),
    },
    2,
  );
}

async function call(method: string, path: string, body?: unknown) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${primary?.adminUrl}${path}`, { method, ...sent });
  return { status: answer.status, body: (await answer.json()) as Partial<AppliedRoute> };
}
const apply = (weightPercent = 50) =>
  call('PUT', '/v1/routes/digits', {
    service: 'digits',
    protocol,
    epoch: 1,
    rolloutId: 'digits-1',
    salt: 'digits-1',
    baseline,
    candidate: { version: 'v2', url: 'http://127.0.0.1:9' },
    weightPercent,
    shadowPercent: 0,
    leaseMs: 60_000,
  });

async function kill(index: number): Promise<void> {
  const [, worker] = Object.entries(cluster.workers ?? {}).sort(([a], [b]) => Number(a) - Number(b))[index] ?? [];
  worker?.process.kill('SIGKILL');
  await until(async () => (await fetch(`${primary?.adminUrl}/healthz`)).status === 503);
}

test('a worker that dies before it serves is started anew, and its gateway with it', async () => {
  await order({ 1: { dies: true } });
  const starting = start();
  await until(async () => (await heard('1 begins').catch(() => 0)) === 2);
  await order({});
  primary = await starting;
  expect((await fetch(`${primary.adminUrl}/healthz`)).status).toBe(200);
}, 30_000);

test('a worker that the machine has no process for comes when it has one', async () => {
  primary = await start();
  cluster.setupPrimary({ cwd: join(folder, 'is-not-there') });
  await kill(1);
  await until(() => logged.filter((line) => line.includes('a worker has died')).length >= 2);
  cluster.setupPrimary({ cwd: process.cwd() });
  await until(async () => (await fetch(`${primary?.adminUrl}/healthz`)).status === 200);
}, 30_000);

test('where a worker never serves, nothing is left running', async () => {
  await order({ 1: { dies: true } });
  const port = await freePort();
  await expect(start(port)).rejects.toThrow(/worker 1 does not start/);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
}, 60_000);

test('a worker that starts while a brake trips and a flag is killed hears of both', async () => {
  primary = await start();
  await apply();
  await order({ 1: { waits: true } });
  await kill(1);
  await until(async () => (await heard('1 begins')) === 2);
  expect((await call('POST', '/v1/routes/digits/trip', { epoch: 1, ...trip })).body).toEqual({ isOut: true });
  const flag = { revision: 1, variants: { on: true, off: false }, off: 'off', default: 'on' };
  expect((await call('PUT', '/v1/flags/beta', flag)).status).toBe(502);
  expect([await heard('1 POST /v1/routes/digits/trip'), await heard('1 POST /v1/flags-file')]).toEqual([0, 0]);
  await order({});
  await until(async () => (await heard('1 POST /v1/routes/digits/trip')) === 1);
  await until(async () => (await heard('1 POST /v1/flags-file')) === 1);
}, 30_000);

test('a brake that tripped before the primary had the route is heard with the next renewal, by all', async () => {
  primary = await start();
  expect((await apply()).body.trip).toBeNull();
  await order({ 1: { trip } });
  expect((await apply()).body).toMatchObject({ trip, effectiveWeightPercent: 0 });
  await until(async () => (await heard('0 POST /v1/routes/digits/trip')) === 1);
  expect((await call('GET', '/v1/routes/digits')).body.trip).toEqual(trip);
}, 30_000);
