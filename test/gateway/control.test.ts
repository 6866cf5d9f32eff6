import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createGatewayRouter } from '../../src/traffic/gateway-router.js';
import { answers, GatewayStage, until } from './stage.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

describe('epochs', () => {
  test('an older one is refused, naming both', async () => {
    await stage.apply({ epoch: 5 });
    expect(await stage.apply({ epoch: 4, weightPercent: 100 })).toMatchObject({
      status: 409,
      body: { code: 'EPOCH_STALE', error: expect.stringMatching(/epoch 4 is refused, g1 has epoch 5/) },
    });
    expect(await stage.effectiveWeight()).toBe(0);
  });

  test('the same one with another content is refused', async () => {
    await stage.apply({ epoch: 5 });
    expect((await stage.apply({ epoch: 5, weightPercent: 1 })).status).toBe(409);
  });

  test('an older one is refused after a restart too', async () => {
    await stage.apply({ epoch: 5 });
    await stage.restart();
    expect((await stage.apply({ epoch: 4 })).status).toBe(409);
  });
});

test.each([
  ['a weight above 100', { weightPercent: 101 }],
  ['a weight that is not a number', { weightPercent: 'x' as unknown as number }],
  ['a candidate without a lease', { leaseMs: null }],
  ['a lease without a candidate', { candidate: null }],
  ['another scheme', { baseline: { version: 'v1', url: 'file:///etc/passwd' } }],
  ['an unknown key', { colour: 'red' } as object],
])('%s is refused', async (_, over) => {
  expect(await stage.apply(over)).toMatchObject({ status: 422, body: { code: 'ROUTE_INVALID' } });
});

test('a broken state file does not stop the gateway: the configured baseline serves', async () => {
  await stage.apply({ weightPercent: 100 });
  await writeFile(stage.routeFile, '{"half');
  await stage.restart();
  expect((await stage.infer('user-1')).version).toBe('v1');
  expect(stage.logged).toContain('error: the kept routes are unreadable; the configured baselines serve');
});

describe('the router', () => {
  const dead = 'http://127.0.0.1:9';

  test('applies and reads back', async () => {
    const router = createGatewayRouter({ adminUrls: [stage.gateway.adminUrl] });
    expect(await router.apply(stage.route({ weightPercent: 30 }))).toMatchObject([
      { gatewayId: 'g1', effectiveWeightPercent: 30 },
    ]);
    expect(await router.readBack('digits')).toMatchObject([{ route: { epoch: 1 } }]);
    expect(await router.readBack('unknown')).toEqual([]);
  });

  test('names the gateway that can not be reached, after the others have it', async () => {
    const router = createGatewayRouter({ adminUrls: [dead, stage.gateway.adminUrl] });
    await expect(router.apply(stage.route({ weightPercent: 30 }))).rejects.toMatchObject({
      code: 'GATEWAY_UNREACHABLE',
      message: expect.stringContaining(dead),
    });
    expect(await stage.effectiveWeight()).toBe(30);
  });

  test('tells a stale epoch from an absent gateway', async () => {
    await stage.apply({ epoch: 9 });
    const router = createGatewayRouter({ adminUrls: [dead, stage.gateway.adminUrl] });
    await expect(router.apply(stage.route())).rejects.toMatchObject({ code: 'EPOCH_STALE' });
  });
});

describe('the collector', () => {
  test('that was away gets everything, once', async () => {
    stage.collector.behaviour = answers(503);
    for (let i = 0; i < 30; i += 1) await stage.infer(`user-${i}`);
    await until(() => stage.collector.requests.length > 2);
    stage.collector.requests.length = 0;
    stage.collector.behaviour = answers(202);
    await until(() => (stage.counts()['baseline']?.requests ?? 0) >= 30);
    await stage.gateway.close();
    expect(stage.counts()).toEqual({ baseline: { requests: 30, errors: 0 } });
    expect(stage.batches().flatMap((b) => b.predictions)).toHaveLength(30);
    await stage.restart();
  });

  test('is given what an earlier process could not send', async () => {
    stage.collector.behaviour = answers(503);
    await stage.infer('user-1');
    await stage.restart();
    stage.collector.requests.length = 0;
    stage.collector.behaviour = answers(202);
    await until(() => stage.counts()['baseline']?.requests === 1);
  });
});
