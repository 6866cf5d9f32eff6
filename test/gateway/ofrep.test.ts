import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import fc from 'fast-check';
import { fetch } from 'undici';
import { flags } from '../../src/domain/spec/flags.js';
import { GatewayStage } from './stage.js';

const configured = flags.parse({
  'new-ranker': {
    variants: { on: true, off: false },
    off: 'off',
    default: 'off',
    units: { on: ['ann'] },
    rules: [{ name: 'german', when: { 'user.country': 'de' }, serve: 'on' }],
  },
  greeting: { variants: { short: 'Hi', long: 'Good day' }, off: 'short', default: { short: 50, long: 50 } },
  limit: { variants: { low: 1.5, high: 20 }, off: 'low', default: 'high' },
  theme: { variants: { dark: { colour: '#000', sizes: [1, 2] } }, off: 'dark', default: 'dark' },
});

let stage: GatewayStage;
beforeAll(async () => {
  stage = await GatewayStage.open({}, { flags: configured });
});
afterAll(() => stage.close());

async function post(path: string, body: string | object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${stage.gateway.dataUrl}/ofrep/v1/evaluate/flags${path}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  const read = text === '' ? null : (JSON.parse(text) as Record<string, unknown>);
  return { status: answer.status, body: read, etag: answer.headers.get('etag') ?? '' };
}

async function command(method: string, path: string, body?: object) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`${stage.gateway.adminUrl}/v1/flags${path}`, init);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('with the official SDK and the official OFREP provider', () => {
  beforeAll(() => OpenFeature.setProviderAndWait('ofrep', new OFREPProvider({ baseUrl: stage.gateway.dataUrl })));
  afterAll(() => OpenFeature.close());
  const client = () => OpenFeature.getClient('ofrep');

  test('all kinds of values', async () => {
    expect(await client().getBooleanDetails('new-ranker', false, { targetingKey: 'ann' })).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
      flagMetadata: { revision: 0 },
    });
    expect(await client().getBooleanDetails('new-ranker', false, { user: { country: 'de' } })).toMatchObject({
      value: true,
      flagMetadata: { rule: 'german' },
    });
    expect(await client().getStringDetails('greeting', '', { targetingKey: 'ann' })).toMatchObject({ reason: 'SPLIT' });
    expect(await client().getNumberValue('limit', 0)).toBe(20);
    expect(await client().getObjectValue('theme', {})).toEqual({ colour: '#000', sizes: [1, 2] });
  });

  test('errors lead to the default of the caller', async () => {
    expect(await client().getBooleanDetails('nothing', true)).toMatchObject({
      value: true,
      errorCode: 'FLAG_NOT_FOUND',
    });
    expect(await client().getStringDetails('greeting', 'x')).toMatchObject({
      value: 'x',
      errorCode: 'TARGETING_KEY_MISSING',
    });
    expect(await client().getBooleanDetails('limit', true)).toMatchObject({ value: true, errorCode: 'TYPE_MISMATCH' });
  });

  test('the kill switch works at once', async () => {
    expect(await command('POST', '/limit/kill')).toMatchObject({ status: 200, body: { enabled: false, revision: 1 } });
    expect(await client().getNumberDetails('limit', 0)).toMatchObject({ value: 1.5, reason: 'DISABLED' });
    expect(await command('POST', '/limit/kill')).toMatchObject({ status: 200, body: { revision: 1 } });
    expect(await command('POST', '/limit/restore')).toMatchObject({ body: { enabled: true, revision: 2 } });
    expect(await client().getNumberValue('limit', 0)).toBe(20);
  });
});

describe('the protocol', () => {
  test('one flag', async () => {
    expect(await post('/new-ranker', { context: {} })).toMatchObject({
      status: 200,
      body: { key: 'new-ranker', value: false, variant: 'off', reason: 'DEFAULT', metadata: { revision: 0 } },
    });
    expect(await post('/nothing', {})).toMatchObject({
      status: 404,
      body: { key: 'nothing', errorCode: 'FLAG_NOT_FOUND' },
    });
    expect(await post('/greeting', '')).toMatchObject({
      status: 400,
      body: { key: 'greeting', errorCode: 'TARGETING_KEY_MISSING', errorDetails: 'greeting is split by targetingKey' },
    });
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'PARSE_ERROR'],
    ['a list', '[]', 'INVALID_CONTEXT'],
    ['null', 'null', 'INVALID_CONTEXT'],
    ['a text for a context', '{"context":"x"}', 'INVALID_CONTEXT'],
    ['a list for a context', '{"context":[]}', 'INVALID_CONTEXT'],
    ['a number for a unit', '{"context":{"targetingKey":1}}', 'INVALID_CONTEXT'],
    ['a very long unit', JSON.stringify({ context: { targetingKey: 'x'.repeat(1025) } }), 'INVALID_CONTEXT'],
    ['too deep', `{"context":${'{"a":'.repeat(20)}1${'}'.repeat(21)}`, 'INVALID_CONTEXT'],
    ['far too deep', `{"context":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'INVALID_CONTEXT'],
  ])('%s', async (_, body, errorCode) => {
    expect(await post('/limit', body)).toMatchObject({ status: 400, body: { key: 'limit', errorCode } });
    const { status, body: bulk } = await post('', body);
    expect([status, bulk?.['errorCode'], bulk?.['key']]).toEqual([400, errorCode, undefined]);
  });

  test('more than fits is refused', async () => {
    const answer = await post('/limit', `{"context":{"a":"${'x'.repeat(70_000)}"}}`);
    expect(answer.status).toBe(413);
  });

  test('all flags, each with its own outcome', async () => {
    const { status, body } = await post('', { context: {} });
    expect(status).toBe(200);
    expect(body?.['flags']).toMatchObject([
      { key: 'new-ranker', value: false },
      { key: 'greeting', errorCode: 'TARGETING_KEY_MISSING' },
      { key: 'limit', value: 20 },
      { key: 'theme', variant: 'dark' },
    ]);
  });

  test('the tag is of the context and of the flags', async () => {
    const context = { context: { targetingKey: 'ann' } };
    const { etag } = await post('', context);
    expect(await post('', context, { 'if-none-match': `"other", W/${etag}` })).toEqual({
      status: 304,
      body: null,
      etag,
    });
    expect((await post('', { context: { targetingKey: 'bob' } }, { 'if-none-match': etag })).status).toBe(200);
    await command('POST', '/theme/kill');
    const after = await post('', context, { 'if-none-match': etag });
    expect(after.status).toBe(200);
    expect(after.etag).not.toBe(etag);
  });

  test('other paths and methods', async () => {
    const { dataUrl } = stage.gateway;
    expect((await fetch(`${dataUrl}/ofrep/v1/evaluate/flags/limit`)).status).toBe(405);
    expect((await fetch(`${dataUrl}/ofrep/v1/configuration`)).status).toBe(404);
    expect((await fetch(`${dataUrl}/ofrep/`, { method: 'POST' })).status).toBe(404);
    expect((await post('/%E0%A4%A', {})).status).toBe(404);
    expect((await post('/__proto__', {})).status).toBe(404);
  });

  test('whatever is sent, the answer is one of the protocol', async () => {
    const answerOf = async (path: string, body: string) => {
      const { status, body: answer } = await post(path, body);
      expect([200, 400, 404]).toContain(status);
      expect('value' in (answer ?? {}) || 'errorCode' in (answer ?? {}) || 'errorDetails' in (answer ?? {})).toBe(true);
    };
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom('limit', 'greeting', 'new-ranker'),
          fc.string({ minLength: 1 }).filter((key) => !/^\.+$/.test(key)),
        ),
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.jsonValue().map((context) => JSON.stringify({ context })),
        ),
        (key, body) => answerOf(`/${encodeURIComponent(key)}`, body),
      ),
      { numRuns: 300 },
    );
  });

  test('known flags are counted, others are not', async () => {
    await post('/nobody-knows-this', {});
    const text = await (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
    expect(text).toMatch(/sluice_gateway_flag_evaluations_total\{flag="limit",variant="high",reason="STATIC"\} \d+/);
    expect(text).toMatch(/sluice_gateway_flag_evaluations_total\{flag="greeting",variant="",reason="ERROR"\} \d+/);
    expect(text).not.toContain('nobody-knows-this');
  });
});

describe('commands', () => {
  const definition = (revision: number, more: object = {}) => ({
    revision,
    variants: { on: true, off: false },
    off: 'off',
    default: 'on',
    ...more,
  });
  afterEach(() => command('DELETE', '/extra'));

  test('a newer revision counts, the same one is harmless, an older one is refused', async () => {
    expect(await command('PUT', '/extra', definition(2))).toMatchObject({
      status: 200,
      body: { key: 'extra', revision: 2 },
    });
    expect((await command('PUT', '/extra', definition(2))).status).toBe(200);
    expect(await command('PUT', '/extra', definition(2, { default: 'off' }))).toMatchObject({
      status: 409,
      body: { code: 'EPOCH_STALE', error: 'flag extra: revision 2 is refused, it has another definition' },
    });
    expect(await command('PUT', '/extra', definition(1))).toMatchObject({ status: 409 });
    expect(await command('PUT', '/extra', definition(3, { default: 'off' }))).toMatchObject({ status: 200 });
    expect(await command('GET', '/extra')).toMatchObject({ body: { revision: 3, default: 'off', enabled: true } });
  });

  test('a definition that was prepared before the kill does not undo it', async () => {
    await command('PUT', '/extra', definition(1));
    await command('POST', '/extra/kill');
    expect((await command('PUT', '/extra', definition(2))).status).toBe(409);
    expect((await post('/extra', {})).body).toMatchObject({ value: false, reason: 'DISABLED' });
  });

  test('what does not hold together is refused, and nothing changes', async () => {
    const needs = { prerequisites: [{ flag: 'nothing', variant: 'on' }] };
    const refused = await command('PUT', '/extra', definition(1, needs));
    expect(refused).toMatchObject({ status: 422, body: { code: 'SPEC_INVALID' } });
    expect(refused.body['error']).toContain('extra needs nothing, and there is no such flag');
    expect((await command('GET', '/extra')).status).toBe(404);
    await command('PUT', '/extra', definition(1));
    await command('PUT', '/needy', definition(1, { prerequisites: [{ flag: 'extra', variant: 'on' }] }));
    expect((await command('DELETE', '/extra')).status).toBe(422);
    expect((await command('DELETE', '/needy')).status).toBe(200);
    expect(await command('DELETE', '/limit')).toMatchObject({ status: 409, body: { code: 'COMMAND_REFUSED' } });
  });

  test.each<[string, string, object | undefined, number]>([
    ['POST', '', undefined, 400],
    ['POST', '/limit', undefined, 400],
    ['GET', '/limit/kill', undefined, 400],
    ['POST', '/nothing/kill', undefined, 404],
    ['POST', '/limit/other', undefined, 404],
    ['PUT', '/UPPER', {}, 404],
    ['PUT', '/extra', {}, 422],
    ['PUT', '/extra', { variants: {} }, 422],
  ])('%s %s %j is %d', async (method, path, body, status) => {
    expect((await command(method, path, body)).status).toBe(status);
  });

  test('whatever is put, it is taken or refused by name', async () => {
    const put = async (body: string) => {
      const answer = await fetch(`${stage.gateway.adminUrl}/v1/flags/extra`, { method: 'PUT', body });
      expect([200, 409, 422]).toContain(answer.status);
      await answer.text();
    };
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    await put(nested);
    await put(JSON.stringify(definition(1)).replace('true', `{"a":${nested}}`).replace('false', '{}'));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.jsonValue().map((off) => JSON.stringify(definition(1, { off, units: off }))),
        ),
        put,
      ),
      { numRuns: 100 },
    );
  });

  test('definitions have a tag', async () => {
    const url = `${stage.gateway.adminUrl}/v1/flags`;
    const first = await fetch(url);
    expect(Object.keys(((await first.json()) as { flags: object }).flags)).toEqual(Object.keys(configured));
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(url, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test('commands outlive the gateway; a broken file does not stop it', async () => {
    await command('PUT', '/extra', definition(5));
    await stage.restart();
    expect((await command('GET', '/extra')).body).toMatchObject({ revision: 5 });
    const path = join(stage.stateDir, 'flags.json');
    expect(Object.keys(JSON.parse(await readFile(path, 'utf8')))).toContain('extra');
    await writeFile(path, '{"extra":');
    await stage.restart();
    expect(stage.logged).toContain('error: the kept flags are unreadable; the configured ones serve');
    expect((await command('GET', '/extra')).status).toBe(404);
    expect((await post('/limit', {})).body).toMatchObject({ value: 20 });
  });
});
