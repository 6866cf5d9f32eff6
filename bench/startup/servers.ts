import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { endChild } from '../../src/process/child-process.js';
import { startDevServer } from '../../src/temporal/dev-server.js';
import { freePort } from '../../test/setup/free-port.js';
import { findPostgres, startPostgres } from '../../test/setup/postgres.js';
import { cpuSeconds, memoryMb } from '../processes.js';
import { type Cost, middleOf } from './cost.js';

const READY_TIMEOUT_MS = 120_000;

interface Server {
  readonly name: string;
  readonly args: readonly string[];
  /** Whether it does its work. @param printed to stderr so far */
  readonly isReady: (printed: string) => Promise<boolean>;
}

/** A PostgreSQL, a Temporal server, and ports for ours. */
export interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly apiPort: number;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const source = await findPostgres();
  if (source === null) throw new Error('api and worker need PostgreSQL: apt-get install postgresql');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-startup-'));
  const postgres = await startPostgres(source);
  const [port, uiPort, apiPort] = [await freePort(), await freePort(), await freePort()];
  const temporal = await startDevServer({ stateDir: folder, port, uiPort, report: console.error });
  return {
    env: {
      TEMPORAL_ADDRESS: temporal.address,
      DATABASE_URL: await postgres.createDatabase(),
      SLUICE_API: `http://127.0.0.1:${apiPort}`,
    },
    folder,
    apiPort,
    async close() {
      await temporal.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** From the start of a process until it does its work. @returns medians */
export async function serverCosts(world: World, main: string, runs: number): Promise<(Cost & { name: string })[]> {
  const costs: (Cost & { name: string })[] = [];
  for (const server of await servers(world)) {
    const all: Cost[] = [];
    for (let run = 0; run < runs; run += 1) all.push(await startOnce(main, server, world.env));
    costs.push({ name: server.name, ...middleOf(all) });
  }
  return costs;
}

async function servers({ folder, apiPort }: World): Promise<Server[]> {
  const [gateway, admin] = [await freePort(), await freePort()];
  const answers = (url: string) => async () =>
    (await axios.get(url, { proxy: false, validateStatus: null }).catch(() => null))?.status === 200;
  const ports = ['--port', `${gateway}`, '--admin-port', `${admin}`, '--state-dir', join(folder, 'gateway')];
  return [
    {
      name: 'gateway',
      args: ['gateway', '--config', 'examples/gateway.yaml', ...ports],
      isReady: answers(`http://127.0.0.1:${admin}/healthz`),
    },
    { name: 'api', args: ['api', '--port', `${apiPort}`], isReady: answers(`http://127.0.0.1:${apiPort}/readyz`) },
    { name: 'worker', args: ['worker'], isReady: async (printed) => printed.includes('worker polls') },
  ];
}

/** The api by itself. @returns what ends it */
export async function startApi(world: World, main: string): Promise<() => Promise<void>> {
  const api = (await servers(world)).find(({ name }) => name === 'api');
  if (api === undefined) throw new Error('there is no api among the servers');
  const { child } = await start(main, api, world.env);
  return () => endChild(child);
}

/** @returns memory as it is once it is ready, not the peak of what led there */
async function startOnce(main: string, server: Server, env: NodeJS.ProcessEnv): Promise<Cost> {
  const { child, wallMs } = await start(main, server, env);
  const pid = child.pid ?? 0;
  const cost = { wallMs, cpuMs: cpuSeconds([pid]) * 1000, memoryMb: memoryMb(pid) };
  await endChild(child);
  return cost;
}

async function start(main: string, { name, args, isReady }: Server, env: NodeJS.ProcessEnv) {
  const began = performance.now();
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  while (!(await isReady(printed))) {
    if (child.exitCode !== null || performance.now() - began > READY_TIMEOUT_MS) {
      await endChild(child);
      throw new Error(`${name} does not start: ${printed}`);
    }
    await sleep(5);
  }
  return { child, wallMs: performance.now() - began };
}
