import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { stringify } from 'yaml';
import { nodeCommand, spawnSluice } from '../../src/process/child-process.js';
import { freePort } from '../../test/setup/free-port.js';
import { LABEL, type ModelServer, startModel } from './models.js';
import { type Database, openDatabase } from './postgres.js';
import { type Restartable, restartable } from './processes.js';
import { type TemporalProcess, temporalProcess } from './temporal.js';
import { until } from './wait.js';

/** A gateway and where it listens. */
export interface GatewayProcess extends Restartable {
  readonly id: string;
  readonly url: string;
  readonly adminUrl: string;
  ready(): Promise<void>;
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
}

/** Every part a process of its own, as in production, on free ports of this machine; two gateways, each other's peers. */
export interface Installation {
  readonly folder: string;
  readonly apiUrl: string;
  readonly database: Database;
  readonly temporal: TemporalProcess;
  readonly gateways: readonly [GatewayProcess, GatewayProcess];
  readonly worker: Restartable;
  readonly baseline: ModelServer;
  readonly candidate: ModelServer;
  /** Runs the CLI as a person would. */
  sluice(...args: string[]): Promise<Ran>;
  /** @param keepsLogs leaves the folder */
  close(keepsLogs: boolean): Promise<void>;
}

export const DATASET = 'holdout.csv';
const DATASET_ROWS = 40;

/** @param programs PostgreSQL's @param services all that the gateways will serve */
export async function openInstallation(programs: string, services: readonly string[]): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-drill-'));
  const [database, temporal, baseline, candidate] = await Promise.all([
    openDatabase(programs),
    temporalProcess(folder),
    startModel(),
    startModel(),
  ]);
  temporal.start();
  await temporal.ready();
  const [apiPort, ...ports] = await Promise.all(Array.from({ length: 5 }, freePort));
  const [one, two, oneAdmin, twoAdmin] = ports.map((port) => `http://127.0.0.1:${port}`) as [
    string,
    string,
    string,
    string,
  ];
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const env = {
    TEMPORAL_ADDRESS: temporal.address,
    DATABASE_URL: database.url,
    SLUICE_STATE_DIR: join(folder, 'state'),
    SLUICE_DATA_DIR: folder,
    SLUICE_GATEWAYS: `${oneAdmin},${twoAdmin}`,
    SLUICE_API: apiUrl,
    SLUICE_COLLECTOR: apiUrl,
    USER: 'drill',
  };
  const sluice = (name: string, ...args: string[]) =>
    restartable(name, () => spawnSluice(args, { env, logPath: join(folder, `${name}.log`) }));
  await writeFiles(folder, services, baseline.url);
  const gateway = (id: string, url: string, adminUrl: string, peer: string): GatewayProcess => ({
    ...sluice(id, 'gateway', ...gatewayFlags(folder, { id, url, adminUrl, peer })),
    id,
    url,
    adminUrl,
    ready: () => untilOk(`${adminUrl}/healthz`),
  });
  const gateways = [gateway('g1', one, oneAdmin, twoAdmin), gateway('g2', two, twoAdmin, oneAdmin)] as const;
  const [api, worker] = [sluice('api', 'api', '--port', String(apiPort)), sluice('worker', 'worker')];
  api.start();
  for (const each of gateways) each.start();
  // Its migrations are through: two processes at once would meet in them.
  await untilOk(`${apiUrl}/readyz`);
  worker.start();
  await Promise.all(gateways.map((each) => each.ready()));
  const close = async (keepsLogs: boolean) => {
    await Promise.all([worker, api, ...gateways].map((each) => each.end()));
    await Promise.all([temporal.end(), baseline.close(), candidate.close()]);
    await database.close();
    if (!keepsLogs) await rm(folder, { recursive: true, force: true });
  };
  const runCli = (...args: string[]) => runSluice(args, env);
  return { folder, apiUrl, database, temporal, gateways, worker, baseline, candidate, sluice: runCli, close };
}

function gatewayFlags(
  folder: string,
  { id, url, adminUrl, peer }: { id: string; url: string; adminUrl: string; peer: string },
): string[] {
  const ports = ['--port', new URL(url).port, '--admin-port', new URL(adminUrl).port];
  const files = ['--config', join(folder, 'gateway.yaml'), '--state-dir', join(folder, id)];
  return ['--id', id, ...ports, ...files, '--peers', peer];
}

async function writeFiles(folder: string, services: readonly string[], baselineUrl: string): Promise<void> {
  const config = {
    sluice: 'gateway/v1',
    predictionSample: 0,
    services: services.map((service) => ({
      service,
      baseline: { version: 'v1', url: baselineUrl },
      protocol: { kind: 'open-inference', model: service, unitKey: 'header:x-user-key' },
    })),
  };
  await writeFile(join(folder, 'gateway.yaml'), stringify(config));
  const rows = Array.from({ length: DATASET_ROWS }, (_, i) => `${i},${LABEL}`);
  await writeFile(join(folder, DATASET), ['x,label', ...rows, ''].join('\n'));
}

async function runSluice(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const command = [...nodeCommand(new URL('../../src/cli/main.ts', import.meta.url)), ...args];
  const child = spawn(process.execPath, command, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(parts).toString() };
}

async function untilOk(url: string): Promise<void> {
  const isOk = async () => (await axios.get(url, { proxy: false, timeout: 1000 })).status === 200;
  await until(`${url} answers`, isOk, 60_000);
}
