import { isPassing } from '../../client/passing.js';
import { readConfig } from '../../config.js';
import type { Decision } from '../../domain/decision.js';
import { describeError, SluiceError } from '../../domain/errors.js';
import { hasEnded } from '../../domain/rollout-state.js';
import type { Format } from '../output/formats.js';
import { plainText } from '../output/plain-text.js';
import { print, printLine } from '../output/print.js';
import { say } from '../output/say.js';
import { styleOf } from '../output/style.js';
import { shortTime } from '../output/time-text.js';
import { historyLine, renderHistory } from '../render-history.js';
import { openStoreReader, type StoredRollout, type StoreReader } from '../source/store-reader.js';

export interface HistoryOptions {
  readonly follow?: boolean;
  /** Milliseconds; of `--follow`. */
  readonly timeout: number;
  readonly output: Format;
}

const LOOK_MS = 1000;

/** The decision ledger of a rollout, or of the newest one of a service. It is the store's alone, so it is there while nothing else is. */
export async function history(name: string, { follow = false, timeout, output }: HistoryOptions): Promise<void> {
  const store = openStoreReader(readConfig());
  try {
    const { state } = await rolloutOf(store, name);
    if (follow) return await followLedger(store, state.rolloutId, { timeout, output });
    const { decisions } = await ledger(store, state.rolloutId);
    const style = styleOf(process.stdout);
    print(output, {
      data: decisions,
      names: decisions.map(({ rolloutId, sequence }) => `${rolloutId}/${sequence}`),
      table: () => renderHistory(decisions, style),
      wide: () => renderHistory(decisions, style, true),
    });
    if (output === 'table') say(plainText(`${state.rolloutId} is ${state.status}: ${state.reason}`));
  } finally {
    await store.close();
  }
}

/** @throws {SluiceError} NOT_FOUND */
async function rolloutOf(store: StoreReader, name: string): Promise<StoredRollout> {
  const found = (await store.rollout(name)) ?? (await store.newest(name));
  if (found !== null) return found;
  throw new SluiceError('NOT_FOUND', `${name} is neither a rollout nor a service with one, as far as the store knows`);
}

interface Ledger {
  readonly decisions: readonly Decision[];
  /** Of the last page: what comes next comes after it. */
  readonly cursor: string | undefined;
}

async function ledger(store: StoreReader, rolloutId: string, from?: string): Promise<Ledger> {
  const decisions: Decision[] = [];
  for (let cursor = from; ; ) {
    const page = await store.decisions(rolloutId, cursor);
    decisions.push(...page.decisions);
    if (page.next === null) return { decisions, cursor };
    cursor = page.next;
  }
}

/** To its end, and until nothing more is written down after that. @throws {SluiceError} TIMEOUT */
async function followLedger(
  store: StoreReader,
  rolloutId: string,
  { timeout, output }: Pick<HistoryOptions, 'timeout' | 'output'>,
): Promise<void> {
  const deadline = performance.now() + timeout;
  // Not by their numbers: an impact analysis writes below what was forced before it.
  const told = new Set<number>();
  let [cursor, isOver]: [string | undefined, boolean] = [undefined, false];
  for (let isLost = false; ; ) {
    try {
      const read = await ledger(store, rolloutId, cursor);
      cursor = read.cursor;
      const added = read.decisions.filter(({ sequence }) => !told.has(sequence));
      for (const decision of added) {
        tell(decision, output);
        told.add(decision.sequence);
      }
      if (isOver && added.length === 0) return;
      const now = await store.rollout(rolloutId);
      isOver = now !== null && hasEnded(now.state.status);
      isLost = false;
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (!isLost) say(`! nothing heard: ${describeError(error)}`);
      isLost = true;
    }
    if (performance.now() > deadline)
      throw new SluiceError('TIMEOUT', `${rolloutId} has not ended after ${shortTime(timeout)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function tell(decision: Decision, output: Format): void {
  if (output === 'json' || output === 'yaml') return printLine(decision);
  if (output === 'name') return void process.stdout.write(`${decision.rolloutId}/${decision.sequence}\n`);
  process.stdout.write(`${plainText(historyLine(decision))}\n`);
}
