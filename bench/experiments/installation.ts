import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import axios from 'axios';
import type { Store } from '../../src/ports/store.js';
import { endChild, spawnSluice } from '../../src/process/child-process.js';
import { openStore } from '../../src/stores/open-store.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../src/temporal/connection.js';
import { freePort } from '../../test/setup/free-port.js';
import { findPostgres, type PostgresServer, startPostgres } from '../../test/setup/postgres.js';
import { type ModelServer, startModelServer } from './model-servers.js';
import { UNIT_KEY, VERSIONS } from './specs.js';

/** Every part as users run it: gateway, api and worker are processes of their own, over PostgreSQL and a Temporal server. */
export interface Installation {
  readonly gatewayUrl: string;
  readonly apiUrl: string;
  readonly models: Readonly<Record<'baseline' | 'candidate', string>>;
  readonly client: Client;
  readonly store: Store;
  /** The end of what each process printed. */
  logs(): Promise<string>;
  close(): Promise<void>;
}

export interface InstallOptions {
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly services: readonly string[];
}

const START_TIMEOUT_MS = 60_000;
const LOG_TAIL = 2000;

/** @throws where there is no PostgreSQL, and where a part does not start */
export async function install(options: InstallOptions): Promise<Installation> {
  const source = await findPostgres();
  if (source === null)
    throw new Error('these simulations need PostgreSQL: apt-get install postgresql, or TEST_DATABASE_URL');
  const parts = new Parts(await mkdtemp(join(tmpdir(), 'sluice-experiments-')));
  try {
    return await parts.start(options, await startPostgres(source));
  } catch (error) {
    const logs = await parts.logs();
    await parts.close();
    throw new Error(`the installation does not start\n${logs}`, { cause: error });
  }
}

class Parts {
  private readonly folder: string;
  private readonly children = new Map<string, ChildProcess>();
  private postgres: PostgresServer | null = null;
  private models: ModelServer[] = [];
  private link: TemporalLink | null = null;
  private store: Store | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  async start(options: InstallOptions, postgres: PostgresServer): Promise<Installation> {
    this.postgres = postgres;
    const databaseUrl = await postgres.createDatabase();
    this.models = [await startModelServer(), await startModelServer()];
    const models = { baseline: this.models[0]?.url ?? '', candidate: this.models[1]?.url ?? '' };
    const [gateway, admin, api] = [await freePort(), await freePort(), await freePort()];
    const urls = { gateway: local(gateway), admin: local(admin), api: local(api) };
    const env = {
      TEMPORAL_ADDRESS: options.temporalAddress,
      TEMPORAL_NAMESPACE: options.namespace,
      DATABASE_URL: databaseUrl,
      SLUICE_STATE_DIR: join(this.folder, 'state'),
      SLUICE_GATEWAYS: urls.admin,
      SLUICE_API: urls.api,
      SLUICE_COLLECTOR: urls.api,
    };
    const config = join(this.folder, 'gateway.yaml');
    await writeFile(config, gatewayConfig(options.services, models.baseline));
    this.spawn('api', ['api', '--port', String(api)], env);
    // Whose schema the others find.
    await untilOk(`${urls.api}/readyz`);
    const ports = ['--port', String(gateway), '--admin-port', String(admin)];
    this.spawn('gateway', ['gateway', '--config', config, ...ports, '--state-dir', join(this.folder, 'gateway')], env);
    this.spawn('worker', ['worker'], env);
    await untilOk(`${urls.admin}/healthz`);
    this.store = await openStore({ databaseUrl });
    this.link = await connectTemporal({ ...temporalSettings(options.temporalAddress), namespace: options.namespace });
    return {
      gatewayUrl: urls.gateway,
      apiUrl: urls.api,
      models,
      client: this.link.client,
      store: this.store,
      logs: () => this.logs(),
      close: () => this.close(),
    };
  }

  async logs(): Promise<string> {
    const tails = [...this.children.keys()].map(async (name) => {
      const text = await readFile(this.logOf(name), 'utf8').catch(() => '');
      return `--- ${name}\n${text.slice(-LOG_TAIL)}`;
    });
    return (await Promise.all(tails)).join('\n');
  }

  async close(): Promise<void> {
    await this.link?.close();
    await Promise.all([...this.children.values()].map((child) => endChild(child)));
    await this.store?.close();
    await Promise.all(this.models.map((model) => model.close()));
    await this.postgres?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private spawn(name: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
    this.children.set(name, spawnSluice(args, { env, logPath: this.logOf(name) }));
  }

  private logOf(name: string): string {
    return join(this.folder, `${name}.log`);
  }
}

/** JSON is YAML. */
function gatewayConfig(services: readonly string[], url: string): string {
  return JSON.stringify({
    sluice: 'gateway/v1',
    services: services.map((service) => ({
      service,
      baseline: { version: VERSIONS.baseline, url },
      protocol: { kind: 'open-inference', model: service, unitKey: UNIT_KEY },
    })),
  });
}

function local(port: number): string {
  return `http://127.0.0.1:${port}`;
}

async function untilOk(url: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await axios.get(url, { proxy: false, timeout: 2000, validateStatus: null }).catch(() => null);
    if (answer?.status === 200) return;
    if (performance.now() > deadline) throw new Error(`${url} is not ready after ${START_TIMEOUT_MS} ms`);
    await sleep(100);
  }
}
