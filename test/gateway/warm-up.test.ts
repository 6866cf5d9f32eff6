import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { answers, GatewayStage, predicts, until } from './stage.js';
import { policyOf } from './traffic-policy.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

const traffic = policyOf({ warmUp: 8 });

test('a version answers recent requests, unseen, before its first weight, and only then', async () => {
  await stage.infer('user-1', { authorization: 'secret' });
  await until(() => stage.batches().some(({ predictions }) => predictions.length > 0));
  await stage.apply({ epoch: 1, weightPercent: 0, traffic });
  expect(stage.v2.requests).toHaveLength(0);
  expect((await stage.apply({ epoch: 2, weightPercent: 5, traffic })).status).toBe(200);
  expect(stage.v2.requests.map(({ path }) => path)).toEqual([
    '/v2/models/digits/ready',
    ...Array(8).fill('/v2/models/digits/infer'),
  ]);
  for (const { headers } of stage.v2.requests.slice(1)) {
    expect(headers).toMatchObject({ 'x-sluice-shadow': '1' });
    expect(headers).not.toHaveProperty('authorization');
  }
  await stage.apply({ epoch: 3, weightPercent: 50, traffic });
  expect(stage.v2.requests).toHaveLength(9);
  expect(stage.counts()['candidate']).toBeUndefined();
});

test('a version that is not ready gets no weight, and the command says why', async () => {
  stage.v2.behaviour = answers(503);
  const refused = await stage.apply({ weightPercent: 5, traffic });
  expect(refused).toMatchObject({ status: 502, body: { error: expect.stringMatching(/v2 is not ready.* says 503/) } });
  expect((await stage.infer('user-1')).version).toBe('v1');
  stage.v2.behaviour = predicts('two');
  expect((await stage.apply({ weightPercent: 5, traffic })).status).toBe(200);
});

test('a slow version is warmed up for as long as a command may take', async () => {
  await stage.infer('user-1');
  await until(() => stage.batches().some(({ predictions }) => predictions.length > 0));
  stage.v2.behaviour = (request, response, body) =>
    request.url?.endsWith('ready') ? void response.end('{}') : predicts('two', 900)(request, response, body);
  const startedAt = performance.now();
  expect((await stage.apply({ weightPercent: 5, traffic: policyOf({ warmUp: 1000 }) })).status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test('a switch of all at once lets requests on their way end where they are', async () => {
  stage.v1.behaviour = predicts('one', 1500);
  const onTheWay = stage.infer('user-1');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await stage.apply({ epoch: 2, baseline: stage.route().candidate as never, candidate: null, leaseMs: null });
  expect((await stage.infer('user-2')).version).toBe('v2');
  const metrics = await (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
  expect(metrics).toContain(`sluice_gateway_upstream_connections{origin="${stage.v1.url}",state="active"} 1`);
  expect(await onTheWay).toMatchObject({ status: 200, version: 'v1' });
});
