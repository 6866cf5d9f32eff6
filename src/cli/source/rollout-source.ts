import type { Client } from '@temporalio/client';
import { queryState, readImpact } from '../../client/read-state.js';
import { workerPresence } from '../../client/worker-presence.js';
import type { Config } from '../../config.js';
import { describeError, SluiceError } from '../../domain/errors.js';
import type { ImpactState } from '../../domain/impact-state.js';
import { hasEnded, type RolloutState } from '../../domain/rollout-state.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import { temporalSettings } from '../../temporal/connection.js';
import { type LazyLink, openLazyLink } from '../../temporal/lazy-link.js';
import { ageOf } from '../output/time-text.js';
import { openStoreReader, type StoredRollout, type StoreReader } from './store-reader.js';

/** One look at a rollout. */
export interface SeenRollout {
  readonly state: RolloutState;
  /** Null where it could not be had: then steps are shown by number only. */
  readonly spec: RolloutSpec | null;
  readonly impact: ImpactState | null;
  /** `store`: as it was when last recorded. */
  readonly source: 'workflow' | 'store';
  readonly runId: string | null;
  /** Its history in the Web UI, where the api knows of one. */
  readonly webUi: string | null;
  /** One line: why it is not what the workflow says now, and how old it is; null where it is. */
  readonly note: string | null;
}

export interface RolloutSource {
  /**
   * @param rolloutId of that rollout, and of no other; absent: of the service's newest
   * @throws {SluiceError} NOT_FOUND; NO_WORKER, TEMPORAL_UNAVAILABLE where the store can't help either
   */
  see(service: string, rolloutId?: string): Promise<SeenRollout>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 3000;
/** How long a server that did not answer is left alone. */
const RECONNECT_AFTER_MS = 10_000;
/** A spec is a nicety: nobody waits long for it. */
const SPEC_TIMEOUT_MS = 1500;

/** Temporal first, the store where it or its workers do not answer. */
export function openRolloutSource(
  config: Config,
  temporal: LazyLink = openLazyLink(temporalSettings, {
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    retryAfterMs: RECONNECT_AFTER_MS,
  }),
): RolloutSource {
  const store = openStoreReader(config);
  const specs = specCache(config);
  return {
    async see(service, rolloutId) {
      let newest: SeenRollout;
      try {
        newest = await seeWorkflow(await temporal.client(), service, (id) => specs.of(id));
      } catch (error) {
        return seeStored(store, { service, rolloutId }, error);
      }
      const isMeant = rolloutId === undefined || newest.state.rolloutId === rolloutId;
      return isMeant ? newest : seeEarlier(store, rolloutId, newest.state.rolloutId);
    },
    close: async () => void (await Promise.all([temporal.close(), store.close(), specs.close()])),
  };
}

async function seeWorkflow(
  client: Client,
  service: string,
  storedOf: (rolloutId: string) => Promise<StoredRollout | null>,
): Promise<SeenRollout> {
  try {
    const { state, runId } = await queryState(client, service);
    const [stored, impact] = await Promise.all([
      storedOf(state.rolloutId),
      hasEnded(state.status) ? readImpact(client, state) : null,
    ]);
    const { spec = null, links } = stored ?? {};
    return { state, spec, impact, source: 'workflow', runId, webUi: links?.webUi ?? null, note: null };
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'NO_WORKER') throw error;
    const presence = await workerPresence(client);
    throw new SluiceError('NO_WORKER', `${error.message}${presence === null ? '' : `: ${presence}`}`, { cause: error });
  }
}

/** One that a newer one has followed: Temporal speaks of that one. @throws {SluiceError} NOT_FOUND; STORE_UNAVAILABLE */
async function seeEarlier(store: StoreReader, rolloutId: string, newer: string): Promise<SeenRollout> {
  const stored = await store.rollout(rolloutId);
  if (stored === null)
    throw new SluiceError('NOT_FOUND', `${newer} has followed it, and the store knows nothing of ${rolloutId}`);
  return asStored(stored, `${newer} has followed it; ${recordedText(stored)}`);
}

interface Wanted {
  readonly service: string;
  readonly rolloutId: string | undefined;
}

/** @param why what Temporal said, or did not */
async function seeStored(store: StoreReader, { service, rolloutId }: Wanted, why: unknown): Promise<SeenRollout> {
  if (!(why instanceof SluiceError) || !['NOT_FOUND', 'NO_WORKER', 'TEMPORAL_UNAVAILABLE'].includes(why.code))
    throw why;
  let stored: StoredRollout | null;
  try {
    stored = await (rolloutId === undefined ? store.newest(service) : store.rollout(rolloutId));
  } catch (error) {
    if (why.code === 'NOT_FOUND') throw why;
    throw new SluiceError(why.code, `${why.message}; and of the store: ${describeError(error)}`);
  }
  if (stored === null) {
    if (why.code === 'NOT_FOUND') throw why;
    const unknown = rolloutId === undefined ? `of no rollout of ${service}` : `nothing of ${rolloutId}`;
    throw new SluiceError(why.code, `${why.message}; and the store knows ${unknown}`);
  }
  // Temporal keeps histories for a while only, the store for ever.
  return asStored(stored, why.code === 'NOT_FOUND' ? null : `${describeError(why)}; ${recordedText(stored)}`);
}

function asStored({ state, spec, links }: StoredRollout, note: string | null): SeenRollout {
  return { state, spec, impact: null, source: 'store', runId: null, webUi: links.webUi, note };
}

function recordedText({ state: { updatedAt } }: StoredRollout): string {
  return `this is the view recorded ${ageOf(updatedAt, Date.now())} ago, at ${updatedAt}`;
}

/** What the store has of a rollout beside its state never changes: it is asked once, and again only where it did not answer. */
function specCache(config: Config) {
  const reader = openStoreReader({ ...config, databaseUrl: null }, SPEC_TIMEOUT_MS);
  const known = new Map<string, StoredRollout>();
  let silentUntil = 0;
  return {
    async of(rolloutId: string): Promise<StoredRollout | null> {
      const kept = known.get(rolloutId);
      if (kept !== undefined) return kept;
      if (performance.now() < silentUntil) return null;
      try {
        const found = await reader.rollout(rolloutId);
        if (found?.spec) known.set(rolloutId, found);
        return found;
      } catch {
        silentUntil = performance.now() + RECONNECT_AFTER_MS;
        return null;
      }
    },
    close: () => reader.close(),
  };
}
