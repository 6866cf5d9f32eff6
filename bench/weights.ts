import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayRouter } from '../src/traffic/gateway-router.js';
import { benchRoute } from './bench-route.js';
import { BACKEND_PORT, configs } from './gateway-peers.js';
import { assertInstalled, endAll, run, untilListening } from './processes.js';
import { printTable } from './table.js';
import { type Seen, startWeightLoad } from './weight-load.js';

/**
 * Twenty changes of weight, 5 to 100 %, under 1,500 requests a second for eight seconds: with one gateway; with three; and with three of which one is killed and
 * started again in the middle. Counted: requests that failed, and users who met the baseline after the candidate.
 */
const RATE = 1500;
const REQUESTS = 12_000;
const CHANGES = 20;
const LEASE_MS = 3000;

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-weights-'));

interface Replica {
  readonly url: string;
  readonly adminUrl: string;
  readonly start: () => ChildProcess;
}

function replicaOf(index: number, count: number, drill: string): Replica {
  const [port, adminPort] = [19_200 + index, 19_210 + index];
  const peers = Array.from({ length: count }, (_, i) => `http://127.0.0.1:${19_210 + i}`).filter((_, i) => i !== index);
  const args = [
    'dist/src/cli/main.js',
    'gateway',
    '--config',
    join(folder, 'gateway.yaml'),
    `--id=g${index}`,
    `--port=${port}`,
    `--admin-port=${adminPort}`,
    '--state-dir',
    join(folder, drill, `state-${index}`),
    ...(peers.length === 0 ? [] : ['--peers', peers.join(',')]),
  ];
  return {
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    start: () => spawn('node', args, { stdio: ['ignore', 'ignore', 'ignore'] }),
  };
}

const route = (epoch: number, weightPercent: number) => benchRoute({ epoch, weightPercent, leaseMs: LEASE_MS });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function drill(name: string, count: number, kill: boolean): Promise<Seen & { changes: number }> {
  const replicas = Array.from({ length: count }, (_, i) => replicaOf(i, count, name));
  const processes = replicas.map(({ start }) => start());
  try {
    for (const { url } of replicas) await untilListening(Number(new URL(url).port));
    const router = createGatewayRouter({ adminUrls: replicas.map(({ adminUrl }) => adminUrl), timeoutMs: 1000 });
    const load = startWeightLoad(
      replicas.map(({ url }) => url),
      RATE,
    );
    const beganAt = performance.now();
    const spanMs = (REQUESTS / RATE) * 1000;
    let changes = 0;
    for (let epoch = 1; epoch <= CHANGES; epoch += 1) {
      await pause(beganAt + (spanMs * epoch) / (CHANGES + 1) - performance.now());
      if (kill && epoch === CHANGES / 2) {
        load.killed(1);
        processes[1]?.kill('SIGKILL');
        const { start } = replicas[1] as Replica;
        setTimeout(() => {
          processes[1] = start();
        }, 300);
      }
      // As the workflow does: again and again until every gateway that lives has confirmed.
      for (;;) {
        const done = await router.apply(route(epoch, epoch * 5), LEASE_MS).then(
          () => true,
          () => false,
        );
        if (done) break;
        await pause(50);
      }
      changes += 1;
    }
    await pause(beganAt + spanMs - performance.now());
    return { ...(await load.stop()), changes };
  } finally {
    for (const child of processes) child.kill('SIGTERM');
    await pause(500);
  }
}

try {
  assertInstalled('nginx');
  for (const [name, text] of Object.entries(configs(folder))) writeFileSync(join(folder, name), text);
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  run('nginx', ['-c', join(folder, 'backend.conf'), '-p', folder]);
  await untilListening(BACKEND_PORT);
  const rows = [
    { name: 'one gateway', seen: await drill('one', 1, false) },
    { name: 'three replicas', seen: await drill('three', 3, false) },
    { name: 'three, one killed and restarted', seen: await drill('killed', 3, true) },
  ];
  printTable(
    [
      '20 changes of weight at 1,500 requests/s',
      'changes',
      'requests',
      'failed',
      'of these on the killed one',
      'users moved back',
    ],
    rows.map(({ name, seen }) => [
      name,
      String(seen.changes),
      String(seen.sent),
      String(seen.failed),
      String(seen.failedOnKilled),
      String(seen.movedBack),
    ]),
  );
  const isGood = rows.every(({ seen }) => seen.failed === seen.failedOnKilled && seen.movedBack === 0);
  console.log(isGood ? '\nall targets met' : '\nMISSED: requests failed or users moved back');
  process.exitCode = isGood ? 0 : 1;
} finally {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
}
