import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';

/** Of suites that need a service of a given name to themselves. */
const NAMESPACES = ['consistency', 'e2e', 'experiments', 'processes', 'refused', 'prometheus', 'ui'];

/** One dev server for all suites, on free ports; found or built first. Each suite uses a task queue and services, or a namespace, of its own. */
export default async function setUp() {
  const { startDevServer } = await tsImport('../../src/temporal/dev-server.ts', import.meta.url);
  const { freePort } = await tsImport('./free-port.ts', import.meta.url);
  const stateDir = await mkdtemp(join(await fastFolder(), 'sluice-test-'));
  const [port, uiPort] = [await freePort(), await freePort()];
  const flags = NAMESPACES.flatMap((name) => ['--namespace', name]);
  const report = (line) => process.stderr.write(`${line}\n`);
  const server = await startDevServer({ stateDir, port, uiPort, flags, report });
  process.env.SLUICE_TEST_TEMPORAL = server.address;
  // Compiled once for all suites: each would take seconds to compile the same.
  const { bundleWorkflows } = await tsImport('../../src/worker/bundle.ts', import.meta.url);
  process.env.SLUICE_TEST_BUNDLE = join(stateDir, 'workflows.json');
  await writeFile(process.env.SLUICE_TEST_BUNDLE, JSON.stringify(await bundleWorkflows()));
  globalThis.stopTemporal = async () => {
    await server.stop();
    await rm(stateDir, { recursive: true, force: true });
  };
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
