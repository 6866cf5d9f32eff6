import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../../domain/errors.js';
import type { Prediction, Row } from '../../ports/model-server.js';
import { nodeCommand } from '../../process/child-process.js';
import { CHANNEL_FD, type FromValidator, fromValidator, readLines, say } from './channel.js';
import type { ValidatorSummary } from './contract.js';
import { type Found, readOutcome } from './outcome.js';
import { OutputTail } from './output-tail.js';

/** A module, and what it may ask. */
export interface ModuleRun {
  /** The real path of a file. */
  readonly module: string;
  readonly summary: ValidatorSummary;
  /** For all of it, the start of the process included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  infer(arm: 'candidate' | 'baseline', rows: readonly Row[]): Promise<{ predictions: Prediction[]; latencyMs: number }>;
}

export interface ModuleFound {
  readonly found: Found;
  /** The end of what it printed. */
  readonly output: string;
}

const HEAP_MB = 512;
const MOST_CALLS = 1000;
const MOST_ROWS = 1000;
/** 1,000 rows of 1,000 numbers. */
const LONGEST_LINE = 32 * 2 ** 20;
/** For what a process has said before its end to be heard. */
const LAST_WORDS_MS = 300;

/**
 * Runs a module in a process of its own: what it throws, hangs in, exits by or fills with memory harms nobody else. The process gets nothing of this
 * one's environment but PATH, HOME and TZ, and is ended with all that it has started.
 * @throws the signal's reason, once it is aborted
 */
export async function runModule(run: ModuleRun): Promise<ModuleFound> {
  run.signal.throwIfAborted();
  const { child, channel } = startProcess(run.module);
  const output = new OutputTail(child.stdout, child.stderr);
  const over = new AbortController();
  const ends = AbortSignal.any([over.signal, run.signal]);
  const limit = sleep(run.timeoutMs, { fault: `no verdict within ${run.timeoutMs} ms` }, { signal: ends });
  try {
    const ended = endOf(child, output);
    const said = converse(channel, run).catch((error: unknown) => ({ fault: describeError(error) }));
    const found = await Promise.race([said.then((one) => one ?? ended), ended, limit]);
    return { found, output: output.text };
  } catch (error) {
    run.signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
    endAll(child);
    channel.destroy();
  }
}

function startProcess(module: string) {
  const { PATH, HOME, TZ } = process.env;
  const given = Object.entries({ PATH, HOME, TZ }).filter(([, value]) => value !== undefined);
  const own = nodeCommand(new URL('./validator-process.ts', import.meta.url));
  const isLoaded = own.includes('--import') || !module.endsWith('.ts');
  const loader = isLoaded ? [] : ['--import', import.meta.resolve('tsx')];
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, ...loader, ...own, String(process.pid)], {
    env: Object.fromEntries(given),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own, so that its children can be ended with it.
    detached: true,
  });
  const channel = child.stdio[CHANNEL_FD] as Socket;
  // What is written to a process that has ended is lost, and that it has ended is seen elsewhere.
  channel.on('error', () => undefined);
  return { child, channel };
}

/** @returns what it has found; null where the process says no more */
async function converse(channel: Socket, run: ModuleRun): Promise<Found | null> {
  const { module, summary } = run;
  say(channel, { kind: 'start', module, summary });
  let calls = 0;
  for await (const line of readLines(channel, LONGEST_LINE)) {
    const message = read(line);
    if (message === null) return { fault: 'it wrote to the channel of its process what is no message' };
    if (message.kind === 'done') return readOutcome(message.outcome);
    if (message.kind === 'thrown') return { fault: `it threw: ${message.message}` };
    calls += 1;
    await answer(channel, run, message, calls);
  }
  return null;
}

function read(line: string): FromValidator | null {
  try {
    return fromValidator.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

async function answer(channel: Socket, run: ModuleRun, message: FromValidator & { kind: 'infer' }, calls: number) {
  const { id, arm, rows } = message;
  const refuse = (code: string, why: string) => say(channel, { kind: 'refused', id, code, message: why });
  if (calls > MOST_CALLS) return refuse('USAGE', `more than ${MOST_CALLS} calls`);
  if (rows.length > MOST_ROWS) return refuse('USAGE', `${rows.length} rows in a call, at most ${MOST_ROWS}`);
  try {
    const { predictions, latencyMs } = await run.infer(arm, rows);
    say(channel, { kind: 'predictions', id, predictions, latencyMs });
  } catch (error) {
    const { code } = error as { code?: unknown };
    refuse(typeof code === 'string' ? code : 'UNKNOWN', describeError(error));
  }
}

/** How the process ended by itself. */
async function endOf(child: ChildProcess, output: OutputTail): Promise<Found> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await sleep(LAST_WORDS_MS);
    return { fault: endingReason(code, signal, output.text) };
  } catch (error) {
    return { fault: `its process did not start: ${describeError(error)}` };
  }
}

function endingReason(code: number | null, signal: NodeJS.Signals | null, output: string): string {
  if (/heap out of memory/.test(output)) return `its process ran out of its ${HEAP_MB} MB of heap`;
  const over = /more than \d+ MB of memory$/.exec(output.trimEnd());
  if (over !== null) return `its process took ${over[0]}`;
  return `its process ended by ${signal ?? `exit code ${code}`} before it gave a verdict`;
}

function endAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No group any more: all of it has ended.
  }
}
