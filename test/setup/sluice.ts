import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { spawnModule } from '../../src/process/child-process.js';
import { builtModule, COMMAND } from './built.js';

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

export interface Setting {
  /** Beside the test's own, without its DATABASE_URL. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Buffer;
}

/** Starts the CLI as a user does, in a process of its own. */
export function startCommand(args: readonly string[], { env, cwd, input }: Setting = {}): Running {
  const [program = '', ...rest] = COMMAND;
  const { DATABASE_URL: _, ...inherited } = process.env;
  const began = performance.now();
  const child = spawn(program, [...rest, ...args], { env: { ...inherited, NODE_OPTIONS: '', ...env }, cwd });
  child.stdin.on('error', () => undefined).end(input);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (part: string) => (said[name] += part));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    ...said,
    tookMs: performance.now() - began,
  }));
  return { child, said, ended, until: (text, stream = 'stdout') => untilSaid(said, stream, text) };
}

export const runCommand = (args: readonly string[], setting?: Setting): Promise<Ran> =>
  startCommand(args, setting).ended;

export const startSluice = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Running =>
  startCommand(args, { env });

export const sluice = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> =>
  runCommand(args, { env });

/** One that stays; what it prints goes to a log file. */
export const spawnSluice = (
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly logPath: string },
): ChildProcess => spawnModule(builtModule('src/cli/main.ts'), args, options);

async function untilSaid(said: Running['said'], stream: 'stdout' | 'stderr', text: RegExp): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!text.test(said[stream])) {
    if (performance.now() > deadline) throw new Error(`${text} never came: ${JSON.stringify(said)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
