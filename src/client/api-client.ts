import axios, { type AxiosResponse } from 'axios';
import { describeError, SluiceError } from '../domain/errors.js';
import type { ForcedRollback, RecordedRollback } from '../domain/forced-rollback.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { Route } from '../domain/route.js';
import { clockOffsetMs } from '../traffic/clock-offset.js';

export interface ApiClientOptions {
  readonly apiUrl: string;
  /** What the gateways' admin listeners and the api's guarded endpoints ask for. */
  readonly adminToken: string | null;
  /** Of one call. */
  readonly timeoutMs: number;
}

/** The newest wanted route of each service. */
export interface WantedRoutes {
  readonly routes: readonly Route[];
  /** How far the api's clock is ahead of ours; null where it does not say. */
  readonly clockOffsetMs: number | null;
}

/** The store, as whoever holds no database connection reaches it. Every call may throw {SluiceError} STORE_UNAVAILABLE, with what the api said. */
export interface ApiClient {
  routes(): Promise<WantedRoutes>;
  /** @returns null where nothing is recorded of it */
  rollout(rolloutId: string): Promise<RolloutState | null>;
  recordForcedRollback(rollback: ForcedRollback): Promise<RecordedRollback>;
}

export function createApiClient({ apiUrl, adminToken, timeoutMs }: ApiClientOptions): ApiClient {
  const http = axios.create({
    baseURL: apiUrl,
    timeout: timeoutMs,
    proxy: false,
    maxRedirects: 0,
    validateStatus: () => true,
    ...(adminToken === null ? {} : { headers: { authorization: `Bearer ${adminToken}` } }),
  });
  return {
    async routes() {
      const routes: Route[] = [];
      let offset: number | null = null;
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const sentAt = Date.now();
        const params = cursor === undefined ? {} : { cursor };
        const { data, headers } = await ask(() => http.get<RoutePage>('/v1/routes', { params }), [200]);
        if (!Array.isArray(data.routes)) throw new SluiceError('STORE_UNAVAILABLE', 'not an answer of the api');
        routes.push(...(data.routes as Route[]));
        offset ??= clockOffsetMs(headers['date'], sentAt, Date.now());
        // An api of before pages has all of them in one.
        cursor = typeof data.next === 'string' ? data.next : null;
      }
      return { routes, clockOffsetMs: offset };
    },
    async rollout(rolloutId) {
      const { status, data } = await ask(() => http.get<RolloutState>(`/v1/rollouts/${rolloutId}`), [200, 404]);
      return status === 404 ? null : data;
    },
    async recordForcedRollback(rollback) {
      return (await ask(() => http.post<RecordedRollback>('/v1/forced-rollbacks', rollback), [201])).data;
    },
  };
}

/** Not checked yet. */
interface RoutePage {
  readonly routes?: unknown;
  readonly next?: unknown;
}

async function ask<T>(
  request: () => Promise<AxiosResponse<T>>,
  expected: readonly number[],
): Promise<AxiosResponse<T>> {
  const answer = await request().catch((error: unknown) => {
    throw new SluiceError('STORE_UNAVAILABLE', describeError(error), { cause: error });
  });
  if (expected.includes(answer.status)) return answer;
  const { detail } = (answer.data ?? {}) as { detail?: unknown };
  const said = typeof detail === 'string' ? detail : 'not an answer of the api';
  throw new SluiceError('STORE_UNAVAILABLE', `status ${answer.status}: ${said}`);
}
