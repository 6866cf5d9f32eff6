import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../domain/errors.js';
import type { Inference, ModelServer, Row } from '../ports/model-server.js';

export interface Patience {
  /** How long a server that is away is waited for. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** A server that says it is ready and fails the same rows again and again has no use for more of our patience. */
const MOST_FAILURES = 4;

/**
 * Asks until there is an answer: a server that is started anew is waited for, with the same rows.
 * @throws {SluiceError} MODEL_UNREACHABLE once the patience is at its end; MODEL_ANSWER_INVALID, DATASET_INVALID at once
 */
export async function inferPatiently(
  server: ModelServer,
  rows: readonly Row[],
  columns: readonly string[],
  { patienceMs, signal }: Patience,
): Promise<Inference> {
  let giveUpAt: number | null = null;
  for (let failures = 1; ; failures += 1) {
    try {
      return await server.infer(rows, columns);
    } catch (error) {
      if (!isAway(error) || failures >= MOST_FAILURES) throw error;
      giveUpAt ??= performance.now() + patienceMs;
      if (!(await returns(server, giveUpAt, signal, FIRST_PAUSE_MS * 2 ** (failures - 1)))) throw error;
    }
  }
}

/** Whether it says that it is ready before the time is up. */
async function returns(
  server: ModelServer,
  giveUpAt: number,
  signal: AbortSignal,
  firstPauseMs: number,
): Promise<boolean> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const leftMs = giveUpAt - performance.now();
    if (leftMs <= 0) return false;
    await pause(Math.min(pauseMs, leftMs), signal);
    try {
      await server.assertReady();
      return true;
    } catch (error) {
      if (!isAway(error)) throw error;
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** What may pass by itself: a server that does not answer, or not yet. */
export function isAway(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.code === 'MODEL_UNREACHABLE';
}
