import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../domain/errors.js';
import { endChild } from '../process/child-process.js';
import { findTemporalCli } from './cli-binary.js';
import { connectTemporal, temporalSettings } from './connection.js';
import { registerSearchAttributes } from './search-attribute-registry.js';

export interface DevServerOptions {
  /** Holds the database file and the log. */
  readonly stateDir: string;
  readonly port: number;
  readonly uiPort: number;
  /** More flags of `temporal server start-dev`. */
  readonly flags?: readonly string[];
  readonly report: (line: string) => void;
}

export interface TemporalServer {
  readonly address: string;
  /** Of the Web UI; null where the server is not ours and we can't know. */
  readonly uiUrl: string | null;
  /** Ends what we started; a server that was there before stays. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** The server that the environment names, or a dev server of our own, ready and with our search attributes. */
export async function ensureTemporalServer(options: DevServerOptions): Promise<TemporalServer> {
  const settings = temporalSettings();
  if (process.env['TEMPORAL_ADDRESS'] === undefined) return startDevServer(options);
  const link = await connectTemporal(settings);
  await registerSearchAttributes(link.connection, link.namespace).finally(() => link.close());
  return { address: settings.address, uiUrl: process.env['TEMPORAL_UI_URL'] ?? null, stop: async () => undefined };
}

/** @throws {SluiceError} TEMPORAL_CLI_MISSING | TEMPORAL_UNAVAILABLE with the end of the server's log */
export async function startDevServer({
  stateDir,
  port,
  uiPort,
  report,
  flags: more = [],
}: DevServerOptions): Promise<TemporalServer> {
  const cli = await findTemporalCli(report);
  const database = join(stateDir, 'temporal.db');
  const logPath = join(stateDir, 'temporal.log');
  await mkdir(dirname(database), { recursive: true });
  const log = await open(logPath, 'a');
  const flags = ['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort), '--db-filename', database];
  const child = spawn(cli, ['server', 'start-dev', ...flags, ...more, '--log-level', 'warn'], {
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const stop = () => endChild(child);
  try {
    await untilReady(child, `127.0.0.1:${port}`, logPath);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}`, stop };
}

async function untilReady(child: ChildProcess, address: string, logPath: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null)
      throw new SluiceError('TEMPORAL_UNAVAILABLE', `the dev server ended with code ${child.exitCode}; see ${logPath}`);
    try {
      const link = await connectTemporal(temporalSettings(address), 1000);
      await registerSearchAttributes(link.connection, link.namespace).finally(() => link.close());
      return;
    } catch (error) {
      if (performance.now() > deadline)
        throw new SluiceError('TEMPORAL_UNAVAILABLE', `the dev server at ${address} is not ready; see ${logPath}`, {
          cause: error,
        });
      await sleep(250);
    }
  }
}
