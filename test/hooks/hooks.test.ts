import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { Webhook } from 'standardwebhooks';
import { createHookActivities, type HookActivities } from '../../activities/hooks.js';
import { describeError } from '../../src/domain/errors.js';
import type { HookMoment } from '../../src/domain/hook-moment.js';
import type { Hook, HookOf } from '../../src/domain/spec/hooks.js';
import type { HookCall } from '../../src/hooks/hook-request.js';
import { type Behaviour, type FakeServer, hangs, resets, startServer, until } from '../gateway/stage.js';

const SECRET = `whsec_${Buffer.from('a planted secret, thirty-two byte').toString('base64')}`;
const secrets = (name: string) => (name === 'SLUICE_SECRET_HOOK' ? SECRET : undefined);
const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const text =
  (body: string, status = 200, type = 'text/plain'): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': type }).end(body);

let server: FakeServer;
beforeEach(async () => {
  server = await startServer(json({}));
});
afterEach(() => server.close());

const subject = {
  rolloutId: 'digits-1',
  service: 'digits',
  phase: 'canary',
  baseline: 'v1',
  candidate: 'v2',
  weightPercent: 25,
} as const;
const callOf = <Kind extends Hook['kind']>(kind: Kind, moment: HookMoment, over: object = {}) =>
  ({
    hook: {
      kind,
      name: 'board',
      url: `${server.url}/in?token=planted-token`,
      secretRef: 'SLUICE_SECRET_HOOK',
      timeout: 1500,
      every: 20,
      retries: 3,
      ...over,
    },
    subject,
    moment,
  }) as unknown as HookCall<HookOf<Kind>>;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** One attempt of an activity. */
function attempt<T>(body: (activities: HookActivities) => Promise<T>, heartbeatDetails?: unknown) {
  const environment = new MockActivityEnvironment({ heartbeatDetails }, { logger: new DefaultLogger('ERROR') });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  const done = environment.run(() => body(createHookActivities({ secrets }))) as Promise<T>;
  return { done, beats, environment };
}

/** Answers one after the other; the last one for ever. */
function inOrder(...behaviours: Behaviour[]): Behaviour {
  let at = -1;
  return (...call) => {
    at = Math.min(at + 1, behaviours.length - 1);
    behaviours[at]?.(...call);
  };
}

describe('a call', () => {
  const call = (over: object = {}) =>
    attempt((activities) => activities.callHook(callOf('call', { before: 'canary' }, over))).done;

  test('says who asks for what, signed, under a key that a repeat keeps', async () => {
    await call();
    await call();
    const [first, second] = server.requests;
    const headers = first?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(first?.body ?? '', headers)).toEqual({
      hook: 'board',
      key: 'digits-1/hook/board/before-canary',
      when: 'before canary',
      ...subject,
    });
    expect(headers['webhook-id']).toBe('digits-1/hook/board/before-canary');
    expect(second?.headers['webhook-id']).toBe(headers['webhook-id']);
  });

  test.each([
    ['an empty 200', text(''), true, ''],
    ['words', text('OK'), true, ''],
    ['202', text('', 202), true, ''],
    ['a yes', json({ approved: true, message: 'fine\u0007\n' }), true, 'fine'],
    ['a no', json({ approved: false, message: 'schema differs' }), false, 'schema differs'],
    ['a rejection', json({ rejected: true, message: 'never' }), false, 'never'],
    ['403', text('', 403), false, '403'],
    ['403 with words', json({ message: 'not today' }, 403), false, 'not today'],
  ] as const)('answered with %s', async (_, behaviour, approved, message) => {
    server.behaviour = behaviour;
    expect(await call()).toEqual({ approved, message });
  });

  test.each([
    ['500', text('', 500), 'HOOK_FAILED', /status 500/],
    ['429', text('', 429), 'HOOK_FAILED', /status 429/],
    ['404', text('', 404), 'HOOK_REFUSED', /status 404/],
    ['410', text('', 410), 'HOOK_REFUSED', /status 410/],
    ['a redirect', text('', 302), 'HOOK_REFUSED', /redirects are not followed/],
    ['a page', text('<p>sign in</p>', 200, 'text/html'), 'HOOK_FAILED', /web page/],
    ['garbage', text('{"approved": tr', 200), 'HOOK_FAILED', /not a JSON object/],
    ['"false"', json({ approved: 'false' }), 'HOOK_FAILED', /wrong type: approved/],
    ['too much', text(`{"approved":true,"message":"${'x'.repeat(70_000)}"}`), 'HOOK_FAILED', /longer than 64 kB/],
    ['silence', hangs, 'HOOK_FAILED', /no answer within 1500 ms/],
    ['a reset', resets, 'HOOK_FAILED', /ECONNRESET/],
  ] as const)('answered with %s has no answer', async (_, behaviour, code, message) => {
    server.behaviour = behaviour;
    const error = await call().catch((failed: unknown) => failed);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(describeError(error)).toContain(`hook board at ${server.url}: `);
    expect(describeError(error) + JSON.stringify(error)).not.toMatch(/planted/);
  });

  test('without its secret is not made', async () => {
    await expect(call({ secretRef: 'SLUICE_SECRET_NONE' })).rejects.toMatchObject({ code: 'SECRET_UNUSABLE' });
    expect(server.requests).toHaveLength(0);
  });
});

describe('a confirmation', () => {
  const confirm = (ms: number) =>
    attempt((activities) => activities.confirmHook(callOf('confirm', { beforeStep: 2 }), inMs(ms)));

  test('is asked for until there is a yes, whatever comes before', async () => {
    const not = json({ approved: false, message: 'meeting at 3' });
    server.behaviour = inOrder(
      text('', 202),
      text('', 425),
      not,
      text('', 404),
      text('', 500),
      resets,
      text('<p>', 200, 'text/html'),
      json({ approved: true, message: 'go' }),
    );
    const { done, beats } = confirm(20_000);
    expect(await done).toEqual({ outcome: 'approved', message: 'go' });
    expect(server.requests).toHaveLength(8);
    expect(beats).toContainEqual({ last: 'meeting at 3' });
    // A receiver that drops repeats must hear every question.
    expect(new Set(server.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(8);
  });

  test('ends with a no', async () => {
    server.behaviour = inOrder(text('', 202), json({ rejected: true, message: 'no capacity' }));
    expect(await confirm(20_000).done).toEqual({ outcome: 'rejected', message: 'no capacity' });
  });

  test('without an answer in time is no yes, and says what came last', async () => {
    server.behaviour = text('', 503);
    const { outcome, message } = await confirm(100).done;
    expect(outcome).toBe('timeout');
    expect(message).toMatch(/no yes by .*; last: status 503/);
  });

  test('of nobody there is no yes', async () => {
    await server.close();
    expect(await confirm(50).done).toMatchObject({
      outcome: 'timeout',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    server = await startServer(json({}));
  });

  test('ends on cancellation, also while a question is on its way', async () => {
    server.behaviour = hangs;
    const { done, environment } = confirm(20_000);
    setTimeout(() => environment.cancel(), 50);
    await expect(done).rejects.toThrow('CANCELLED');
  });
});

describe('a veto', () => {
  const veto = () => attempt((activities) => activities.vetoHook(callOf('veto', { during: 'canary' })));

  test('is heard; trouble and a plain yes are none', async () => {
    server.behaviour = inOrder(json({}), text('', 500), json({ rejected: true, message: 'revenue falls' }));
    expect(await veto().done).toEqual({ message: 'revenue falls' });
    expect(server.requests).toHaveLength(3);
  });

  test('that never comes ends with the phase', async () => {
    const { done, environment } = veto();
    done.catch(() => undefined);
    await until(() => server.requests.length > 1);
    environment.cancel();
    await expect(done).rejects.toThrow('CANCELLED');
  });
});

describe('a load test', () => {
  const load = (ms = 20_000, heartbeatDetails?: unknown) =>
    attempt((activities) => activities.loadTest(callOf('load-test', { during: 'canary' }), inMs(ms)), heartbeatDetails);
  const calls = () => server.requests.map(({ method, path }) => `${method} ${path}`);
  const methods = () => server.requests.map(({ method }) => method);
  /** A load tester that is done at the `polls`th question. */
  const tester =
    (location: string | undefined, polls: number, result: object): Behaviour =>
    (request, response, body) => {
      const asked = methods().filter((method) => method === 'GET').length;
      if (request.method === 'POST')
        json({ id: 'run 1' }, 202, location === undefined ? {} : { location })(request, response, body);
      else if (request.method === 'DELETE') text('', 204)(request, response, body);
      else json(asked < polls ? { done: false } : result)(request, response, body);
    };

  test('is started, asked for and taken away, each signed', async () => {
    server.behaviour = tester('/runs/1', 3, { done: true, message: '900 rps' });
    expect(await load().done).toEqual({ passed: true, message: '900 rps' });
    expect(calls()).toEqual(['POST /in?token=planted-token', ...Array(3).fill('GET /runs/1'), 'DELETE /runs/1']);
    for (const { body, headers } of server.requests)
      expect(() => new Webhook(SECRET).verify(body, headers as Record<string, string>)).not.toThrow();
  });

  test('is found by its id', async () => {
    server.behaviour = tester(undefined, 1, { passed: false, message: 'p99 above 2 s' });
    expect(await load().done).toEqual({ passed: false, message: 'p99 above 2 s' });
    expect(calls().slice(1)).toEqual(['GET /in/run%201', 'DELETE /in/run%201']);
  });

  test('that names nothing is not asked for', async () => {
    server.behaviour = text('started');
    expect(await load().done).toEqual({ passed: true, message: 'started' });
    expect(methods()).toEqual(['POST']);
  });

  test('at another place is not asked for: a signature goes to the hook alone', async () => {
    server.behaviour = tester('http://127.0.0.1:1/runs/1', 1, {});
    await expect(load().done).rejects.toMatchObject({ code: 'HOOK_REFUSED' });
    expect(methods()).toEqual(['POST']);
  });

  test.each([
    [503, 'HOOK_FAILED'],
    [400, 'HOOK_REFUSED'],
  ])('that is answered with %i has not begun', async (status, code) => {
    server.behaviour = text('', status);
    await expect(load().done).rejects.toMatchObject({ code });
  });

  test('that is not done in time has failed, and is taken away', async () => {
    server.behaviour = tester('/runs/1', 1e9, {});
    expect(await load(100).done).toMatchObject({ passed: false, message: expect.stringMatching(/not done by/) });
    expect(methods().at(-1)).toBe('DELETE');
  });

  test('goes on over trouble; one that is gone has failed', async () => {
    const running = tester('/runs/1', 1e9, {});
    server.behaviour = inOrder(running, text('', 500), resets, running, text('', 404), running);
    expect(await load().done).toMatchObject({ passed: false, message: expect.stringContaining('gone') });
  });

  test('is taken away on cancellation', async () => {
    server.behaviour = tester('/runs/1', 1e9, {});
    const { done, beats, environment } = load();
    done.catch(() => undefined);
    // Once it knows where the run stands.
    await until(() => beats.length > 0);
    environment.cancel();
    await expect(done).rejects.toThrow('CANCELLED');
    expect(methods().at(-1)).toBe('DELETE');
  });

  test('of a worker that stops is not taken away, and the next attempt goes on with it', async () => {
    server.behaviour = tester('/runs/1', 4, { done: true });
    const { done, beats, environment } = load();
    done.catch(() => undefined);
    await until(() => beats.length > 0);
    environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(done).rejects.toThrow('WORKER_SHUTDOWN');
    expect(methods()).not.toContain('DELETE');
    expect(await load(20_000, beats.at(-1)).done).toEqual({ passed: true, message: 'done' });
    expect(methods().filter((method) => method === 'POST')).toHaveLength(1);
    expect(methods().at(-1)).toBe('DELETE');
  });
});
