import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createApi } from '../../src/api/create-api.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import { EXPIRED, openSite, type Site, sha256, TOKENS } from './site.js';

let store: Store;
let site: Site;
beforeAll(async () => {
  store = await testStore();
  site = await openSite(store);
}, 120_000);
afterAll(async () => {
  await site?.close();
  await store?.close();
});

const freeze = { method: 'POST', body: JSON.stringify({ reason: 'tests', for: '1h' }) };

describe('tokens', () => {
  test('who asks is known by the token', async () => {
    expect(await (await site.ask('/v1/me', TOKENS.approver)).json()).toEqual({
      subject: 'approver@example.test',
      name: 'approver of the suite',
      role: 'approver',
      roles: ['approver'],
    });
  });

  test.each<[string, string | null, RegExp]>([
    ['none', null, /a token is needed/],
    ['an unknown one', 'slc_nobody-has-this-one', /not known here/],
    ['one that is over', EXPIRED, /expired at 2020-01-01/],
  ])('%s is 401, and says why', async (_, token, message) => {
    const answer = await site.ask('/v1/rollouts', token);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="sluice"/);
    expect(await answer.json()).toMatchObject({ code: 'UNAUTHORIZED', detail: expect.stringMatching(message) });
  });

  test.each(['Basic YTpi', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(5)}é`])(
    '%# is no token',
    async (authorization) => {
      expect((await site.ask('/v1/me', null, { headers: { authorization } })).status).toBe(401);
    },
  );

  test.each(['/healthz', '/readyz', '/metrics', '/openapi.json'])('%s needs none', async (path) => {
    expect((await site.ask(path, null)).status).toBe(200);
  });

  test('a viewer makes no freeze, and is told what is missing; an operator makes one in their own name', async () => {
    const refused = await site.ask('/v1/freezes', TOKENS.viewer, freeze);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      code: 'FORBIDDEN',
      detail: 'viewer of the suite is viewer, and this needs operator',
    });
    const body = JSON.stringify({ reason: 'tests', for: '1h', owner: 'somebody else' });
    const made = await site.ask('/v1/freezes', TOKENS.operator, { method: 'POST', body });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({ owner: 'operator@example.test' });
  });

  test.each(['token', 'access_token', 'API_KEY', 'authorization'])('%s in an address is refused', async (name) => {
    const answer = await site.ask(`/v1/rollouts?${name}=${TOKENS.admin}`);
    expect(answer.status).toBe(400);
    const text = await answer.text();
    expect(text).toContain('would end up in logs');
    expect(text).not.toContain(TOKENS.admin);
  });

  test('a token that is taken out of the file is refused soon, and a broken file changes nothing', async () => {
    const own = await openSite(store);
    const status = async (token: string) => (await own.ask('/v1/me', token)).status;
    expect(await status(TOKENS.viewer)).toBe(200);
    writeFileSync(own.file, 'sluice: api-tokens/v1\ntokens: [');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await status(TOKENS.viewer)).toBe(200);
    const left = `  - { name: new, subject: new@example.test, roles: [viewer], sha256: ${sha256('slc_new-token')} }`;
    writeFileSync(own.file, `sluice: api-tokens/v1\ntokens:\n${left}\n`);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect([await status(TOKENS.viewer), await status('slc_new-token')]).toEqual([401, 200]);
    await own.close();
  });
});

describe('without tokens', () => {
  const me = async (deps: object, headers: Record<string, string> = {}) => {
    const server = createApi({ store, ...deps });
    const answer = await server.inject({ url: '/v1/me', headers: { host: 'localhost:8090', ...headers } });
    await server.close();
    return answer;
  };

  test('whoever is on this machine may do all', async () => {
    expect((await me({})).json()).toMatchObject({ role: 'admin', subject: 'local' });
  });

  test('with SLUICE_ADMIN_TOKEN alone anybody reads, and only it does more', async () => {
    const adminToken = 'a-token-of-the-test-suite';
    expect((await me({ adminToken })).json()).toMatchObject({ role: 'viewer' });
    expect((await me({ adminToken }, { authorization: `Bearer ${adminToken}` })).json()).toMatchObject({
      role: 'admin',
    });
    expect((await me({ adminToken }, { authorization: 'Bearer wrong-wrong-wrong-wrong' })).statusCode).toBe(401);
  });

  test.each<[string, Record<string, string>]>([
    ['a page of another site', { origin: 'https://evil.test' }],
    ['a name of another site that leads here', { host: 'evil.test' }],
    ['a browser that says so', { 'sec-fetch-site': 'cross-site' }],
  ])('%s may not ask', async (_, headers) => {
    const answer = await me({}, headers);
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'FORBIDDEN']);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('limits', () => {
  test('too many requests are 429 with Retry-After, counted by subject; guesses by address', async () => {
    const own = await openSite(store, { limits: { requests: 5, refusals: 3 } });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await own.ask('/v1/me', TOKENS.viewer)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const other = await own.ask('/v1/me', TOKENS.operator);
    expect(other.status).toBe(200);
    for (let i = 0; i < 3; i += 1) expect((await own.ask('/v1/me', `slc_guess-${i}`)).status).toBe(401);
    const guess = await own.ask('/v1/me', 'slc_guess-4');
    expect(guess.status).toBe(429);
    expect(Number(guess.headers.get('retry-after'))).toBeGreaterThan(0);
    await own.close();
  });

  test('bodies, media types, methods and headers', async () => {
    const large = await site.ask('/v1/freezes', TOKENS.operator, {
      method: 'POST',
      body: `"${'x'.repeat(1_100_000)}"`,
    });
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([413, 'USAGE']);
    const xml = await site.ask('/v1/freezes', TOKENS.operator, {
      method: 'POST',
      body: '<a/>',
      headers: { 'content-type': 'text/xml' },
    });
    expect(xml.status).toBe(415);
    const put = await site.ask('/v1/freezes', TOKENS.operator, { method: 'PUT', body: '{}' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    const answer = await site.ask('/v1/rollouts');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('the access log has neither tokens nor queries', async () => {
    const lines: string[] = [];
    const own = await openSite(store, { accessLog: (line) => lines.push(JSON.stringify(line)) });
    await own.ask(`/v1/rollouts?search=secret-plan`, TOKENS.admin);
    await own.ask(`/v1/rollouts?token=${TOKENS.admin}`, TOKENS.admin);
    await own.close();
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/secret-plan|slc_/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      path: '/v1/rollouts',
      status: 200,
      subject: 'admin@example.test',
    });
  });
});
