import { SluiceError } from '../src/domain/errors.js';
import { newestOf, type Route } from '../src/domain/route.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { Store } from '../src/ports/store.js';
import type { TrafficRouter } from '../src/ports/traffic-router.js';
import { newestRoute } from './newest-route.js';

export interface TrafficDeps {
  readonly router: TrafficRouter;
  readonly store: Store;
}

export const createTrafficActivities = ({ router, store }: TrafficDeps) => ({
  /**
   * Finds the newest epoch of a service, so that the rollout's own begin above it, and checks that what serves now is the
   * baseline the spec names. Changes nothing, but for the spec, which is kept from now on.
   * @param rolloutId absent in histories from before specs were kept
   * @throws {SluiceError} ROLLOUT_CONFLICT when another version serves; GATEWAY_UNREACHABLE when there are gateways that no change would reach
   */
  async claimService(spec: RolloutSpec, rolloutId?: string): Promise<{ epoch: number }> {
    const { service, baseline } = spec;
    const newest = await newestRoute({ router, store }, service, 'error');
    if (newest !== null && newest.baseline.version !== baseline.version)
      throw new SluiceError(
        'ROLLOUT_CONFLICT',
        `${service} serves ${newest.baseline.version} (epoch ${newest.epoch}), but the spec names ${baseline.version} as its baseline`,
      );
    const [unlisted] = (await router.unlisted?.()) ?? [];
    if (unlisted !== undefined)
      throw new SluiceError(
        'GATEWAY_UNREACHABLE',
        `gateway ${unlisted.gatewayId} at ${unlisted.url} is a peer of ${unlisted.namedBy}, and this worker's SLUICE_GATEWAYS does not name it: its users would see nothing of this rollout`,
      );
    if (rolloutId !== undefined) await store.record.saveSpec(rolloutId, spec);
    return { epoch: newest?.epoch ?? 0 };
  },

  /**
   * What a way back has to be above. Whoever is silent is not waited for: the gateways refuse what is too low, and it is asked again.
   * @throws what the gateways said, where the store is silent as well
   */
  async newestEpoch(service: string): Promise<number> {
    const [applied, kept] = await Promise.allSettled([router.readBack(service), store.latestRoute(service)]);
    if (applied.status === 'rejected' && kept.status === 'rejected') throw applied.reason;
    const routes = applied.status === 'fulfilled' ? applied.value.map(({ route }) => route) : [];
    if (kept.status === 'fulfilled' && kept.value !== null) routes.push(kept.value);
    return newestOf(routes)?.epoch ?? 0;
  },

  /** The newest route, where it gives all traffic to a version that is none of these; else null. */
  async takenOver(service: string, versions: readonly string[]): Promise<Route | null> {
    const newest = await newestRoute({ router, store }, service, 'error');
    const isThird = newest !== null && newest.candidate === null && !versions.includes(newest.baseline.version);
    return isThird ? newest : null;
  },

  /**
   * Applies an absolute route to every gateway and reads it back; a retry repeats the same state.
   * @param lapsedAfterMs after which a gateway that is gone counts as having lost its lease; absent: all must confirm
   */
  async setTraffic(route: Route, lapsedAfterMs?: number): Promise<{ gateways: number }> {
    return { gateways: (await router.apply(route, lapsedAfterMs)).length };
  },
});

export type TrafficActivities = ReturnType<typeof createTrafficActivities>;
