import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createGatewayRouter } from '../../src/traffic/gateway-router.js';
import { answers, type Behaviour, type FakeServer, GatewayStage, hangs, startServer } from '../gateway/stage.js';

/** The discard port: nothing listens there. */
const DEAD = 'http://127.0.0.1:9';

let stage: GatewayStage;
let other: FakeServer;
beforeEach(async () => {
  [stage, other] = [await GatewayStage.open(), await startServer(answers(500))];
});
afterEach(() => Promise.all([stage.close(), other.close()]));

const routerOf = (...adminUrls: string[]) => createGatewayRouter({ adminUrls, timeoutMs: 300 });
const says =
  (status: number, body: string): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body);

describe('apply', () => {
  test('is confirmed by what every gateway then does', async () => {
    expect(await routerOf(stage.gateway.adminUrl).apply(stage.route({ weightPercent: 30 }))).toMatchObject([
      { gatewayId: 'g1', effectiveWeightPercent: 30, route: { epoch: 1 } },
    ]);
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
        new RegExp(`gateway ${DEAD}: .*ECONNREFUSED.*; gateway ${other.url}: timeout of 300ms exceeded`),
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
