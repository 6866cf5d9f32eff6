import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasExited } from '../../src/process/child-process.js';
import { freePort } from '../setup/free-port.js';

/** The server makes its database and loads much of Python before it answers. */
const START_TIMEOUT_MS = 120_000;

export interface MlflowServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A tracking server on a free port of 127.0.0.1, its database in a temporary folder, gone after `stop`. */
export async function startMlflow(program: string): Promise<MlflowServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-mlflow-'));
  const port = await freePort();
  const args = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  const said: string[] = [];
  const server = spawn(program, [...args, '--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`], {
    cwd: folder,
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' },
    // It starts processes of its own: they end with its group.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => said.push(String(text)));
  const kill = () => signal(server, 'SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    const exit = hasExited(server) ? null : once(server, 'exit');
    signal(server, 'SIGKILL');
    await exit;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, server, said).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, stop };
}

function signal(server: ChildProcess, name: NodeJS.Signals): void {
  if (server.pid === undefined) return;
  try {
    process.kill(-server.pid, name);
  } catch {
    // The group is gone already.
  }
}

async function untilReady(url: string, server: ChildProcess, said: readonly string[]): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    if (answer?.ok) return;
    if (server.exitCode !== null || performance.now() > deadline)
      throw new Error(`mlflow server does not answer at ${url}:\n${said.join('').slice(-4000)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
