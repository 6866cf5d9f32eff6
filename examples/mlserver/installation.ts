import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import axios from 'axios';
import { hasEnded, type RolloutState } from '../../src/domain/rollout-state.js';
import { endChild, nodeCommand, spawnSluice } from '../../src/process/child-process.js';
import { startTraffic, type Traffic } from '../traffic/traffic.js';
import { pythonWithMlServer } from './python.js';
import { type ServerPorts, startServers, type Trained, train, VERSIONS, type Version } from './servers.js';

/** As the specs name them; every installation has its own. */
const SPEC_PORTS: Readonly<Record<Version, Pick<ServerPorts, 'http' | 'metrics'>>> = {
  v1: { http: 8110, metrics: 8112 },
  v2: { http: 8120, metrics: 8122 },
  v3: { http: 8130, metrics: 8132 },
};
/** A forest takes one request at a time: more would wait for each other, and the queue, not the model, would be measured. */
const REQUESTS_PER_SECOND = 20;
/** For one rollout. */
const PATIENCE = '5m';
const CLI = new URL('../../src/cli/main.ts', import.meta.url);

export interface InstallationOptions {
  /** Folder of a Python environment with MLServer, or `install`. */
  readonly python: string;
  readonly report: (line: string) => void;
}

/** Three MLServers, all of Sluice and users' traffic, in a folder and on ports of its own. */
export class MlServerInstallation {
  readonly folder: string;
  readonly ports: Readonly<Record<Version, ServerPorts>>;
  readonly trained: readonly Trained[];
  readonly traffic: Traffic;
  private readonly env: NodeJS.ProcessEnv;
  private readonly undo: (() => Promise<unknown>)[];

  private constructor(
    parts: Pick<MlServerInstallation, 'folder' | 'ports' | 'trained' | 'traffic'>,
    env: NodeJS.ProcessEnv,
    undo: (() => Promise<unknown>)[],
  ) {
    ({ folder: this.folder, ports: this.ports, trained: this.trained, traffic: this.traffic } = parts);
    this.env = env;
    this.undo = undo;
  }

  static async open({ python, report }: InstallationOptions): Promise<MlServerInstallation> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-mlserver-'));
    const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
    try {
      const bin = await pythonWithMlServer(python, folder, report);
      report('training three versions');
      const trained = await train(bin, folder);
      for (const { version, accuracy, rowMs } of trained)
        report(`  ${version}: ${(100 * accuracy).toFixed(1)} % right, ${rowMs} ms a row`);
      const ports = await freePorts();
      report('starting an MLServer for each');
      const servers = await startServers(bin, folder, ports);
      undo.push(servers.stop);
      report('starting Sluice: Temporal, store, worker, api, gateway');
      const { env, gatewayUrl } = await startSluice(folder, ports, undo);
      const traffic = await startTraffic({
        gatewayUrl,
        rowsPath: 'examples/data/digits-holdout.csv',
        ratePerSecond: REQUESTS_PER_SECOND,
        users: 500,
        labelDelayMs: 300,
        labelShare: 1,
        seed: 7,
      });
      undo.push(() => traffic.stop());
      return new MlServerInstallation({ folder, ports, trained, traffic }, env, undo);
    } catch (error) {
      await undone(undo);
      throw error;
    }
  }

  /** Starts a rollout by a spec beside this file, as a user would, and follows it to its end. */
  async rollOut(spec: string, onChange: (line: string) => void): Promise<RolloutState> {
    const path = await writeWith(`examples/mlserver/${spec}`, join(this.folder, spec), this.ports);
    const args = ['start', path, '--wait', '--timeout', PATIENCE, '-o', 'json'];
    const child = spawn(process.execPath, [...nodeCommand(CLI), ...args], {
      env: { ...process.env, NODE_OPTIONS: '', ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close');
    let [state, last]: [RolloutState | null, string] = [null, ''];
    for await (const changed of createInterface({ input: child.stdout })) {
      state = JSON.parse(changed) as RolloutState;
      const line = `${state.phase} ${state.status}, weight ${state.weightPercent} %: ${state.reason}`;
      if (line !== last) onChange(line);
      last = line;
    }
    // The exit code tells of the rollout as well: what counts is that it has ended.
    const [code] = (await closed) as [number | null];
    if (state === null || !hasEnded(state.status)) throw new Error(`${spec} did not end, code ${code}: ${last}`);
    return state;
  }

  async close(): Promise<void> {
    await undone(this.undo);
  }
}

async function undone(undo: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}

async function startSluice(
  folder: string,
  ports: Readonly<Record<Version, ServerPorts>>,
  undo: (() => Promise<unknown>)[],
) {
  const names = ['gateway-port', 'admin-port', 'api-port', 'temporal-port', 'ui-port'] as const;
  const [gateway, admin, api, temporal, ui] = (await Promise.all(names.map(freePort))) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const config = await writeWith('examples/gateway.yaml', join(folder, 'gateway.yaml'), ports);
  const env = {
    SLUICE_STATE_DIR: join(folder, 'state'),
    SLUICE_GATEWAYS: `http://127.0.0.1:${admin}`,
    SLUICE_API: `http://127.0.0.1:${api}`,
    SLUICE_COLLECTOR: `http://127.0.0.1:${api}`,
    USER: 'mlserver-example',
    // All of its own, whatever else is set here.
    DATABASE_URL: undefined,
    TEMPORAL_ADDRESS: undefined,
  };
  const values = [gateway, admin, api, temporal, ui].map(String);
  const args = ['dev', '--gateway-config', config, ...names.flatMap((name, at) => [`--${name}`, values[at] ?? ''])];
  const child = spawnSluice(args, { env, logPath: join(folder, 'sluice.log') });
  undo.push(() => endChild(child, 30_000));
  const gatewayUrl = `http://127.0.0.1:${gateway}`;
  await untilUp(child, [`${env.SLUICE_API}/readyz`, `${gatewayUrl}/_sluice/health`], join(folder, 'sluice.log'));
  return { env: { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${temporal}` }, gatewayUrl };
}

/** The first start may build Temporal's server. */
const UP_WITHIN_MS = 400_000;

async function untilUp(child: ChildProcess, urls: readonly string[], logPath: string): Promise<void> {
  const deadline = performance.now() + UP_WITHIN_MS;
  for (const url of urls)
    while ((await axios.get(url, { proxy: false, timeout: 1000 }).catch(() => null)) === null) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`${url} does not answer: ${(await readFile(logPath, 'utf8')).slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

/** A file with this installation's ports in place of the example's. */
async function writeWith(from: string, to: string, ports: Readonly<Record<Version, ServerPorts>>): Promise<string> {
  let text = await readFile(from, 'utf8');
  for (const version of VERSIONS) {
    text = text.replaceAll(`127.0.0.1:${SPEC_PORTS[version].http}`, `127.0.0.1:${ports[version].http}`);
    text = text.replaceAll(`127.0.0.1:${SPEC_PORTS[version].metrics}/`, `127.0.0.1:${ports[version].metrics}/`);
  }
  await writeFile(to, text);
  return to;
}

async function freePorts(): Promise<Record<Version, ServerPorts>> {
  const one = async () => ({ http: await freePort(), grpc: await freePort(), metrics: await freePort() });
  return { v1: await one(), v2: await one(), v3: await one() };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
