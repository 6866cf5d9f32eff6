import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { createNotifyActivities } from '../../activities/notify.js';
import { describeError } from '../../src/domain/errors.js';
import type { Notice } from '../../src/domain/notice.js';
import type { NotifyTarget } from '../../src/domain/spec/notify.js';
import { retryAfter } from '../../src/net/exchange.js';
import { type DeliveryFailed, deliverNotice } from '../../src/notify/deliver.js';
import { type Behaviour, type FakeServer, hangs, resets, startServer } from '../gateway/stage.js';
import { notice } from './notices.js';

const SECRET = `whsec_${Buffer.from('a planted secret, thirty-two byte').toString('base64')}`;
const RAW = 'another planted secret of forty letters!';
const ok: Behaviour = (_, response) => void response.writeHead(204).end();
const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Behaviour =>
  (_, response) =>
    void response.writeHead(code, headers).end(body);

let server: FakeServer;
let environment: Record<string, string>;
beforeEach(async () => {
  server = await startServer(ok);
  environment = {
    SLUICE_SECRET_HOOK: SECRET,
    SLUICE_SECRET_RAW: RAW.replaceAll(' ', '_'),
    SLUICE_SECRET_SHORT: 'too-short-to-sign-with',
    SLUICE_SECRET_SLACK: `${server.url}/services/T000/B000/planted-token`,
    SLUICE_SECRET_PLAIN: 'http://hooks.example.com/planted-token',
    SLUICE_SECRET_NO_URL: 'planted-token',
  };
});
afterEach(() => server.close());

const secrets = (name: string) => environment[name];
const signed = (over: Partial<{ secretRef: string; webhook: string }> = {}): NotifyTarget => ({
  webhook: `${server.url}/in?token=planted-token`,
  secretRef: 'SLUICE_SECRET_HOOK',
  ...over,
});
const slack = (urlRef = 'SLUICE_SECRET_SLACK'): NotifyTarget => ({ slack: { urlRef } });
const deliver = (target: NotifyTarget, timeoutMs = 1500) => deliverNotice(target, notice(), { secrets, timeoutMs });
const failure = async (target: NotifyTarget): Promise<DeliveryFailed> => {
  const error = await deliver(target).then(
    () => undefined,
    (failed: unknown) => failed,
  );
  if (error === undefined) throw new Error('it was delivered');
  return error as DeliveryFailed;
};

describe('a webhook', () => {
  test('gets a CloudEvent with a signature that the Standard Webhooks library verifies', async () => {
    await deliver(signed());
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/in?token=planted-token' });
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(request?.body ?? '', headers)).toMatchObject({
      type: 'dev.sluice.rollout.rolled-back.v1',
    });
    expect(headers['webhook-id']).toBe(notice().id);
    expect(HTTP.toEvent({ headers, body: request?.body })).toMatchObject({ id: notice().id });
    expect(() => new Webhook(SECRET).verify(`${request?.body} `, headers)).toThrow('No matching signature');
  });

  test('is signed by a secret that is plain text, and by two while one is changed', async () => {
    await deliver(signed({ secretRef: 'SLUICE_SECRET_RAW' }));
    environment['SLUICE_SECRET_HOOK'] = `${SECRET}  ${environment['SLUICE_SECRET_RAW']}`;
    await deliver(signed());
    const raw = new Webhook(environment['SLUICE_SECRET_RAW'] ?? '', { format: 'raw' });
    for (const { body, headers } of server.requests)
      expect(raw.verify(body, headers as Record<string, string>)).toHaveProperty('specversion', '1.0');
    const [, both] = server.requests;
    expect(new Webhook(SECRET).verify(both?.body ?? '', both?.headers as Record<string, string>)).toBeDefined();
  });

  test('without a secret is not signed', async () => {
    await deliver({ webhook: server.url });
    expect(server.requests[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  test('may be named by its variable alone', async () => {
    await deliver({ webhook: { urlRef: 'SLUICE_SECRET_SLACK' } });
    expect(server.requests[0]).toMatchObject({ path: '/services/T000/B000/planted-token' });
  });
});

describe('Slack', () => {
  test('gets blocks at the address that stands in the environment', async () => {
    await deliver(slack());
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/services/T000/B000/planted-token' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ text: expect.stringContaining('digits v2') });
  });

  test('says in a word what is wrong', async () => {
    server.behaviour = status(404, {}, 'no_service');
    expect(await failure(slack())).toMatchObject({
      code: 'NOTIFICATION_REFUSED',
      message: `Slack (SLUICE_SECRET_SLACK): ${notice().id} (rolled-back) was answered with status 404 no_service`,
    });
  });
});

const giant: Behaviour = (_, response) => {
  response.writeHead(200);
  const part = Buffer.alloc(65_536, 'x');
  const more = () => {
    while (!response.destroyed && response.write(part));
  };
  response.on('drain', more);
  more();
};
const drips: Behaviour = (_, response) => {
  response.writeHead(200).write('o');
};

describe('an answer', () => {
  test.each([
    ['a giant body', giant],
    ['a body that never ends', drips],
    ['garbage', status(200, { 'content-type': 'application/json' }, '{{{')],
  ])('of 200 with %s is a delivery', async (_, behaviour) => {
    server.behaviour = behaviour;
    await deliver(signed());
  });

  test.each([
    ['500', status(500, {}, `an echo: ${SECRET}`), 'NOTIFICATION_FAILED', /status 500$/],
    ['429', status(429, { 'retry-after': '7' }), 'NOTIFICATION_FAILED', /status 429$/],
    ['410', status(410), 'NOTIFICATION_REFUSED', /status 410$/],
    ['400', status(400, {}, '<html>'), 'NOTIFICATION_REFUSED', /status 400$/],
    [
      'a redirect',
      status(302, { location: 'http://127.0.0.1:1/' }),
      'NOTIFICATION_REFUSED',
      /redirects are not followed/,
    ],
    ['silence', hangs, 'NOTIFICATION_FAILED', /no answer within 1500 ms/],
    ['a reset', resets, 'NOTIFICATION_FAILED', /ECONNRESET/],
  ] as const)('of %s is none, and the error holds no secret', async (_, behaviour, code, message) => {
    server.behaviour = behaviour;
    for (const target of [signed(), slack()]) {
      const error = await failure(target);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expectNoSecret(error);
    }
  });

  test('that asks for time is heard, in seconds or as a date, up to an hour', async () => {
    server.behaviour = status(429, { 'retry-after': '7' });
    expect((await failure(signed())).retryAfterMs).toBe(7000);
    const now = Date.parse('2026-03-04T05:06:07Z');
    expect(retryAfter('Wed, 04 Mar 2026 05:06:37 GMT', now)).toBe(30_000);
    expect(retryAfter('Wed, 04 Mar 2026 05:00:00 GMT', now)).toBe(0);
    expect(retryAfter('999999999', now)).toBe(3_600_000);
    expect(retryAfter('soon', now)).toBeNull();
  });
});

describe('an environment', () => {
  test.each([
    ['lacks the secret', () => signed({ secretRef: 'SLUICE_SECRET_NONE' }), /SLUICE_SECRET_NONE is not in/],
    ['has a short one', () => signed({ secretRef: 'SLUICE_SECRET_SHORT' }), /has 22 bytes; a secret needs at least 24/],
    ['lacks the URL', () => slack('SLUICE_SECRET_NONE'), /is not in the worker's environment/],
    ['has no URL there', () => slack('SLUICE_SECRET_NO_URL'), /does not hold an https URL/],
    ['has one without TLS', () => slack('SLUICE_SECRET_PLAIN'), /does not hold an https URL/],
  ])('that %s is named by its variable alone', async (_, target, message) => {
    const error = await failure(target());
    expect(error).toMatchObject({ code: 'SECRET_UNUSABLE', message: expect.stringMatching(message) });
    expectNoSecret(error);
    expect(server.requests).toHaveLength(0);
  });

  test('a receiver that is not there is a failure', async () => {
    await server.close();
    const error = await failure(slack());
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED', message: expect.stringContaining('ECONNREFUSED') });
    expectNoSecret(error);
    server = await startServer(ok);
  });
});

/** Whatever a log may make of an error: its message, causes, stack and own fields. */
function expectNoSecret(error: Error): void {
  const said = [describeError(error), error.stack, JSON.stringify(error), JSON.stringify(Object.entries(error))].join();
  expect(said).not.toMatch(/planted/);
  expect(said).not.toContain(SECRET);
  expect(said).not.toContain(Buffer.from(SECRET.slice(6), 'base64').toString());
  expect(error.cause).toBeUndefined();
}

describe('the activity', () => {
  const run = (notices: Notice[], heartbeatDetails?: unknown) => {
    const environment = new MockActivityEnvironment({ heartbeatDetails }, { logger: new DefaultLogger('ERROR') });
    const beats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => beats.push(details));
    const activities = createNotifyActivities({ secrets });
    const done = environment.run((told: Notice[]) => activities.deliver(signed(), told), notices) as Promise<void>;
    return { done, beats, environment };
  };
  const three = [1, 2, 3].map((sequence) => notice({ sequence }));
  const sent = () => server.requests.map(({ headers }) => String(headers['webhook-id']).split('/').pop());

  test('sends in order, and a retry goes on where the attempt before stopped', async () => {
    let served = 0;
    server.behaviour = (request, response, body) => {
      served += 1;
      (served === 2 ? status(503) : ok)(request, response, body);
    };
    const first = run(three);
    await expect(first.done).rejects.toMatchObject({ code: 'NOTIFICATION_FAILED' });
    await run(three, first.beats.at(-1)).done;
    expect(sent()).toEqual(['1', '2', '2', '3']);
  });

  test('waits for as long as the receiver asks', async () => {
    server.behaviour = status(429, { 'retry-after': '7' });
    await expect(run(three).done).rejects.toMatchObject({
      type: 'NOTIFICATION_FAILED',
      nonRetryable: false,
      nextRetryDelay: 7000,
    });
  });

  test.each(['0', new Date(Date.now() - 60_000).toUTCString()])(
    'a receiver that is away and asks for no wait (%s) is waited for all the same',
    async (asked) => {
      server.behaviour = status(503, { 'retry-after': asked });
      const failed: unknown = await run(three).done.catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 'NOTIFICATION_FAILED' });
      expect(failed).not.toHaveProperty('nextRetryDelay');
    },
  );

  test('a notice that is refused does not keep the later ones, and is named', async () => {
    server.behaviour = (request, response, body) =>
      (request.headers['webhook-id'] === three[1]?.id ? status(400) : ok)(request, response, body);
    await expect(run(three).done).rejects.toMatchObject({
      code: 'NOTIFICATION_REFUSED',
      message: `webhook ${server.url}: ${three[1]?.id} (rolled-back) was answered with status 400`,
    });
    expect(sent()).toEqual(['1', '2', '3']);
  });

  test('a target that is gone is left alone', async () => {
    server.behaviour = status(410);
    await expect(run(three).done).rejects.toMatchObject({ code: 'NOTIFICATION_REFUSED' });
    expect(sent()).toEqual(['1']);
  });

  test('ends on cancellation', async () => {
    server.behaviour = hangs;
    const { done, environment } = run(three);
    setTimeout(() => environment.cancel(), 100);
    await expect(done).rejects.toThrow('CANCELLED');
  });
});
