import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fetch } from 'undici';
import { startTraffic, type Traffic } from '../../examples/traffic/traffic.js';
import type { Decision } from '../../src/domain/decision.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { AppliedRoute } from '../../src/domain/route.js';
import { endChild, hasExited, spawnModule } from '../../src/process/child-process.js';
import { builtModule } from '../setup/built.js';
import { freePort } from '../setup/free-port.js';
import { findPostgres, type PostgresServer, startPostgres } from '../setup/postgres.js';
import { type Ran, runCommand, spawnSluice, startCommand } from '../setup/sluice.js';

const VERSIONS = ['v1', 'v2', 'v3'] as const;

/**
 * The product as a user installs it: every part a process of its own. With PostgreSQL, worker and api are separate, as in
 * production; without it, `sluice dev` holds both and the embedded store.
 */
export class Installation {
  readonly folder: string;
  readonly ports: Readonly<Record<'gateway' | 'admin' | 'api' | (typeof VERSIONS)[number], number>>;
  readonly postgres: PostgresServer | null;
  /** Of Temporal. */
  readonly namespace: string;
  private readonly env: Record<string, string>;
  private readonly children = new Map<string, ChildProcess>();
  traffic: Traffic | null = null;
  private failuresSeen = 0;

  private constructor(
    parts: Pick<Installation, 'folder' | 'ports' | 'postgres' | 'namespace'> & { databaseUrl: string | null },
  ) {
    this.folder = parts.folder;
    this.ports = parts.ports;
    this.postgres = parts.postgres;
    this.namespace = parts.namespace;
    this.env = {
      TEMPORAL_ADDRESS: process.env['SLUICE_TEST_TEMPORAL'] ?? '',
      TEMPORAL_NAMESPACE: this.namespace,
      SLUICE_STATE_DIR: join(this.folder, 'state'),
      SLUICE_GATEWAYS: this.adminUrl,
      SLUICE_API: this.apiUrl,
      SLUICE_COLLECTOR: this.apiUrl,
      USER: 'tester',
      ...(parts.databaseUrl === null ? {} : { DATABASE_URL: parts.databaseUrl }),
    };
  }

  /** @param namespace one that test/setup/global.mjs makes */
  static async open(namespace: string): Promise<Installation> {
    const source = await findPostgres();
    const postgres = source === null ? null : await startPostgres(source);
    const [gateway, admin, api, v1, v2, v3] = await Promise.all(Array.from({ length: 6 }, freePort));
    const ports = { gateway, admin, api, v1, v2, v3 } as Installation['ports'];
    const folder = await mkdtemp(join(tmpdir(), 'sluice-e2e-'));
    const installation = new Installation({
      folder,
      ports,
      postgres,
      namespace,
      databaseUrl: (await postgres?.createDatabase()) ?? null,
    });
    await installation.start();
    return installation;
  }

  get gatewayUrl(): string {
    return `http://127.0.0.1:${this.ports.gateway}`;
  }
  get adminUrl(): string {
    return `http://127.0.0.1:${this.ports.admin}`;
  }
  get apiUrl(): string {
    return `http://127.0.0.1:${this.ports.api}`;
  }

  private async start(): Promise<void> {
    const config = await this.fileFrom('examples/gateway.yaml', 'gateway.yaml');
    for (const version of VERSIONS) this.startModel(version);
    const gateway = ['--port', String(this.ports.gateway), '--admin-port', String(this.ports.admin)];
    if (this.postgres === null) {
      const ports = [
        '--gateway-port',
        String(this.ports.gateway),
        '--admin-port',
        String(this.ports.admin),
        '--api-port',
        String(this.ports.api),
      ];
      this.startSluice('dev', ['dev', '--gateway-config', config, ...ports]);
    } else {
      this.startSluice('api', ['api', '--port', String(this.ports.api)]);
      this.startSluice('gateway', [
        'gateway',
        '--config',
        config,
        ...gateway,
        '--state-dir',
        join(this.folder, 'gateway'),
      ]);
      this.startWorker();
    }
    for (const url of [`${this.apiUrl}/readyz`, `${this.adminUrl}/healthz`]) await untilOk(url);
    for (const version of VERSIONS) await untilOk(`http://127.0.0.1:${this.ports[version]}/v2/models/digits/ready`);
    this.traffic = await startTraffic({
      gatewayUrl: this.gatewayUrl,
      rowsPath: 'examples/data/digits-holdout.csv',
      ratePerSecond: 100,
      users: 500,
      labelDelayMs: 300,
      labelShare: 1,
      seed: 7,
    });
  }

  startModel(version: (typeof VERSIONS)[number]): void {
    const args = ['--version', version, '--port', String(this.ports[version])];
    const logPath = join(this.folder, `${version}.log`);
    this.children.set(version, spawnModule(builtModule('examples/model-server/main.ts'), args, { logPath }));
  }

  startWorker(): void {
    this.startSluice('worker', ['worker']);
  }

  /** Where it was killed, and nobody has started another. */
  restartWorker(): void {
    const worker = this.children.get('worker');
    if (worker !== undefined && hasExited(worker)) this.startWorker();
  }

  private startSluice(name: string, args: readonly string[]): void {
    this.children.set(name, spawnSluice(args, { env: this.env, logPath: join(this.folder, `${name}.log`) }));
  }

  async end(name: string): Promise<void> {
    const child = this.children.get(name);
    if (child) await endChild(child);
  }

  async kill(name: string): Promise<void> {
    const child = this.children.get(name);
    if (child === undefined || hasExited(child)) throw new Error(`${name} does not run`);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    await this.traffic?.stop();
    await Promise.all([...this.children.values()].map((child) => endChild(child)));
    await this.postgres?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async log(name: string): Promise<string> {
    return readFile(join(this.folder, `${name}.log`), 'utf8').catch(() => '');
  }

  /** An example with this installation's addresses, and more changes. */
  async fileFrom(
    example: string,
    name: string,
    changes: readonly (readonly [string | RegExp, string])[] = [],
  ): Promise<string> {
    let text = await readFile(example, 'utf8');
    for (const [from, to] of [
      ['127.0.0.1:8110', `127.0.0.1:${this.ports.v1}`],
      ['127.0.0.1:8120', `127.0.0.1:${this.ports.v2}`],
      ['127.0.0.1:8130', `127.0.0.1:${this.ports.v3}`],
      ...changes,
    ] as const) {
      if (
        !(typeof from === 'string' ? text.includes(from) : from.test(text)) &&
        changes.some(([change]) => change === from)
      )
        throw new Error(`${example} has no ${String(from)}`);
      text = text.replaceAll(typeof from === 'string' ? from : new RegExp(from, 'g'), to);
    }
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }

  /** Runs the CLI as a user would. */
  async sluice(...args: readonly string[]): Promise<Ran> {
    return runCommand(args, { env: this.env });
  }

  async state(): Promise<RolloutState> {
    const { stdout, stderr } = await this.sluice('get', 'digits', '-o', 'json');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as RolloutState;
  }

  async until(holds: (state: RolloutState) => boolean, patienceMs = 60_000): Promise<RolloutState> {
    const deadline = performance.now() + patienceMs;
    for (let seen = ''; ; ) {
      const left = deadline - performance.now();
      if (left < 0) throw new Error(`never came: ${seen}`);
      const watch = startCommand(['get', 'digits', '--watch', '--timeout', `${Math.ceil(left)}ms`, '-o', 'json'], {
        env: this.env,
      });
      try {
        for await (const line of createInterface({ input: watch.child.stdout as Readable })) {
          seen = line;
          const state = JSON.parse(line) as RolloutState;
          if (holds(state)) return state;
        }
      } finally {
        watch.child.kill('SIGKILL');
      }
      // It has ended: maybe the one before the one that is meant.
      seen ||= watch.said.stderr;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** What users have suffered since this was asked last, so that a test which is tried again begins anew. */
  newFailures(): readonly string[] {
    const { failed, failures } = this.traffic?.stats() ?? { failed: 0, failures: [] };
    const since = failed - this.failuresSeen;
    this.failuresSeen = failed;
    return since === 0 ? [] : [`${since} requests failed; the first of all:`, ...failures];
  }

  async route(): Promise<AppliedRoute> {
    return (await (await fetch(`${this.adminUrl}/v1/routes/digits`)).json()) as AppliedRoute;
  }

  async decisions(rolloutId: string): Promise<Decision[]> {
    const answer = await fetch(`${this.apiUrl}/v1/rollouts/${rolloutId}/decisions`);
    return ((await answer.json()) as { decisions: Decision[] }).decisions;
  }
}

async function untilOk(url: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    if (performance.now() > deadline) throw new Error(`${url} is not ready`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
