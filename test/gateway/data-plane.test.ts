import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { isCandidates, unitBucket } from '../../src/routing/bucket.js';
import { inferBytes, RawUser } from './raw-user.js';
import { answers, type Behaviour, GatewayStage, hangs, predicts, resets, until } from './stage.js';

/** The head of an answer, and nothing of its body: the user has seen nothing yet. */
const beginsThen =
  (next: (request: IncomingMessage) => void): Behaviour =>
  (request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).flushHeaders();
    setTimeout(() => next(request), 20);
  };

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

const users = Array.from({ length: 200 }, (_, i) => `user-${i}`);
const AT_ONCE = 20;

/** A few at a time: on a busy machine, 200 at once outlast the stage's short time-out, which says nothing about assignment. */
async function versionsOf(units: readonly string[]): Promise<(string | null)[]> {
  const versions: (string | null)[] = [];
  for (let i = 0; i < units.length; i += AT_ONCE)
    versions.push(...(await Promise.all(units.slice(i, i + AT_ONCE).map(async (u) => (await stage.infer(u)).version))));
  return versions;
}

describe('assignment', () => {
  test('a gateway that knows nothing serves the baseline', async () => {
    expect(await stage.infer('user-1')).toMatchObject({ status: 200, version: 'v1' });
  });

  test('is sticky, and a rising weight moves nobody back', async () => {
    let before = await versionsOf(users);
    for (const [epoch, weightPercent] of [
      [1, 5],
      [2, 25],
      [3, 50],
      [4, 100],
    ] as const) {
      expect((await stage.apply({ epoch, weightPercent })).status).toBe(200);
      const now = await versionsOf(users);
      expect(await versionsOf(users)).toEqual(now);
      for (const [i, version] of before.entries()) if (version === 'v2') expect(now[i]).toBe('v2');
      before = now;
    }
    expect(new Set(before)).toEqual(new Set(['v2']));
  });

  test('a restart serves the same arms, for what is left of the lease', async () => {
    await stage.apply({ weightPercent: 50, leaseMs: 60_000 });
    const before = await versionsOf(users);
    await stage.restart();
    expect(await versionsOf(users)).toEqual(before);
    await stage.apply({ epoch: 2, weightPercent: 50, leaseMs: 100 });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await stage.restart();
    expect(new Set(await versionsOf(users))).toEqual(new Set(['v1']));
  });

  test('a lease that nobody renews ends by itself; the same route again renews it', async () => {
    await stage.apply({ weightPercent: 100, leaseMs: 300 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await stage.apply({ weightPercent: 100, leaseMs: 300 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await stage.effectiveWeight()).toBe(100);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await stage.effectiveWeight()).toBe(0);
    expect((await stage.infer('user-1')).version).toBe('v1');
  });

  test('is over the UTF-8 bytes of a user key, as every other party computes it', async () => {
    await stage.apply({ weightPercent: 50 });
    for (let i = 0; i < 20; i += 1) {
      const key = `é-日本-${i}`;
      const user = new RawUser(stage.gateway.dataUrl, inferBytes(key));
      await until(() => user.received.includes('x-sluice-version'));
      user.leave();
      const expected = isCandidates(unitBucket('digits-1', key), 50) ? 'v2' : 'v1';
      expect([key, /x-sluice-version: (\w+)/.exec(user.received)?.[1]]).toEqual([key, expected]);
    }
  });

  test('a forged version header means nothing', async () => {
    const { version } = await stage.infer('user-1', { 'x-sluice-version': 'v2', 'x-sluice-shadow': '1' });
    expect(version).toBe('v1');
    expect(stage.v1.requests[0]?.headers).not.toHaveProperty('x-sluice-version');
  });
});

describe('a path', () => {
  test.each([
    ['/v2/models/digitsX/infer', 404],
    ['/v2/models', 404],
    ['/v2/models/digits/../other/infer', 404],
    ['/v2/models/digits/%2e%2e/other/infer', 400],
    ['/v2/models/digits/..%2fother', 400],
  ])('%s is answered %d', async (path, status) => {
    // By hand: fetch would resolve the dots.
    const got = await new Promise<number | undefined>((resolve, reject) => {
      const { hostname, port } = new URL(stage.gateway.dataUrl);
      httpRequest({ hostname, port, path, method: 'POST' }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(got === status || (status === 404 && got === 400)).toBe(true);
    expect(stage.v1.requests).toHaveLength(0);
  });

  test('other than infer goes to the baseline, uncounted', async () => {
    await stage.apply({ weightPercent: 100 });
    const answer = await fetch(`${stage.gateway.dataUrl}/v2/models/digits/ready`);
    expect([answer.status, answer.headers.get('x-sluice-version')]).toEqual([200, 'v1']);
    await stage.gateway.close();
    expect(stage.counts()).toEqual({});
    await stage.restart();
  });
});

describe('a candidate that fails', () => {
  test.each([
    ['answers 500', answers(500)],
    ['resets the connection', resets],
    ['hangs', hangs],
    ['begins an answer and resets', beginsThen((request) => request.socket.destroy())],
    ['begins an answer and hangs', beginsThen(() => undefined)],
  ])('and %s is answered for by the baseline, and counted', async (_, behaviour) => {
    await stage.waitBriefly();
    stage.v2.behaviour = behaviour;
    await stage.apply({ weightPercent: 100 });
    expect(await stage.infer('user-1')).toMatchObject({
      status: 200,
      version: 'v1',
      text: expect.stringContaining('one'),
    });
    // The two answers may have been shipped apart.
    await until(() => stage.counts()['candidate'] !== undefined && stage.counts()['other'] !== undefined);
    // The rescue is nobody's sample: the candidate did not say it, and the unit is not the baseline's.
    expect(stage.counts()).toEqual({ candidate: { requests: 1, errors: 1 }, other: { requests: 1, errors: 0 } });
  });

  test('in the middle of an answer breaks it off: the user must not take half for the whole', async () => {
    stage.v2.behaviour = (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': '1000' }).write('half');
      setTimeout(() => request.socket.destroy(), 20);
    };
    await stage.apply({ weightPercent: 100 });
    await expect(stage.infer('user-1')).rejects.toThrow();
    await until(() => stage.counts()['candidate']?.errors === 1);
  });

  test('with a large answer passes through, without a label', async () => {
    const text = `{"outputs":[{"name":"predict","data":["${'x'.repeat(3_000_000)}"]}]}`;
    stage.v2.behaviour = (_, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    await stage.apply({ weightPercent: 100 });
    expect((await stage.infer('user-1')).text).toHaveLength(text.length);
    await until(() => stage.batches().some((batch) => batch.predictions.length > 0));
    expect(stage.batches().flatMap((b) => b.predictions)[0]).toMatchObject({ label: null, score: null, status: 200 });
  });

  test('as the baseline, has nobody to answer for it', async () => {
    await stage.waitBriefly();
    stage.v1.behaviour = resets;
    expect((await stage.infer('user-1')).status).toBe(502);
    stage.v1.behaviour = hangs;
    expect((await stage.infer('user-1')).status).toBe(504);
  });
});

test('a request that is too large is refused', async () => {
  const answer = await fetch(`${stage.gateway.dataUrl}/v2/models/digits/infer`, {
    method: 'POST',
    body: Buffer.alloc(11 * 2 ** 20),
  }).catch(() => null);
  // The connection may break before the answer is read: the body is not waited for.
  expect(answer === null || answer.status === 413).toBe(true);
  expect(stage.v1.requests).toHaveLength(0);
});

describe('shadow', () => {
  test('copies are marked, without credentials, and compared', async () => {
    await stage.apply({ shadowPercent: 100 });
    const { version, predictionId } = await stage.infer('user-1', { authorization: 'Bearer secret', cookie: 'a=b' });
    expect(version).toBe('v1');
    await until(() => stage.batches().some((batch) => batch.shadowPairs.length > 0));
    expect(stage.batches().flatMap((b) => b.shadowPairs)).toMatchObject([
      {
        predictionId,
        baselineLabel: 'one',
        candidateLabel: 'two',
        baselineError: false,
        candidateError: false,
        epoch: 1,
      },
    ]);
    const [copy] = stage.v2.requests;
    expect(copy?.headers).toMatchObject({ 'x-sluice-shadow': '1' });
    expect(copy?.headers).not.toHaveProperty('authorization');
    expect(copy?.headers).not.toHaveProperty('cookie');
    expect(stage.v1.requests[0]?.headers).toHaveProperty('authorization');
  });

  test('a slow candidate delays nobody; what does not fit is dropped and counted', async () => {
    await stage.close();
    stage = await GatewayStage.open({ shadowQueue: 5, shadowInFlight: 1 });
    stage.v2.behaviour = predicts('two', 300);
    await stage.apply({ shadowPercent: 100 });
    const startedAt = performance.now();
    for (let i = 0; i < 20; i += 1) await stage.infer(`user-${i}`);
    expect(performance.now() - startedAt).toBeLessThan(4000);
    const metrics = await (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/sluice_gateway_shadow_dropped_total\{service="digits"\} 1[0-9]/);
  });
});

test('twenty weight changes under load lose no request and move nobody back', async () => {
  let [stop, failed, sent] = [false, 0, 0];
  const back: string[] = [];
  const last = new Map<string, string>();
  const load = Array.from({ length: 8 }, async (_, worker) => {
    while (!stop) {
      const unit = `user-${(sent * 7 + worker) % 300}`;
      sent += 1;
      const { status, version } = await stage.infer(unit).catch(() => ({ status: 0, version: null }));
      if (status !== 200) failed += 1;
      if (last.get(unit) === 'v2' && version === 'v1') back.push(unit);
      if (version !== null) last.set(unit, version);
    }
  });
  for (let epoch = 1; epoch <= 20; epoch += 1) {
    expect((await stage.apply({ epoch, weightPercent: epoch * 5 })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  stop = true;
  await Promise.all(load);
  expect({ failed, back }).toEqual({ failed: 0, back: [] });
  expect(sent).toBeGreaterThan(300);
});
