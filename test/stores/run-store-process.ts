import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { hasExited } from '../../src/process/child-process.js';

export interface StoreProcess {
  readonly pid: number;
  /** `open`, or the code and message of the error that ended it. */
  readonly said: string;
  /** Ends it as `kill -9` does, and waits until it is gone. */
  kill(): Promise<void>;
  /** Asks it to close its store and waits until it is gone. */
  end(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./store-process.ts', import.meta.url));

/** Starts a process that opens that store, and waits for its first line. */
export async function runStoreProcess(location: {
  readonly dataDir?: string;
  readonly databaseUrl?: string;
  /** Where given, one bucket of this service is appended. */
  readonly service?: string;
}): Promise<StoreProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, JSON.stringify(location)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const said = await firstLine(child);
  return {
    pid: child.pid!,
    said,
    kill: () => gone(child, () => child.kill('SIGKILL')),
    end: () => gone(child, () => child.stdin!.end()),
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  return `ended without a word`;
}

async function gone(child: ChildProcess, act: () => void): Promise<void> {
  if (hasExited(child)) return;
  const exit = once(child, 'exit');
  act();
  await exit;
}
