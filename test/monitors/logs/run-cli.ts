import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { nodeCommand } from '../../../src/process/child-process.js';

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in a process of its own, with this as its standard input. */
export async function runCli(args: readonly string[], input: string): Promise<CliRun> {
  const command = nodeCommand(new URL('../../../src/cli/main.ts', import.meta.url));
  const child = spawn(process.execPath, [...command, ...args]);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, stdout, stderr };
}
