import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createAddressPolicy, type Resolve } from '../../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../../src/net/allowed-private.js';
import { answers, type Behaviour, type FakeServer, hangs, resets, startServer } from '../../gateway/stage.js';
import { CustomStage, SO_FAR } from './stage.js';

const SECRET = `whsec_${Buffer.from('a planted secret, thirty-two byte').toString('base64')}`;
const secrets = (name: string) => (name === 'SLUICE_SECRET_BOARD' ? SECRET : undefined);
const json =
  (body: unknown, status = 200): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const fine = json({ verdict: 'pass', reason: 'the board is content', value: 3, more: 'is ignored' });

let stage: CustomStage;
let server: FakeServer;
beforeEach(async () => {
  [stage, server] = [await CustomStage.open(), await startServer(fine)];
});
afterEach(async () => {
  await server.close();
  await stage.close();
});

const policy = (allowed: string, resolve?: Resolve) => createAddressPolicy(parseAllowedPrivate(allowed), resolve);
const run = (over: object = {}, deps: object = {}) =>
  stage.run({ url: `${server.url}/in?token=planted-token`, timeout: 5000, ...over }, { secrets, ...deps });
/** Answers one after the other; the last one for ever. */
const inOrder = (...behaviours: Behaviour[]): Behaviour => {
  let at = -1;
  return (...call) => {
    at = Math.min(at + 1, behaviours.length - 1);
    behaviours[at]?.(...call);
  };
};

describe('an endpoint', () => {
  test('is posted what the suite knows, signed, and its answer is the result', async () => {
    const result = await run({ secretRef: 'SLUICE_SECRET_BOARD', rows: 2, with: { level: 3 } });
    expect(result).toMatchObject({
      verdict: 'pass',
      reason: 'mine: the board is content',
      candidate: { samples: 2, value: 3 },
    });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/in?token=planted-token' });
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(request?.body ?? '', headers)).toMatchObject({
      check: 'mine',
      service: 'digits',
      rolloutId: 'digits-1',
      candidate: { version: 'v2', url: 'http://127.0.0.1:8120' },
      with: { level: 3 },
      results: SO_FAR,
      columns: { features: ['a', 'b'], label: 'label', fields: ['region'] },
      sample: [{ index: 0 }, { index: 5 }],
    });
    expect(headers['webhook-id']).toMatch(/^validation_[0-9a-f]{32}$/);
  });

  test('that fails is asked twice more, under the same id', async () => {
    server.behaviour = inOrder(answers(503), resets, fine);
    expect(await run({ secretRef: 'SLUICE_SECRET_BOARD' })).toMatchObject({ verdict: 'pass' });
    expect(new Set(server.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    ['fails', answers(500), 'status 500, 3 times', 3],
    ['breaks off', resets, 'no answer (ECONNRESET), 3 times', 3],
    ['refuses', answers(403), 'status 403', 1],
    [
      'redirects',
      ((_, r) => void r.writeHead(302, { location: '/x' }).end()) as Behaviour,
      'status 302, and redirects are not followed',
      1,
    ],
    ['answers a page', ((_, r) => void r.end('<html>')) as Behaviour, 'its answer is no JSON', 1],
    ['answers half', ((_, r) => void r.end('{"verdict":"pass"')) as Behaviour, 'its answer is no JSON', 1],
    ['says ok', json({ verdict: 'ok', reason: 'x' }), 'its answer is no verdict: verdict is "ok"', 1],
    [
      'answers 2 MB',
      json({ verdict: 'pass', reason: 'x', details: { a: 'x'.repeat(2 ** 21) } }),
      'its answer is longer than 1048576 bytes',
      1,
    ],
  ])('that %s is inconclusive', async (_, behaviour, reason, requests) => {
    server.behaviour = behaviour;
    const result = await run();
    expect(result).toMatchObject({ verdict: 'inconclusive', candidate: { samples: 0, value: null } });
    expect(result.reason).toContain(`mine: could not be measured: ${reason}`);
    expect(result.reason).not.toContain('planted');
    expect(server.requests).toHaveLength(requests);
  });

  test('may answer up to 1 MB', async () => {
    const long = { verdict: 'pass', reason: 'x', ignored: 'x'.repeat(900_000) };
    server.behaviour = json(long);
    expect(await run()).toMatchObject({ verdict: 'pass' });
  });

  test('has its time for all tries together', async () => {
    server.behaviour = hangs;
    const before = performance.now();
    expect((await run({ timeout: 400 })).reason).toContain('no answer within 400 ms');
    server.behaviour = answers(503);
    expect((await run({ timeout: 800 })).reason).toContain('status 503; no time is left of 800 ms');
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('without its secret is not asked', async () => {
    const { verdict, reason } = await run({ secretRef: 'SLUICE_SECRET_NONE' });
    expect([verdict, reason]).toEqual([
      'inconclusive',
      "mine: could not be measured: SLUICE_SECRET_NONE is not in the worker's environment",
    ]);
    expect(server.requests).toEqual([]);
  });

  test('is at an address that may be called', async () => {
    expect(await run({}, { policy: policy('127.0.0.1') })).toMatchObject({ verdict: 'pass' });
    const refused = await run({}, { policy: policy('') });
    expect(refused).toMatchObject({ verdict: 'inconclusive' });
    expect(refused.reason).toContain('127.0.0.1 is a loopback address, which SLUICE_ALLOW_PRIVATE does not allow');
    expect(refused.reason).not.toContain('planted');
    expect(server.requests).toHaveLength(1);
  });

  test('that is called off is no result', async () => {
    server.behaviour = hangs;
    const running = run();
    setTimeout(() => stage.ending.abort(new Error('called off')), 100);
    await expect(running).rejects.toThrow('called off');
  });
});
