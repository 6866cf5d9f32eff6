import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Route } from '../../src/domain/route.js';
import type { TrafficRouter } from '../../src/ports/traffic-router.js';

/** A driver before what it moves traffic of, which knows nothing of a rollout yet. */
export interface RouterStage {
  readonly router: TrafficRouter;
  /** The same driver, with an address at which nobody answers. */
  readonly deaf: TrafficRouter;
  /** Of a service that is known; version v2 on trial, epoch 1. */
  route(over: Partial<Route>): Route;
  close(): Promise<unknown>;
}

const TRIP = { at: '2026-11-21T10:00:00.000Z', reason: '10 of 10 failed', gatewayId: 'g7' };

/** What every driver of `TrafficRouter` is held to. */
export function routerContract(name: string, open: () => Promise<RouterStage>): void {
  describe(`${name} keeps the contract of a router`, () => {
    let stage: RouterStage;
    beforeEach(async () => {
      stage = await open();
    });
    afterEach(() => stage.close());

    test('what was applied is read back, and what nobody knows is not', async () => {
      const route = stage.route({ weightPercent: 30 });
      const confirmed = [{ route, effectiveWeightPercent: 30, effectiveShadowPercent: 0, trip: null }];
      expect(await stage.router.apply(route)).toMatchObject(confirmed);
      expect(await stage.router.readBack(route.service)).toMatchObject(confirmed);
      expect(await stage.router.readBack('unknown')).toEqual([]);
    });

    test('an older epoch is refused, and changes nothing', async () => {
      await stage.router.apply(stage.route({ epoch: 3, weightPercent: 50 }));
      await expect(stage.router.apply(stage.route({ epoch: 2, weightPercent: 80 }))).rejects.toMatchObject({
        code: 'EPOCH_STALE',
      });
      expect(await stage.router.readBack('digits')).toMatchObject([
        { route: { epoch: 3 }, effectiveWeightPercent: 50 },
      ]);
    });

    test('a lease that nobody renews ends the trial, and the same route renews it', async () => {
      const route = stage.route({ weightPercent: 30, leaseMs: 2000 });
      await stage.router.apply(route);
      await sleep(1200);
      expect(await stage.router.apply(route)).toMatchObject([{ effectiveWeightPercent: 30 }]);
      await sleep(1200);
      expect(await stage.router.readBack('digits')).toMatchObject([{ effectiveWeightPercent: 30 }]);
      await sleep(1000);
      expect(await stage.router.readBack('digits')).toMatchObject([{ effectiveWeightPercent: 0, leaseRemainingMs: 0 }]);
    });

    test('one version that serves all has no lease', async () => {
      const stable = { candidate: null, weightPercent: 0, leaseMs: null };
      const applied = [{ effectiveWeightPercent: 0, leaseRemainingMs: null }];
      expect(await stage.router.apply(stage.route(stable))).toMatchObject(applied);
    });

    test('a trip takes the candidate out until a newer epoch', async () => {
      const route = stage.route({ weightPercent: 30 });
      await stage.router.apply(route);
      await stage.router.trip(route, TRIP);
      expect(await stage.router.apply(route)).toMatchObject([{ trip: TRIP, effectiveWeightPercent: 0 }]);
      const newer = await stage.router.apply(stage.route({ epoch: 2, weightPercent: 30 }));
      expect(newer).toMatchObject([{ trip: null, effectiveWeightPercent: 30 }]);
    });

    test('a trip of an older epoch changes nothing', async () => {
      await stage.router.apply(stage.route({ epoch: 2, weightPercent: 30 }));
      await stage.router.trip(stage.route({ epoch: 1, weightPercent: 30 }), TRIP);
      expect(await stage.router.readBack('digits')).toMatchObject([{ trip: null, effectiveWeightPercent: 30 }]);
    });

    test('a trip that does not come ends the wait, as does whoever waited', async () => {
      const route = stage.route({ weightPercent: 30 });
      await stage.router.apply(route);
      expect(await stage.router.untilTripped(route, 50, new AbortController().signal)).toBeNull();
      const asking = new AbortController();
      const heard = stage.router.untilTripped(route, 60_000, asking.signal);
      asking.abort();
      expect(await heard).toBeNull();
    });

    test('silence is no confirmation, and not the same as nothing known', async () => {
      const code = { code: 'GATEWAY_UNREACHABLE' };
      await expect(stage.deaf.apply(stage.route({}))).rejects.toMatchObject(code);
      await expect(stage.deaf.readBack('digits')).rejects.toMatchObject(code);
    });
  });
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
