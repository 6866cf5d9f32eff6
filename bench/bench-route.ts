import type { Route } from '../src/domain/route.js';
import { BACKEND_PORT } from './gateway-peers.js';

/** A route of the service that the gateway's benches ask, both versions at the same backend. */
export function benchRoute(over: Partial<Route> & Pick<Route, 'epoch'>): Route {
  return {
    service: 'digits',
    protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
    rolloutId: 'bench',
    salt: 'bench',
    baseline: { version: 'v1', url: `http://127.0.0.1:${BACKEND_PORT}` },
    candidate: { version: 'v2', url: `http://127.0.0.1:${BACKEND_PORT}` },
    weightPercent: 0,
    shadowPercent: 0,
    leaseMs: 3_600_000,
    ...over,
  };
}
