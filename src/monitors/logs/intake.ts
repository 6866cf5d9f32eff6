import { DAY_MS } from '../../domain/duration.js';
import { LOG_RETENTION_DAYS, type LogLine } from '../../domain/log-line.js';
import type { LogStore } from '../../ports/log-store.js';
import { BatchBuilder } from './batch-builder.js';
import { readLine } from './read-line.js';
import { splitLines } from './split-lines.js';
import { type MinerOptions, TemplateMiner } from './template-miner.js';

/** Services whose templates are held at once. */
const MOST_SERVICES = 200;
/** Templates that a new process takes over from the store. */
const MOST_RESTORED = 2000;
/** Lines in a row before others get their turn. */
const LINES_AT_ONCE = 2000;
/** What clocks of hosts may differ by. */
const MOST_AHEAD_MS = 5 * 60_000;

/** A piece of somebody's log. */
interface LogDelivery {
  readonly service: string;
  /** Empty: the lines say it, or nobody knows. */
  readonly version: string;
  readonly key: { readonly source: string; readonly sequence: number } | null;
  /** NDJSON or plain text. */
  readonly body: Buffer;
  /** ISO. */
  readonly receivedAt: string;
}

/** What became of the lines of a delivery. */
export interface LogReceipt {
  /** False where the same delivery was added before. */
  readonly added: boolean;
  readonly lines: number;
  /** Cut lines are counted among `lines`. */
  readonly cut: number;
  readonly binary: number;
  /** Rests of the line before, such as stack traces, and lines without a message. */
  readonly skipped: number;
  /** Older than logs are kept: left out. */
  readonly tooOld: number;
  /** From a clock that is ahead: counted at the time they were received. */
  readonly ahead: number;
}

export interface LogIntake {
  /** @throws {SluiceError} STORE_UNAVAILABLE; the same delivery may be tried again */
  take(delivery: LogDelivery): Promise<LogReceipt>;
}

/** Whether names that a line gives are names. */
const SERVICE = /^[a-z0-9][a-z0-9-]{0,62}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Reads logs and adds what they come to to the store. One for a process: it holds the templates of its services. */
export function createLogIntake(store: LogStore, options: Partial<MinerOptions> = {}): LogIntake {
  const miners = new Map<string, Promise<TemplateMiner>>();
  const minerOf = (service: string): Promise<TemplateMiner> => {
    const known = miners.get(service);
    miners.delete(service);
    const miner = known ?? restored(store, service, options);
    miners.set(service, miner);
    // A store that is away now may be back for the next delivery.
    if (known === undefined) miner.catch(() => miners.delete(service));
    const [oldest] = miners.keys();
    if (miners.size > MOST_SERVICES && oldest !== undefined) miners.delete(oldest);
    return miner;
  };
  return {
    async take(delivery) {
      const counts = { lines: 0, cut: 0, binary: 0, skipped: 0, tooOld: 0, ahead: 0 };
      const batch = new BatchBuilder();
      const clock = clockOf(delivery.receivedAt);
      let read = 0;
      for (const raw of splitLines(delivery.body)) {
        read += 1;
        if (read % LINES_AT_ONCE === 0) await new Promise(setImmediate);
        const line = raw.kind === 'text' ? readLine(raw.text) : null;
        if (raw.kind === 'binary') counts.binary += 1;
        else if (line === null) counts.skipped += 1;
        else {
          const { at, is } = clock(line.at);
          if (is !== null) counts[is] += 1;
          if (is === 'tooOld') continue;
          counts.lines += 1;
          if (raw.isCut) counts.cut += 1;
          const place = placeOf(line, delivery);
          const template = (await minerOf(place.service)).add(line.message, Date.parse(delivery.receivedAt));
          batch.add({ ...place, at, level: line.level, message: line.message, template });
        }
      }
      return { added: await store.append(batch.build(delivery.key)), ...counts };
    },
  };
}

async function restored(store: LogStore, service: string, options: Partial<MinerOptions>): Promise<TemplateMiner> {
  const templates = await store.templates(service, MOST_RESTORED);
  return TemplateMiner.from({ templates: templates.toReversed(), others: 0, evicted: 0 }, options);
}

/** What a gateway's line says of itself goes before what the sender says of all. */
function placeOf(line: LogLine, delivery: LogDelivery): { service: string; version: string } {
  return {
    service: line.service !== null && SERVICE.test(line.service) ? line.service : delivery.service,
    version: line.version !== null && VERSION.test(line.version) ? line.version : delivery.version,
  };
}

function clockOf(receivedAt: string): (at: string | null) => { at: string; is: 'tooOld' | 'ahead' | null } {
  const now = Date.parse(receivedAt);
  const oldest = now - LOG_RETENTION_DAYS * DAY_MS;
  return (at) => {
    if (at === null) return { at: receivedAt, is: null };
    const ms = Date.parse(at);
    if (ms < oldest) return { at, is: 'tooOld' };
    return ms > now + MOST_AHEAD_MS ? { at: receivedAt, is: 'ahead' } : { at, is: null };
  };
}
