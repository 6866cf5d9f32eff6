import type { ApiClient } from '../client/api-client.js';
import { forceRollback } from '../client/force-rollback.js';
import { SluiceError } from '../domain/errors.js';
import type { Store } from '../ports/store.js';
import type { ForceRollback } from './commands.js';
import { keepForcedRollback } from './forced-rollbacks.js';
import { inTime } from './in-time.js';

export interface ForceSettings {
  readonly gatewayAdminUrls: readonly string[];
  /** What their admin listeners ask for. */
  readonly adminToken: string | null;
  /** How long gateways that can't be reached are tried. */
  readonly patienceMs?: number;
}

/** Gives all traffic of a service back to its baseline on the gateways themselves, and keeps that in the store. */
export function createForce(
  store: Store,
  { gatewayAdminUrls, adminToken, patienceMs = 5000 }: ForceSettings,
): ForceRollback {
  const api = apiOver(store);
  return async ({ service, reason, to }, who) => {
    const target = to === undefined ? {} : { to: { version: to } };
    const outcome = await forceRollback(
      { service, actor: who.subject, reason, ...target },
      { gatewayAdminUrls, adminToken, apiUrl: '', api, patienceMs },
    );
    const { route, gateways, ledger } = outcome;
    const set = gateways.filter(({ error }) => error === null).length;
    if (set === 0)
      throw new SluiceError(
        'GATEWAY_UNREACHABLE',
        `none of ${gateways.length} gateways took it: ${gateways[0]?.error ?? ''}`,
      );
    const kept = ledger.kind === 'read' ? 'recorded' : `not recorded: ${ledger.error}`;
    return `${route.baseline.version} serves all on ${set} of ${gateways.length} gateways from epoch ${route.epoch}; ${kept}`;
  };
}

/** The store, as whoever reaches it over HTTP sees it, its time-out included. */
function apiOver(store: Store): ApiClient {
  return {
    routes: async () => ({ routes: await inTime(store.latestRoutes()), clockOffsetMs: 0 }),
    rollout: (rolloutId) => inTime(store.rollout(rolloutId)),
    recordForcedRollback: (rollback) => inTime(keepForcedRollback(store, rollback)),
  };
}
