import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { nodeCommand } from '../../../src/process/child-process.js';

/** As a user starts it. */
export const COMMAND = [process.execPath, ...nodeCommand(new URL('../../../src/cli/main.ts', import.meta.url))];

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly said: { stdout: string; stderr: string };
  readonly ended: Promise<Ran>;
  /** @throws when the text is not there in time */
  until(text: RegExp, stream?: 'stdout' | 'stderr'): Promise<void>;
}

export function startSluice(env: Readonly<Record<string, string>>, ...args: readonly string[]): Running {
  const [program = '', ...rest] = COMMAND;
  const { DATABASE_URL: _, ...inherited } = process.env;
  const began = performance.now();
  const child = spawn(program, [...rest, ...args], { env: { ...inherited, NODE_OPTIONS: '', ...env } });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (part: Buffer) => (said[name] += part.toString()));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    ...said,
    tookMs: performance.now() - began,
  }));
  return { child, said, ended, until: (text, stream = 'stdout') => untilSaid(said, stream, text) };
}

export function sluice(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  return startSluice(env, ...args).ended;
}

async function untilSaid(said: Running['said'], stream: 'stdout' | 'stderr', text: RegExp): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!text.test(said[stream])) {
    if (performance.now() > deadline) throw new Error(`${text} never came: ${JSON.stringify(said)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
