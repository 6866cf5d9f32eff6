import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How to start a module of this project as a process of its own: from source with tsx, from a build as it is. */
export function nodeCommand(module: URL): string[] {
  const source = fileURLToPath(module);
  if (existsSync(source)) return source.endsWith('.ts') ? ['--import', import.meta.resolve('tsx'), source] : [source];
  return [source.replace(/\.ts$/, '.js')];
}

/** The CLI as a child process; what it prints goes to a log file. */
export function spawnSluice(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; logPath: string },
): ChildProcess {
  return spawnModule(new URL('../cli/main.ts', import.meta.url), args, options);
}

export function spawnModule(
  module: URL,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; logPath: string },
): ChildProcess {
  const log = openSync(options.logPath, 'a');
  return spawn(process.execPath, [...nodeCommand(module), ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
    stdio: ['ignore', log, log],
  });
}

export function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Ends a child: asked first, made to after a while. */
export async function endChild(child: ChildProcess, patienceMs = 15_000): Promise<void> {
  if (hasExited(child)) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended.finally(() => clearTimeout(timer));
}
