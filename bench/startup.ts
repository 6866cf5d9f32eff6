import { existsSync } from 'node:fs';
import { costsOf } from './startup/commands.js';
import type { Cost } from './startup/cost.js';
import { productionPackages } from './startup/install-size.js';
import { openWorld, serverCosts, startApi } from './startup/servers.js';
import { printTable } from './table.js';

/**
 * What Sluice costs before it does anything: megabytes of its production dependencies, and the start of its commands and processes, as ratios to a Node that does
 * nothing, in the same run. RUNS of each; MAIN is another build's `main.js`.
 */
const RUNS = Number(process.env['RUNS'] ?? 20);
const SERVER_RUNS = Math.ceil(RUNS / 4);
const MAIN = process.env['MAIN'] ?? 'dist/src/cli/main.js';
const LISTED = 10;

const COMMANDS = [
  ['--version'],
  ['--help'],
  ['lint', 'examples/digits-v2.yaml'],
  ['plan', 'examples/digits-v2.yaml', '--rps', '20'],
  ['list'],
] as const;

if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: npm run build`);
printInstall();
const world = await openWorld();
try {
  const servers = await serverCosts(world, MAIN, SERVER_RUNS);
  // Commands find an api, as they do with users.
  const endApi = await startApi(world, MAIN);
  const [bare, ...costs] = costsOf([['-e', '0'], ...COMMANDS.map((args) => [MAIN, ...args])], world.env, RUNS);
  await endApi();
  if (bare === undefined) throw new Error('RUNS is an integer of 1 or more');
  printTable(
    ['start of', 'ms', 'CPU ms', 'ms / node', 'CPU / node', 'MB'],
    [
      row('node -e 0', bare, bare),
      ...costs.map((cost, k) => row(`sluice ${COMMANDS[k]?.join(' ')}`, cost, bare)),
      ...servers.map((cost) => row(`sluice ${cost.name}, until it is ready`, cost, bare)),
    ],
  );
} finally {
  await world.close();
}

function row(name: string, { wallMs, cpuMs, memoryMb }: Cost, bare: Cost): string[] {
  const ratios = [wallMs / bare.wallMs, cpuMs / bare.cpuMs].map((ratio) => ratio.toFixed(1));
  return [name, wallMs.toFixed(0), cpuMs.toFixed(0), ...ratios, memoryMb.toFixed(0)];
}

function printInstall(): void {
  const packages = productionPackages();
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = packages.slice(0, LISTED).map(({ name, bytes }) => [name, megabytes(bytes)]);
  printTable(['production package', 'MB'], [[`all ${packages.length}`, megabytes(total)], ...rows]);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
