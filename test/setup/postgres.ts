import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { hasExited } from '../../src/process/child-process.js';
import { freePort } from './free-port.js';

const run = promisify(execFile);
const START_TIMEOUT_MS = 30_000;

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** A new and empty database on it; dropped by `stop`. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** Where to find a server: one that already runs, or the programs to start a private one. */
export type PostgresSource =
  | { readonly kind: 'server'; readonly adminUrl: string }
  | { readonly kind: 'programs'; readonly folder: string };

/**
 * TEST_DATABASE_URL, else the newest Debian package's programs, else those on PATH.
 * @returns null where there is none; says so, and where CI is set throws, so that no build is green without PostgreSQL
 */
export async function findPostgres(): Promise<PostgresSource | null> {
  const adminUrl = process.env.TEST_DATABASE_URL;
  if (adminUrl) return { kind: 'server', adminUrl };
  const folder = [...(await debianFolders()), ...(process.env.PATH ?? '').split(delimiter)].find(
    (candidate) => candidate !== '' && ['initdb', 'postgres'].every((name) => existsSync(join(candidate, name))),
  );
  if (folder !== undefined) return { kind: 'programs', folder };
  const message = 'PostgreSQL is missing: install it (Debian: apt-get install postgresql) or set TEST_DATABASE_URL';
  if (process.env.CI) throw new Error(message);
  console.warn(`SKIPPED, nothing here was tested on PostgreSQL. ${message}`);
  return null;
}

export async function startPostgres(source: PostgresSource): Promise<PostgresServer> {
  const { adminUrl, stop } =
    source.kind === 'server' ? { adminUrl: source.adminUrl, stop: async () => {} } : await startCluster(source.folder);
  const databases: string[] = [];
  return {
    async createDatabase() {
      const name = `sluice_test_${randomUUID().replaceAll('-', '')}`;
      await asAdmin(adminUrl, `CREATE DATABASE ${name}`);
      databases.push(name);
      const url = new URL(adminUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      for (const name of databases) await asAdmin(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
      await stop();
    },
  };
}

async function debianFolders(): Promise<string[]> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  return versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
}

/** A cluster in a temporary folder, behind a password on a free port of 127.0.0.1, gone after `stop`. */
export async function startCluster(
  programs: string,
  parent: string = tmpdir(),
): Promise<{ adminUrl: string; stop(): Promise<void> }> {
  const owner = await unprivilegedUser();
  const folder = await mkdtemp(join(parent, 'sluice-postgres-'));
  const password = randomBytes(12).toString('hex');
  try {
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (owner !== null) for (const path of [folder, passwordFile]) await chown(path, owner.uid, owner.gid);
    const data = join(folder, 'data');
    await run(
      join(programs, 'initdb'),
      ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-sync'],
      { ...owner, cwd: folder },
    );
    const port = await freePort();
    const server = spawn(
      join(programs, 'postgres'),
      // Nothing here has to survive a power cut, and TCP alone is enough.
      ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', '', '-F', '-c', 'log_min_messages=fatal'],
      { ...owner, cwd: folder, stdio: 'ignore' },
    );
    // SIGQUIT is PostgreSQL's immediate shutdown: for the case that the test process ends without `stop`.
    const quit = () => server.kill('SIGQUIT');
    process.once('exit', quit);
    const stop = async () => {
      process.off('exit', quit);
      await shutDown(server);
      await rm(folder, { recursive: true, force: true });
    };
    const adminUrl = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    await untilReady(adminUrl, server).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { adminUrl, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL refuses to run as root: who takes its place. null where this process is not root. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    const id = (flag: string) => run('id', [flag, name]).then(({ stdout }) => Number(stdout));
    const [uid, gid] = await Promise.all([id('-u'), id('-g')]).catch(() => []);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody');
}

async function untilReady(adminUrl: string, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await asAdmin(adminUrl, 'SELECT 1');
    } catch (cause) {
      if (server.exitCode !== null) throw new Error(`postgres ended with code ${server.exitCode}`, { cause });
      if (performance.now() > deadline) throw new Error(`no PostgreSQL after ${START_TIMEOUT_MS} ms`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function asAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function shutDown(server: ChildProcess): Promise<void> {
  if (hasExited(server)) return;
  const exit = once(server, 'exit');
  server.kill('SIGINT'); // fast shutdown: does not wait for clients
  await exit;
}
