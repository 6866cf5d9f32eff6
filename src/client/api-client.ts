import { describeError, SluiceError } from '../domain/errors.js';
import type { ForcedRollback, RecordedRollback } from '../domain/forced-rollback.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { Route } from '../domain/route.js';
import { everyOf, SluiceApiError, SluiceClient } from '../sdk/index.js';
import { clockOffsetMs } from '../traffic/clock-offset.js';
import { fetchAnywhere } from './fetch-anywhere.js';

type RoutePage = Awaited<ReturnType<SluiceClient['listRoutes']>>;

const NOT_OURS = 'not an answer of the api';

export interface ApiClientOptions {
  readonly apiUrl: string;
  /** What the gateways' admin listeners and the api's guarded endpoints ask for. */
  readonly token: string | null;
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

export function createApiClient({ apiUrl, token, timeoutMs }: ApiClientOptions): ApiClient {
  const clientOver = (fetch: typeof fetchAnywhere) =>
    new SluiceClient({ url: apiUrl, token, timeoutMs, retries: 0, fetch });
  const api = clientOver(fetchAnywhere);
  return {
    async routes() {
      let offset: number | null = null;
      const timed = clientOver(async (url, init) => {
        const sentAt = Date.now();
        const answer = await fetchAnywhere(url, init);
        offset ??= clockOffsetMs(answer.headers.get('date'), sentAt, Date.now());
        return answer;
      });
      const routes: Route[] = [];
      const pages = everyOf(
        (paging) => ask(async () => readPage(await timed.listRoutes(paging))),
        (page) => page.routes,
      );
      for await (const route of pages) routes.push(route);
      return { routes, clockOffsetMs: offset };
    },
    rollout: (rolloutId) =>
      ask(() =>
        api.getRollout(rolloutId).catch((error: unknown) => {
          if (error instanceof SluiceApiError && error.status === 404) return null;
          throw error;
        }),
      ),
    recordForcedRollback: (rollback) => ask(() => api.recordForcedRollback(rollback)),
  };
}

function readPage({ routes, next }: Partial<RoutePage>): RoutePage {
  if (!Array.isArray(routes)) throw new SluiceError('STORE_UNAVAILABLE', NOT_OURS);
  // An api of before pages has all of them in one.
  return { routes, next: next ?? null };
}

/** Without the cause: it holds the request, and the token with it. */
async function ask<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof SluiceApiError)) throw error;
    throw new SluiceError('STORE_UNAVAILABLE', wordsOf(error));
  }
}

function wordsOf({ status, code, message, cause }: SluiceApiError): string {
  const said = code === 'UNREADABLE' ? NOT_OURS : message;
  if (status > 0) return `status ${status}: ${said}`;
  return code === 'UNREACHABLE' && cause !== undefined ? describeError(cause) : said;
}
