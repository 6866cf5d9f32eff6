import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { endChild, hasExited } from '../../src/process/child-process.js';

/** A process that is killed and started again. */
export interface Restartable {
  start(): void;
  /** As a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
  end(): Promise<void>;
}

export function restartable(name: string, spawn: () => ChildProcess): Restartable {
  let child: ChildProcess | null = null;
  return {
    start() {
      child = spawn();
    },
    async kill() {
      if (child === null || hasExited(child)) throw new Error(`${name} does not run: its log says why`);
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async end() {
      if (child !== null) await endChild(child);
    },
  };
}
