import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { hasExited } from '../../src/process/child-process.js';

const START_TIMEOUT_MS = 60_000;

/**
 * A real program that a test runs against: the path given, else the one on PATH or in /usr/sbin.
 * @param install what to do where it is missing
 * @returns null where there is none; says so, and where CI is set throws, so that no build is green without it
 */
export function findProgram(name: string, given: string | undefined, install: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].filter((folder) => folder !== '');
  const found = (given ? [given] : folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const message = `${name} is missing: ${install}`;
  if (process.env.CI) throw new Error(message);
  console.warn(`SKIPPED, nothing here was tested on ${name}. ${message}`);
  return null;
}

export interface StartsWith {
  /** Of 127.0.0.1. */
  readonly ports: readonly number[];
  /** What answers 200 once it is: some listen before they answer. */
  readonly ready?: string;
}

/** Starts a program that stays in the foreground, and waits until it can be used. @returns what ends it */
export async function startProgram(
  path: string,
  args: readonly string[],
  { ports, ready }: StartsWith,
): Promise<() => Promise<void>> {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2_000);
    });
  // For the case that the test process ends without `stop`.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    await end(child);
  };
  try {
    await Promise.race([
      Promise.all(ports.map(untilOpen)).then(() => (ready === undefined ? undefined : until200(ready))),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`${path} ended with code ${code}`))),
    ]);
  } catch (error) {
    await stop();
    throw new Error(`${path} does not start: ${said}`, { cause: error });
  }
  return stop;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasExited(child) || child.pid === undefined) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exit;
  clearTimeout(late);
}

async function untilOpen(port: number): Promise<void> {
  const isOpen = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  await until(isOpen, `something listens on ${port}`);
}

async function until200(url: string): Promise<void> {
  const isReady = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isReady, `${url} answers 200`);
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not so after ${START_TIMEOUT_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
