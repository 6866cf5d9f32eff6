import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tsImport } from 'tsx/esm/api';

/** Of suites that need a service of a given name to themselves. */
const NAMESPACES = ['consistency', 'e2e', 'experiments', 'processes', 'refused', 'prometheus', 'ui'];

/** One dev server for all suites, on free ports; found or built first. Each suite uses a task queue and services, or a namespace, of its own. */
export default async function setUp() {
  const { startDevServer } = await tsImport('../../src/temporal/dev-server.ts', import.meta.url);
  const { freePort } = await tsImport('./free-port.ts', import.meta.url);
  const fast = await fastFolder();
  const stateDir = await mkdtemp(join(fast, 'sluice-test-'));
  const [port, uiPort] = [await freePort(), await freePort()];
  const flags = NAMESPACES.flatMap((name) => ['--namespace', name]);
  const report = (line) => process.stderr.write(`${line}\n`);
  const server = await startDevServer({ stateDir, port, uiPort, flags, report });
  process.env.SLUICE_TEST_TEMPORAL = server.address;
  const postgres = await sharedPostgres(fast);
  if (postgres !== null) process.env.TEST_DATABASE_URL = postgres.adminUrl;
  await built();
  process.env.SLUICE_TEST_BUILT = 'yes';
  globalThis.stopTemporal = async () => {
    await Promise.all([server.stop(), postgres?.stop()]);
    await rm(stateDir, { recursive: true, force: true });
  };
}

/** One server for all suites, each with databases of its own. @returns null where there is none, or one was given */
async function sharedPostgres(folder) {
  const { findPostgres, startCluster } = await tsImport('./postgres.ts', import.meta.url);
  const source = await findPostgres();
  return source?.kind === 'programs' ? startCluster(source.folder, folder) : null;
}

const SOURCES = ['src', 'workflows', 'activities', 'examples'];

/** What test/setup/built.ts starts; nothing to do where it is newer than all sources. */
async function built() {
  const files = (
    await Promise.all(SOURCES.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })))
  ).flat();
  const sources = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const times = await Promise.all(
    [...sources, 'package-lock.json'].map((path) => stat(path).then(({ mtimeMs }) => mtimeMs)),
  );
  const last = await stat('dist/workflow-bundle.js').then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (last > Math.max(...times)) return;
  await promisify(execFile)('npm', ['run', 'build:server'], { env: { ...process.env, NODE_OPTIONS: '' } });
}

const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 2 ** 30;

/** The dev server writes a database at each step of a workflow: in memory, where there is room, a suite takes half as long. */
async function fastFolder() {
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return free > ENOUGH_BYTES ? MEMORY : tmpdir();
}
