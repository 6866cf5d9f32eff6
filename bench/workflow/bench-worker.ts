import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { endChild, nodeCommand } from '../../src/process/child-process.js';
import { memoryMb } from '../processes.js';
import type { WorldEvent } from './fast-world.js';

/** A worker process and what it tells. */
export interface BenchWorker {
  onEvent(hear: (event: WorldEvent) => void): void;
  memoryMb(): number;
  end(): Promise<void>;
}

export async function startBenchWorker(address: string, kind: 'rollouts' | 'bare'): Promise<BenchWorker> {
  const command = [...nodeCommand(new URL('./worker-process.ts', import.meta.url)), address, kind];
  const child: ChildProcess = spawn(process.execPath, command, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const died = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the worker ended with code ${code}`)));
  died.catch(() => undefined);
  await Promise.race([once(child, 'message'), died]);
  return {
    onEvent: (hear) => void child.on('message', hear),
    memoryMb: () => memoryMb(child.pid ?? 0),
    end: () => endChild(child),
  };
}
