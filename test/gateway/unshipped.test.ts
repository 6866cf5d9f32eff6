import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { ageSpool, spooled } from './spooled.js';
import { answers, GatewayStage, until } from './stage.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

/** What the gateway says with each renewal of a lease. */
const unshipped = async () => (await stage.apply({ weightPercent: 30 })).body['unshippedMs'] as number;
const spoolFolder = () => join(stage.stateDir, 'spool');
const waiting = async () => (await spooled(stage.stateDir)).length;

describe('how long records have waited for the collector', () => {
  test('is nothing where it has all, or where there was none', async () => {
    expect(await unshipped()).toBe(0);
    await stage.infer('user-1');
    await until(() => stage.counts()['baseline']?.requests === 1);
    await until(async () => (await unshipped()) === 0);
  });

  test('is counted from the oldest of them, until it has them all', async () => {
    stage.collector.behaviour = answers(401);
    await stage.infer('user-1');
    await until(async () => (await unshipped()) >= 300);
    await stage.infer('user-2');
    await until(async () => (await waiting()) >= 2);
    expect(await unshipped()).toBeGreaterThanOrEqual(300);
    stage.collector.behaviour = answers(202);
    await until(async () => (await unshipped()) === 0);
    await until(async () => (await waiting()) === 0);
  });

  test('is known from the first answer after a restart, with what an earlier process could not ship', async () => {
    stage.collector.behaviour = answers(503);
    await stage.infer('user-1');
    await until(async () => (await waiting()) === 1);
    await stage.gateway.close();
    await ageSpool(stage.stateDir, 120_000);
    await stage.restart();
    const before = await unshipped();
    expect(before).toBeGreaterThanOrEqual(120_000);
    expect(before).toBeLessThan(150_000);
    stage.collector.behaviour = answers(202);
    await until(async () => (await unshipped()) === 0);
  });

  test('ends with the last of them, not with the first that it takes again', async () => {
    stage.collector.behaviour = answers(503);
    await stage.infer('user-1');
    await until(async () => (await waiting()) === 1);
    await stage.infer('user-2');
    await until(async () => (await waiting()) === 2);
    await until(async () => (await unshipped()) >= 300);
    let taken = 0;
    stage.collector.behaviour = (request, response, body) => {
      taken += 1;
      answers(taken === 1 ? 202 : 503)(request, response, body);
    };
    await until(async () => (await waiting()) === 1);
    await until(async () => (await unshipped()) >= 500);
  });

  test('counts what no disk takes either', async () => {
    await rm(spoolFolder(), { recursive: true });
    stage.collector.behaviour = answers(503);
    await stage.infer('user-1');
    await until(() => stage.logged.includes('error: recorded observations could not be kept'));
    await until(async () => (await unshipped()) >= 200);
    await mkdir(spoolFolder());
    stage.collector.behaviour = answers(202);
    await stage.infer('user-2');
    await until(async () => (await unshipped()) === 0);
  });

  test('counts batches that it calls wrong, until it takes one', async () => {
    stage.collector.behaviour = answers(422);
    await stage.infer('user-1');
    await until(() => stage.logged.includes('error: the collector refused a batch'));
    await until(async () => (await unshipped()) >= 200);
    stage.collector.behaviour = answers(202);
    await stage.infer('user-2');
    await until(async () => (await unshipped()) === 0);
  });

  test('is nothing where there is no collector', async () => {
    stage.more = { collectorUrl: null };
    await stage.restart();
    await stage.infer('user-1');
    expect(await unshipped()).toBe(0);
  });
});

test('a gateway that can not start ships no more', async () => {
  stage.collector.behaviour = answers(503);
  await stage.infer('user-1');
  await until(async () => (await waiting()) === 1);
  await stage.gateway.close();
  const adminPort = Number(new URL(stage.collector.url).port);
  stage.more = { adminPort };
  await expect(stage.restart()).rejects.toMatchObject({ code: 'USAGE' });
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  // What was on its way may still arrive.
  await pause(100);
  const asked = stage.collector.requests.length;
  await pause(400);
  expect(stage.collector.requests).toHaveLength(asked);
  stage.more = {};
  await stage.restart();
});

test('asking what is served says nothing of records: only a renewal does', async () => {
  const answer = await fetch(`${stage.gateway.adminUrl}/v1/routes/digits`);
  expect(await answer.json()).not.toHaveProperty('unshippedMs');
});
