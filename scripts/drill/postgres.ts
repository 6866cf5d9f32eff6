import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { hasExited } from '../../src/process/child-process.js';
import { freePort } from '../../test/setup/free-port.js';
import { findPostgres } from '../../test/setup/postgres.js';
import { until } from './wait.js';

const run = promisify(execFile);

/** A PostgreSQL that is stopped and started again on the same data and the same port. */
export interface Database {
  readonly url: string;
  /** What `pg_ctl stop -m immediate` does: no client is waited for, and nothing is written down any more. */
  stopAtOnce(): Promise<void>;
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/** @returns the folder of PostgreSQL's programs; null where there is none that we may stop */
export async function postgresPrograms(): Promise<string | null> {
  const source = await findPostgres();
  return source?.kind === 'programs' ? source.folder : null;
}

export async function openDatabase(programs: string): Promise<Database> {
  const owner = await whoRunsIt();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-drill-postgres-'));
  if (owner !== null) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  await run(join(programs, 'initdb'), initdb, { ...owner, cwd: folder });
  const flags = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', '', '-c', 'log_min_messages=fatal'];
  let server: ChildProcess | null = null;

  const start = async () => {
    server = spawn(join(programs, 'postgres'), flags, { ...owner, cwd: folder, stdio: 'ignore' });
    await until('PostgreSQL takes connections', () => answers(url), 30_000);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (server === null || hasExited(server)) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  };
  await start();
  return {
    url,
    stopAtOnce: () => end('SIGQUIT'),
    startAgain: start,
    async close() {
      await end('SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: who takes its place. null where this process is not root. */
async function whoRunsIt(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const id = async (flag: string) => Number((await run('id', [flag, name])).stdout);
    const ids = await Promise.all([id('-u'), id('-g')]).catch(() => null);
    if (ids !== null) return { uid: ids[0], gid: ids[1] };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody');
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
