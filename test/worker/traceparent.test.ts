import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { GatewayStage, until } from '../gateway/stage.js';

const TRACE = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'vendor=a:b,other=c',
  baggage: 'k=v',
};

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

test("a user's trace goes through the gateway as it is: to the baseline, the candidate and shadow copies", async () => {
  await stage.infer('user-1', TRACE);
  await stage.apply({ epoch: 2, weightPercent: 100 });
  await stage.infer('user-1', TRACE);
  await stage.apply({ epoch: 3, weightPercent: 0, shadowPercent: 100 });
  await stage.infer('user-1', TRACE);
  await until(() => stage.v2.requests.length === 2);
  expect([stage.v1.requests.length, stage.v2.requests.length]).toEqual([2, 2]);
  for (const { headers } of [...stage.v1.requests, ...stage.v2.requests]) expect(headers).toMatchObject(TRACE);
});
