import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startGateway } from '../../src/gateway/gateway.js';
import { freePort } from '../setup/free-port.js';
import { GatewayStage, hangs, predicts, until } from './stage.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open({ shutdownMs: 1500, shipIntervalMs: 60_000, answerTimeoutMs: 5000 });
});
afterEach(() => stage.close());

/** How long the gateway takes to close, in milliseconds. */
async function closing(): Promise<number> {
  const startedAt = performance.now();
  await stage.gateway.close();
  return performance.now() - startedAt;
}

test('a request on its way is answered and recorded; its kept-alive connection holds nothing up', async () => {
  stage.v1.behaviour = predicts('one', 150);
  const answer = stage.infer('user-1');
  await until(() => stage.v1.requests.length === 1);
  const ms = await closing();
  expect((await answer).status).toBe(200);
  expect(ms).toBeLessThan(1500);
  expect(stage.counts()).toEqual({ baseline: { requests: 1, errors: 0 } });
});

test('a shadow copy on its way is compared and recorded', async () => {
  stage.v2.behaviour = predicts('two', 150);
  await stage.apply({ shadowPercent: 100 });
  await stage.infer('user-1');
  await until(() => stage.v2.requests.length === 1);
  await closing();
  expect(stage.batches().flatMap((batch) => batch.shadowPairs)).toMatchObject([{ candidateLabel: 'two' }]);
});

test('a model server that hangs holds it up for the limit and no longer', async () => {
  stage.v1.behaviour = hangs;
  const answer = stage.infer('user-1').catch(() => 'cut');
  await until(() => stage.v1.requests.length === 1);
  expect(await closing()).toBeLessThan(3500);
  expect(await answer).toBe('cut');
});

test('a collector that hangs holds it up for the limit; the batch waits for the next start, and counts once', async () => {
  stage.collector.behaviour = hangs;
  await stage.infer('user-1');
  expect(await closing()).toBeLessThan(2500);
  stage.collector.requests.length = 0;
  stage.collector.behaviour = predicts('taken');
  await stage.restart();
  await closing();
  expect(stage.counts()).toEqual({ baseline: { requests: 1, errors: 0 } });
});

test('a gateway that can not have its admin port leaves nothing running', async () => {
  const [taken, port] = [createServer(), await freePort()];
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port: adminPort } = taken.address() as { port: number };
  const start = startGateway({ ...stage.options(), stateDir: join(stage.stateDir, 'second'), port, adminPort });
  await expect(start).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(String(adminPort)) });
  const listening = await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
  expect(listening).toBe(false);
  await new Promise((resolve) => taken.close(resolve));
});
