import { SluiceError } from '../src/domain/errors.js';
import { newestOf, type Route } from '../src/domain/route.js';
import type { Store } from '../src/ports/store.js';
import type { TrafficRouter } from '../src/ports/traffic-router.js';

export interface RouteSources {
  readonly router: TrafficRouter;
  readonly store: Store;
}

/**
 * Over what the gateways do and what the store wants: after a crash either may be ahead.
 * @param silence of the gateways: an error, or nothing said, so that the store's word is enough
 */
export async function newestRoute(
  { router, store }: RouteSources,
  service: string,
  silence: 'error' | 'nothing',
): Promise<Route | null> {
  const applied = await router.readBack(service).catch((error: unknown) => {
    if (silence === 'nothing' && error instanceof SluiceError && error.code === 'GATEWAY_UNREACHABLE') return [];
    throw error;
  });
  const kept = await store.latestRoute(service);
  return newestOf([...applied.map(({ route }) => route), ...(kept === null ? [] : [kept])]);
}
