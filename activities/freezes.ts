import { Context } from '@temporalio/activity';
import { describeError, SluiceError } from '../src/domain/errors.js';
import { type Freeze, type Hold, holdSignature } from '../src/domain/freeze.js';
import type { Windows } from '../src/domain/spec/windows.js';
import { holdOf } from '../src/freezes/hold.js';
import type { Store } from '../src/ports/store.js';

const POLL_MS = 2000;
/** A store that does not answer at all must not keep the heartbeat waiting. */
const ANSWER_MS = 5000;
/** Of one service at once; further ones would hold it no less. */
const MOST_FREEZES = 50;

const UNREADABLE: Hold = { until: null, reason: 'freezes can not be read: the store does not answer', ids: [] };

export interface FreezeQuestion {
  readonly service: string;
  /** Of the spec; null where it has none. */
  readonly windows: Windows | null;
  /** Waits at most this long for another answer. */
  readonly waitMs: number;
  /** `holdSignature` of what the workflow knows already; the empty text where it knows nothing. */
  readonly known: string;
}

export interface FreezeActivityDeps {
  readonly store: Store;
  /** Ms since 1970. Freezes of the store go by the store's own clock. */
  readonly now?: () => number;
}

export const createFreezeActivities = ({ store, now = Date.now }: FreezeActivityDeps) => ({
  /**
   * Waits until a service is free to move forward. Returns at once when it is, or when it is held otherwise than the
   * workflow knows; else when that changes, or at the end of `waitMs`, with what holds it still. While the store can't
   * say, it is held. Heartbeats; cancellation ends the sleep.
   */
  async untilFree(question: FreezeQuestion): Promise<{ held: Hold | null }> {
    const end = performance.now() + question.waitMs;
    let cause: string | null = null;
    for (;;) {
      const read = await readFreezes(store, question.service);
      // Once for each cause: a store may be away for hours.
      if (read.cause !== null && read.cause !== cause) Context.current().log.warn('freezes can not be read', read);
      cause = read.cause;
      const held = read.freezes === null ? UNREADABLE : holdOf(question.windows, read.freezes, now());
      Context.current().heartbeat();
      const leftMs = end - performance.now();
      if (held === null || holdSignature(held) !== question.known || leftMs <= 0) return { held };
      const toOpening = held.until === null ? POLL_MS : Math.max(1, Date.parse(held.until) - now());
      await Context.current().sleep(Math.min(POLL_MS, leftMs, toOpening));
    }
  },
});

export type FreezeActivities = ReturnType<typeof createFreezeActivities>;

type Read =
  | { readonly freezes: readonly Freeze[]; readonly cause: null }
  | { readonly freezes: null; readonly cause: string };

/** @returns the cause where the store does not answer; a defect of ours is thrown, and the activity tried again */
async function readFreezes(store: Store, service: string): Promise<Read> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new SluiceError('STORE_UNAVAILABLE', `no answer within ${ANSWER_MS} ms`);
    timer = setTimeout(() => reject(error), ANSWER_MS);
  });
  try {
    const asked = store.freezes({ service, activeAt: 'now', limit: MOST_FREEZES });
    return { freezes: await Promise.race([asked, late]), cause: null };
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'STORE_UNAVAILABLE') throw error;
    return { freezes: null, cause: describeError(error) };
  } finally {
    clearTimeout(timer);
  }
}
