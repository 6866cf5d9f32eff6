import { SluiceError } from '../src/domain/errors.js';
import type { Route } from '../src/domain/route.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { Store } from '../src/ports/store.js';
import type { TrafficRouter } from '../src/ports/traffic-router.js';

export interface TrafficDeps {
  readonly router: TrafficRouter;
  readonly store: Store;
}

export const createTrafficActivities = ({ router, store }: TrafficDeps) => ({
  /**
   * Finds the newest epoch of a service, so that the rollout's own begin above it, and checks that what serves now is the
   * baseline the spec names. Changes nothing.
   * @throws {SluiceError} ROLLOUT_CONFLICT when another version serves
   */
  async claimService(spec: RolloutSpec): Promise<{ epoch: number }> {
    const applied = (await router.readBack(spec.service)).map(({ route }) => route);
    const kept = await store.latestRoute(spec.service);
    const routes = kept === null ? applied : [...applied, kept];
    const newest = routes.reduce<Route | null>((a, b) => (a === null || b.epoch > a.epoch ? b : a), null);
    if (newest !== null && newest.baseline.version !== spec.baseline.version)
      throw new SluiceError(
        'ROLLOUT_CONFLICT',
        `${spec.service} serves ${newest.baseline.version} (epoch ${newest.epoch}), but the spec names ${spec.baseline.version} as its baseline`,
      );
    return { epoch: newest?.epoch ?? 0 };
  },

  /** Applies an absolute route to every gateway and reads it back; a retry repeats the same state. */
  async setTraffic(route: Route): Promise<{ gateways: number }> {
    return { gateways: (await router.apply(route)).length };
  },
});

export type TrafficActivities = ReturnType<typeof createTrafficActivities>;
