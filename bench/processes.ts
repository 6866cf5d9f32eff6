import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import axios from 'axios';

const CLOCK_TICKS = 100;
const running = new Set<ReturnType<typeof spawn>>();

/** Starts a process that ends with the bench. @returns its pid */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child.pid ?? 0;
}

export async function endAll(): Promise<void> {
  for (const child of running) child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 500));
}

/** CPU of processes and their children, user and system, from /proc: nginx works in a child. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.flatMap(family).reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
  }, 0);
}

function family(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
}

export function memoryMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** @throws naming the package where a program is missing */
export function assertInstalled(...programs: string[]): void {
  for (const program of programs)
    if (!isInstalled(program)) throw new Error(`${program} is not installed: apt-get install nginx haproxy wrk`);
}

export function isInstalled(program: string): boolean {
  if (existsSync(program)) return true;
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export async function untilListening(port: number): Promise<void> {
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

export interface Load {
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Load by wrk. @param script Lua that makes the requests */
export function wrk(port: number, seconds: number, connections: number, script: string): Load {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', script, `http://127.0.0.1:${port}`];
  const output = execFileSync('wrk', args, { encoding: 'utf8' });
  return {
    requests: Number(/(\d+) requests in/.exec(output)?.[1] ?? 0),
    errors:
      Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0) +
      [...(/Socket errors: (.*)/.exec(output)?.[1] ?? '').matchAll(/\d+/g)].reduce((sum, [n]) => sum + Number(n), 0),
    p50Ms: milliseconds(/^\s+50%\s+(\S+)/m.exec(output)?.[1]),
    p99Ms: milliseconds(/^\s+99%\s+(\S+)/m.exec(output)?.[1]),
  };
}

function milliseconds(text = ''): number {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text) ?? [];
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'];
}
