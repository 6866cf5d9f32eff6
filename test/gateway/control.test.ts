import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
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

test('the paths of another service are not to be had', async () => {
  const answer = await fetch(`${stage.gateway.adminUrl}/v1/routes/other`, {
    method: 'PUT',
    body: JSON.stringify(stage.route({ service: 'other' })),
  });
  expect([answer.status, await answer.json()]).toMatchObject([
    422,
    { error: expect.stringMatching(/those of digits/) },
  ]);
});

test('a broken state file does not stop the gateway: the configured baseline serves', async () => {
  await stage.apply({ weightPercent: 100 });
  await writeFile(stage.routeFile, '{"half');
  await stage.restart();
  expect((await stage.infer('user-1')).version).toBe('v1');
  expect(stage.logged).toContain('error: the kept routes are unreadable; the configured baselines serve');
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

  test.each([401, 404, 503])('that answers %d for a moment loses nothing', async (status) => {
    stage.collector.behaviour = answers(status);
    await stage.infer('user-1');
    await until(() => stage.collector.requests.length > 1);
    stage.collector.requests.length = 0;
    stage.collector.behaviour = answers(202);
    await until(() => stage.counts()['baseline']?.requests === 1);
  });

  test('that calls a batch wrong gets the next one, and is told of the loss', async () => {
    stage.collector.behaviour = answers(422);
    await stage.infer('user-1');
    await until(() => stage.logged.includes('error: the collector refused a batch'));
    stage.collector.requests.length = 0;
    stage.collector.behaviour = answers(202);
    await stage.infer('user-2');
    await until(() => stage.batches().length === 1);
    expect(stage.batches()[0]).toMatchObject({ dropped: { batches: 1 }, predictions: [{}] });
  });

  test('that took a batch but whose answer was lost sees the same number again', async () => {
    let lost = 0;
    stage.collector.behaviour = (request, response) => {
      lost += 1;
      if (lost <= 2) request.socket.destroy();
      else answers(202)(request, response, '');
    };
    await stage.infer('user-1');
    await until(() => lost > 2);
    const numbers = stage.collector.requests.map(({ body }) => JSON.parse(body)).map((b) => [b.bootId, b.sequence]);
    expect(new Set(numbers.map(String)).size).toBe(1);
    expect(stage.counts()).toEqual({ baseline: { requests: 1, errors: 0 } });
  });

  test('gets much at once in batches that it can take, each record once', async () => {
    await stage.close();
    stage = await GatewayStage.open({ batchRecords: 4, shipIntervalMs: 60_000 });
    for (let i = 0; i < 10; i += 1) await stage.infer(`user-${i}`);
    await stage.gateway.close();
    expect(stage.batches().map((batch) => batch.predictions.length)).toEqual([4, 4, 2]);
    expect(stage.batches().map((batch) => batch.sequence)).toEqual([0, 1, 2]);
    expect(stage.counts()).toEqual({ baseline: { requests: 10, errors: 0 } });
  });

  test('gets no more bytes at once than it takes, whatever is in them', async () => {
    await stage.close();
    stage = await GatewayStage.open({ batchBytes: 1000, shipIntervalMs: 60_000 });
    for (let i = 0; i < 10; i += 1) await stage.infer(`user-${i}`);
    await stage.gateway.close();
    const sizes = stage.collector.requests.map(({ body }) => body.length);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(1600);
    expect(stage.batches().flatMap((batch) => batch.predictions)).toHaveLength(10);
    expect(stage.counts()).toEqual({ baseline: { requests: 10, errors: 0 } });
  });

  test('gets a sample of predictions, and counts of all', async () => {
    await stage.close();
    stage = await GatewayStage.open({ shipIntervalMs: 60_000 }, { predictionSample: 0 });
    for (let i = 0; i < 10; i += 1) await stage.infer(`user-${i}`);
    await stage.gateway.close();
    expect(stage.batches().flatMap((batch) => batch.predictions)).toEqual([]);
    expect(stage.counts()).toEqual({ baseline: { requests: 10, errors: 0 } });
  });
});
