import type { DecisionPage, RolloutDetail, RolloutPage } from '../../api/schema/rollout.js';
import type { Config } from '../../config.js';
import { SluiceError } from '../../domain/errors.js';
import type { Route } from '../../domain/route.js';
import type { RolloutQuery, SluiceClient } from '../../sdk/index.js';
import { withApi } from '../with-api.js';

/** Which rollouts to list. */
export type ListFilter = Pick<RolloutQuery, 'service' | 'status' | 'search' | 'needsMe' | 'active'>;

export type StoredRollout = Pick<RolloutDetail, 'spec' | 'links'> & { readonly state: RolloutDetail };

/** What the store keeps of rollouts: it answers while neither Temporal nor a worker does. */
export interface StoreReader {
  /** @param cursor of the page before */
  page(filter: ListFilter, limit: number, cursor?: string): Promise<RolloutPage>;
  /** @returns null where it is not recorded */
  rollout(rolloutId: string): Promise<StoredRollout | null>;
  /** @returns null where no rollout of the service is recorded */
  newest(service: string): Promise<StoredRollout | null>;
  /** In the order they were made. */
  decisions(rolloutId: string, cursor?: string): Promise<DecisionPage>;
  /** What gateways were told last; null: nothing ever. */
  route(service: string): Promise<Route | null>;
  close(): Promise<void>;
}

/** Over the api, and where that does not answer over DATABASE_URL, which whoever runs workers has. */
export function openStoreReader({ databaseUrl }: Pick<Config, 'databaseUrl'>, timeoutMs = 5000): StoreReader {
  const api = apiReader(timeoutMs);
  if (databaseUrl === null) return api;
  let database: StoreReader | null = null;
  const either = async <T>(ask: (reader: StoreReader) => Promise<T>): Promise<T> => {
    if (database !== null) return ask(database);
    try {
      return await ask(api);
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'STORE_UNAVAILABLE') throw error;
      // Loaded where the api does not answer: it brings the whole store along.
      const { openDatabaseReader } = await import('./database-reader.js');
      database ??= openDatabaseReader(databaseUrl);
      return ask(database);
    }
  };
  return {
    page: (...args) => either((reader) => reader.page(...args)),
    rollout: (id) => either((reader) => reader.rollout(id)),
    newest: (service) => either((reader) => reader.newest(service)),
    decisions: (...args) => either((reader) => reader.decisions(...args)),
    route: (service) => either((reader) => reader.route(service)),
    close: async () => database?.close(),
  };
}

function apiReader(timeoutMs: number): StoreReader {
  const ask = <T>(question: (api: SluiceClient) => Promise<T>) => withApi(question, timeoutMs);
  const rollout = async (rolloutId: string): Promise<StoredRollout | null> => {
    const state = await orNull(ask((api) => api.getRollout(rolloutId)));
    return state === null ? null : { state, spec: state.spec, links: state.links };
  };
  return {
    page: (filter, limit, cursor) => ask((api) => api.listRollouts({ ...asked(filter), limit, cursor })),
    rollout,
    async newest(service) {
      const { items } = await ask((api) => api.listRollouts({ service, limit: 1 }));
      return items[0] === undefined ? null : rollout(items[0].rolloutId);
    },
    decisions: (rolloutId, cursor) => ask((api) => api.listDecisions(rolloutId, { limit: 1000, cursor })),
    async route(service) {
      const answer = await orNull(ask((api) => api.getRoute(service)));
      return answer?.route ?? null;
    },
    close: async () => {},
  };
}

/** A flag that is not set is not sent. */
function asked({ needsMe, active, ...rest }: ListFilter): ListFilter {
  return { ...rest, needsMe: needsMe || undefined, active: active || undefined };
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    // A name that can not be a rollout's is none.
    if (error instanceof SluiceError && (error.code === 'NOT_FOUND' || error.code === 'USAGE')) return null;
    throw error;
  }
}
