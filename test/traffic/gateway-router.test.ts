import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createGatewayRouter } from '../../src/traffic/gateway-router.js';
import { openRouter } from '../../src/traffic/open-router.js';
import { answers, type Behaviour, type FakeServer, GatewayStage, hangs, startServer } from '../gateway/stage.js';
import { routerContract } from './router-contract.js';

/** The discard port: nothing listens there. */
const DEAD = 'http://127.0.0.1:9';

let stage: GatewayStage;
let other: FakeServer;
beforeEach(async () => {
  [stage, other] = [await GatewayStage.open(), await startServer(answers(500))];
});
afterEach(() => Promise.all([stage.close(), other.close()]));

const routerOf = (...adminUrls: string[]) => createGatewayRouter({ adminUrls, timeoutMs: 1500 });
const says =
  (status: number, body: string): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body);

routerContract('our gateway', async () => {
  const own = await GatewayStage.open();
  return {
    router: await openRouter({ adminUrls: [own.gateway.adminUrl] }),
    deaf: await openRouter({ adminUrls: [DEAD] }),
    route: (over) => own.route(over),
    close: () => own.close(),
  };
});

test.each([[['ftp://127.0.0.1']], [['http://127.0.0.1:8081', 'ftp://127.0.0.1']], [['dns+http:gateway']]])(
  'no driver takes %j',
  async (adminUrls) => {
    await expect(openRouter({ adminUrls })).rejects.toMatchObject({ code: 'USAGE' });
  },
);

describe('apply', () => {
  test('is confirmed by what every gateway then does', async () => {
    expect(await routerOf(stage.gateway.adminUrl).apply(stage.route({ weightPercent: 30 }))).toMatchObject([
      { gatewayId: 'g1', effectiveWeightPercent: 30, route: { epoch: 1 } },
    ]);
  });

  test('tells how long records wait there; a gateway that does not say, as older ones, is confirmed as well', async () => {
    const route = stage.route({ weightPercent: 30 });
    const [applied] = await routerOf(stage.gateway.adminUrl).apply(route);
    expect(applied?.unshippedMs).toBe(0);
    const { unshippedMs: _, ...older } = { ...applied, gatewayId: 'g2' };
    other.behaviour = says(200, JSON.stringify(older));
    const [known] = await routerOf(other.url).apply(route);
    expect(known).toEqual(older);
  });

  test('may be repeated, and takes an address with a slash at its end', async () => {
    const router = routerOf(`${stage.gateway.adminUrl}/`);
    const route = stage.route({ weightPercent: 30 });
    await router.apply(route);
    expect(await router.apply(route)).toHaveLength(1);
  });

  test('names the gateways that can not be reached, after the others have the route', async () => {
    other.behaviour = hangs;
    const apply = routerOf(DEAD, other.url, stage.gateway.adminUrl).apply(stage.route({ weightPercent: 30 }));
    await expect(apply).rejects.toMatchObject({
      code: 'GATEWAY_UNREACHABLE',
      message: expect.stringMatching(
        new RegExp(`gateway ${DEAD}: .*ECONNREFUSED.*; gateway ${other.url}: timeout of 1500ms exceeded`),
      ),
    });
    expect(await stage.effectiveWeight()).toBe(30);
  });

  test('tells a stale epoch from an absent gateway', async () => {
    await stage.apply({ epoch: 9 });
    await expect(routerOf(DEAD, stage.gateway.adminUrl).apply(stage.route())).rejects.toMatchObject({
      code: 'EPOCH_STALE',
      message: expect.stringMatching(/epoch 1 is refused, g1 has epoch 9/),
    });
  });

  test.each<[string, (applied: object) => Behaviour]>([
    ['a web page', () => says(200, '<html>')],
    ['a fault', () => says(500, '{"error":"disk full"}')],
    [
      'another weight',
      (applied) => says(200, JSON.stringify({ ...applied, route: stage.route({ weightPercent: 99 }) })),
    ],
    ['an older epoch', (applied) => says(200, JSON.stringify({ ...applied, route: stage.route({ epoch: 0 }) }))],
    ['no effect', (applied) => says(200, JSON.stringify({ ...applied, effectiveWeightPercent: 0 }))],
  ])('does not take %s for a confirmation', async (_, behaviour) => {
    const route = stage.route({ weightPercent: 30 });
    const lease = { gatewayId: 'g2', leaseRemainingMs: 1000, effectiveShadowPercent: 0 };
    other.behaviour = behaviour({ ...lease, route, effectiveWeightPercent: 30 });
    await expect(routerOf(other.url).apply(route)).rejects.toMatchObject({
      code: 'GATEWAY_UNREACHABLE',
      message: expect.stringContaining(`gateway ${other.url}`),
    });
  });

  test('does not follow a redirect', async () => {
    other.behaviour = (_, response) => void response.writeHead(307, { location: stage.gateway.adminUrl }).end();
    await expect(routerOf(other.url).apply(stage.route())).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
    expect(await stage.effectiveWeight()).toBe(0);
  });
});

describe('reading back', () => {
  test('leaves out who does not know the service, and who does not answer', async () => {
    await stage.apply({ weightPercent: 30 });
    other.behaviour = says(404, '{"code":"NOT_FOUND"}');
    const router = routerOf(DEAD, other.url, stage.gateway.adminUrl);
    expect(await router.readBack('digits')).toMatchObject([{ gatewayId: 'g1', effectiveWeightPercent: 30 }]);
    expect(await router.readBack('unknown')).toEqual([]);
  });

  test('from nobody is not the same as nothing known', async () => {
    await expect(routerOf(DEAD, other.url).readBack('digits')).rejects.toMatchObject({
      code: 'GATEWAY_UNREACHABLE',
      message: expect.stringMatching(/ECONNREFUSED.*status 500/),
    });
  });
});

describe('a gateway that is gone', () => {
  test('counts as confirmed once it has been silent for longer than any lease, others answering', async () => {
    const router = routerOf(DEAD, stage.gateway.adminUrl);
    const raise = (epoch: number) => router.apply(stage.route({ epoch, weightPercent: 30 }), 200);
    await expect(raise(1)).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await raise(2)).toHaveLength(1);
    // Without a lease that could have run out, it must be heard of.
    await expect(router.apply(stage.route({ epoch: 3 }))).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
  });

  test('does not count where it answers, but wrong, or where nobody else answers', async () => {
    const wrong = routerOf(other.url, stage.gateway.adminUrl);
    await expect(wrong.apply(stage.route(), 0)).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
    await expect(routerOf(DEAD).apply(stage.route({ epoch: 2 }), 0)).rejects.toMatchObject({
      code: 'GATEWAY_UNREACHABLE',
    });
  });
});

describe('a trip', () => {
  const trip = { at: '2026-11-21T10:00:00.000Z', reason: '10 of 10 failed', gatewayId: 'g7' };

  test('is heard of at once, from any gateway', async () => {
    const router = routerOf(DEAD, stage.gateway.adminUrl);
    const route = stage.route({ weightPercent: 30 });
    await stage.apply(route);
    const heard = router.untilTripped(route, 5000, new AbortController().signal);
    await router.trip(route, trip);
    expect(await heard).toEqual(trip);
    expect(await stage.effectiveWeight()).toBe(0);
    expect(await routerOf(stage.gateway.adminUrl).apply(route)).toMatchObject([{ trip }]);
  });

  test('that does not come ends the wait, as does whoever waited', async () => {
    const router = routerOf(stage.gateway.adminUrl);
    await stage.apply({ weightPercent: 30 });
    expect(await router.untilTripped(stage.route(), 50, new AbortController().signal)).toBeNull();
    expect(await routerOf(DEAD).untilTripped(stage.route(), 50, new AbortController().signal)).toBeNull();
    const asking = new AbortController();
    const heard = router.untilTripped(stage.route(), 60_000, asking.signal);
    asking.abort();
    expect(await heard).toBeNull();
  });
});

test('a name stands for all its addresses', async () => {
  const { port } = new URL(stage.gateway.adminUrl);
  const router = createGatewayRouter({ adminUrls: [`dns+http://localhost:${port}`], timeoutMs: 1000 });
  // The gateway listens on 127.0.0.1 alone; localhost may be ::1 as well, where nobody is.
  const applied = await router.apply(stage.route({ weightPercent: 30 }), 0);
  expect(applied).toMatchObject([{ gatewayId: 'g1', effectiveWeightPercent: 30 }]);
  const none = createGatewayRouter({ adminUrls: ['dns+http://no-such-name.invalid:1'] });
  await expect(none.apply(stage.route())).rejects.toMatchObject({ code: 'GATEWAY_UNREACHABLE' });
});
