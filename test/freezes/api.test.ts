import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createApi } from '../../src/api/create-api.js';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { Freeze } from '../../src/domain/freeze.js';
import type { Store } from '../../src/ports/store.js';
import { runCommand } from '../setup/sluice.js';
import { testStore } from '../setup/store.js';

const TOKEN = 'a-token-of-the-test-suite';
const HOUR_MS = 3_600_000;

let store: Store;
beforeAll(async () => {
  store = await testStore();
}, 120_000);
afterAll(() => store?.close());

const post = (url: string, body: unknown, token?: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: token }) },
    body: JSON.stringify(body),
  });
const asked = { reason: 'checkout is down', owner: 'alice', for: '12h' };

describe('freezes over HTTP, on loopback', () => {
  let api: StartedApi;
  beforeAll(async () => {
    api = await startApi({ store, host: '127.0.0.1', port: 0 });
  });
  afterAll(() => api?.close());
  const list = async (query: string) => {
    const response = await fetch(`${api.url}/v1/freezes${query}`);
    expect(response.status).toBe(200);
    return ((await response.json()) as { freezes: Freeze[] }).freezes;
  };

  test('made, seen by those it covers, lifted, kept', async () => {
    const response = await post(`${api.url}/v1/freezes`, { ...asked, scope: 'eu-*' });
    expect(response.status).toBe(201);
    const made = (await response.json()) as Freeze;
    expect(made).toMatchObject({ scope: 'eu-*', reason: 'checkout is down', owner: 'alice', liftedAt: null });
    expect(made.id).toMatch(/^f-[0-9a-f]{12}$/);
    expect(Math.abs(Date.parse(made.expiresAt) - Date.now() - 12 * HOUR_MS)).toBeLessThan(10_000);
    expect(await list('?active=true&service=eu-digits')).toEqual([made]);
    expect(await list('?active=true&service=us-digits')).toEqual([]);

    const lift = await post(`${api.url}/v1/freezes/${made.id}/lift`, { by: 'bob', reason: 'repaired' });
    expect(lift.status).toBe(200);
    const lifted = (await lift.json()) as Freeze;
    expect(lifted).toMatchObject({ id: made.id, liftedBy: 'bob', liftReason: 'repaired' });
    expect(await list('?active=true')).toEqual([]);
    expect(await list('?active=false&limit=1')).toEqual([lifted]);
    expect(await list('')).toEqual([lifted]);
  });

  test('covers all services unless told', async () => {
    const until = new Date(Date.now() + HOUR_MS).toISOString();
    const response = await post(`${api.url}/v1/freezes`, { reason: 'x', owner: 'alice', until });
    const made = (await response.json()) as Freeze;
    expect(made).toMatchObject({ scope: '*', expiresAt: until });
    await store.liftFreeze(made.id, { by: 'test', reason: 'over' });
  });

  test.each<[string, unknown, RegExp]>([
    ['no end', { reason: 'x', owner: 'a' }, /either for .* or until/],
    ['two ends', { ...asked, until: '2030-01-01T00:00:00Z' }, /either for .* or until/],
    ['too long', { ...asked, for: '31d' }, /longer than 30 days/],
    ['until too far', { reason: 'x', owner: 'a', until: '2099-01-01T00:00:00Z' }, /2099.* longer than 30 days/],
    ['an end that is past', { reason: 'x', owner: 'a', until: '2020-01-01T00:00:00Z' }, /2020-01-01.* is past/],
    ['a local time', { reason: 'x', owner: 'a', until: '2030-01-01T00:00:00' }, /until: expected a date-time/],
    ['no duration', { ...asked, for: 'long' }, /for: expected a duration/],
    ['no reason', { ...asked, reason: '  ' }, /reason/],
    ['nobody', { ...asked, owner: undefined }, /owner/],
    ['a scope in capitals', { ...asked, scope: 'EU' }, /scope: expected a service, or a pattern.*"EU"/],
    ['what it does not know', { ...asked, forever: true }, /forever/],
  ])('refuses %s', async (_, body, message) => {
    const response = await post(`${api.url}/v1/freezes`, body);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status: 400, code: 'USAGE', detail: expect.stringMatching(message) });
  });

  test.each<[string, unknown, number, string]>([
    ['f-none', { by: 'bob', reason: 'x' }, 404, 'NOT_FOUND'],
    ['f-none', { by: 'bob' }, 400, 'USAGE'],
    ['No%27', { by: 'bob', reason: 'x' }, 400, 'USAGE'],
  ])('lifting %s with %j is %d', async (id, body, status, code) => {
    const response = await post(`${api.url}/v1/freezes/${id}/lift`, body);
    expect(await response.json()).toMatchObject({ status, code });
  });

  test.each(['?active=maybe', '?service=A', '?limit=0'])('%s is 400', async (query) => {
    expect((await fetch(`${api.url}/v1/freezes${query}`)).status).toBe(400);
  });
});

describe('who may', () => {
  test.each([
    ['nobody', undefined, 401],
    ['another token', 'Bearer another-token-of-somebody', 401],
    ['no bearer', TOKEN, 401],
    ['the token', `Bearer ${TOKEN}`, 201],
  ])('with a token: %s', async (_, authorization, status) => {
    const api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
    const response = await post(`${api.url}/v1/freezes`, { ...asked, scope: 'guarded' }, authorization);
    expect(response.status).toBe(status);
    const body = (await response.json()) as object;
    if (status === 401) expect(body).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(JSON.stringify(body)).not.toContain(TOKEN);
    expect((await post(`${api.url}/v1/freezes/f-none/lift`, {}, authorization)).status).toBe(
      status === 201 ? 400 : 401,
    );
    expect((await fetch(`${api.url}/v1/freezes`)).status).toBe(200);
    await api.close();
  });

  test('without a token, beyond loopback: nobody, and before the body is read', async () => {
    const api = await startApi({ store, host: '0.0.0.0', port: 0 });
    const url = api.url.replace('0.0.0.0', '127.0.0.1');
    const response = await post(`${url}/v1/freezes`, {});
    expect(await response.json()).toMatchObject({
      status: 401,
      code: 'UNAUTHORIZED',
      detail: expect.stringMatching(/0\.0\.0\.0.*SLUICE_ADMIN_TOKEN/),
    });
    expect((await fetch(`${url}/v1/freezes`)).status).toBe(200);
    await api.close();
  });

  test('a short token is refused at the start', () => {
    expect(() => createApi({ store, adminToken: 'short' })).toThrow(/5 characters; at least 16/);
    expect(() => createApi({ store, adminToken: '' })).toThrow(/0 characters/);
  });
});

describe('sluice freeze', () => {
  let api: StartedApi;
  beforeAll(async () => {
    api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
  });
  afterAll(() => api?.close());
  const sluice = (args: string[], env: Record<string, string> = {}) =>
    runCommand(['freeze', ...args], { env: { SLUICE_API: api.url, SLUICE_ADMIN_TOKEN: TOKEN, ...env } });

  test('create, list, lift', async () => {
    const made = await sluice([
      'create',
      '--reason',
      'checkout is down',
      '--for',
      '2h',
      '--service',
      'cli-*',
      '--actor',
      'alice',
    ]);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^freeze f-\w+ of cli-\* until 20/) });
    const id = /f-\w+/.exec(made.stdout)![0];
    const listed = await sluice(['list', '--service', 'cli-digits']);
    expect(listed.stdout).toMatch(new RegExp(`ID +SERVICES .*\\n${id} +cli-\\* +alice .*checkout is down\\n$`));
    const lifted = await sluice(['lift', id, '--reason', 'repaired', '--actor', 'bob']);
    expect(lifted.stdout).toMatch(new RegExp(`^freeze ${id} of cli-\\* is lifted by bob at 20.*: repaired\\n$`));
    const gone = await sluice(['list', '--service', 'cli-digits', '-o', 'json']);
    expect(JSON.parse(gone.stdout)).toEqual([]);
    const all = await sluice(['list', '--all', '--service', 'cli-digits', '--limit', '1', '-o', 'json']);
    expect(JSON.parse(all.stdout)).toMatchObject([{ id, liftedBy: 'bob' }]);
  }, 60_000);

  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['no end', ['create', '--reason', 'x'], {}, 2, /either --for .* or --until[^]*USAGE/],
    ['too long', ['create', '--reason', 'x', '--for', '40d'], {}, 2, /longer than 30 days[^]*USAGE/],
    ['an unknown one', ['lift', 'f-none', '--reason', 'x'], {}, 1, /answers 404: no freeze f-none[^]*NOT_FOUND/],
    [
      'another token',
      ['create', '--reason', 'x', '--for', '1h'],
      { SLUICE_ADMIN_TOKEN: 'another-token-of-somebody' },
      1,
      /answers 401: [^]*UNAUTHORIZED/,
    ],
    [
      'no api',
      ['list'],
      { SLUICE_API: 'http://u:hunter2@127.0.0.1:1' },
      1,
      /api at 127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/,
    ],
  ])(
    '%s',
    async (_, args, env, code, message) => {
      const ended = await sluice(args, env);
      expect(ended.stderr).toMatch(message);
      expect(ended.stderr).not.toMatch(/hunter2|token-of/);
      expect(ended.code).toBe(code);
    },
    60_000,
  );
});
