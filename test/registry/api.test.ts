import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Problem } from '../../src/api/problem.js';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { AliasChange, ModelVersion } from '../../src/domain/model-version.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import { newModel, versionOf } from './model-fixtures.js';

const TOKEN = 'a-token-of-23-characters';
let store: Store;
let api: StartedApi;
beforeAll(async () => {
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
}, 120_000);
afterAll(async () => {
  await api?.close();
  await store?.close();
});

async function ask<T>(method: string, path: string, body?: unknown, token: string | null = TOKEN) {
  const response = await fetch(`${api.url}/v1/models${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}
const register = async (model: string, version: string, parts = {}) => {
  const { model: _, ...body } = versionOf(model, version, parts);
  return ask<ModelVersion>('POST', `/${model}/versions`, body);
};

test('register, list, show by label, id and alias', async () => {
  const model = newModel();
  const made = await register(model, 'v1');
  expect(made).toMatchObject({ status: 201, body: { model, version: 'v1', id: expect.stringMatching(/^mv-/) } });
  expect(await register(model, 'v1')).toEqual({ status: 200, body: made.body });
  await ask('PUT', `/${model}/aliases/champion`, { to: 'v1', by: 'ann', why: 'first' });
  for (const name of ['v1', made.body.id, '@champion', '%40champion'])
    expect(await ask('GET', `/${model}/versions/${name}`, undefined, null)).toEqual({ status: 200, body: made.body });
  expect((await ask('GET', `/${model}/versions?limit=1`, undefined, null)).body).toEqual({
    versions: [made.body],
    next: null,
  });
  expect((await ask<{ models: unknown[] }>('GET', '?limit=200')).body.models).toContainEqual({
    model,
    versions: 1,
    newest: 'v1',
  });
});

test('lineage and diff', async () => {
  const model = newModel();
  const one = (await register(model, 'v1')).body;
  const two = (await register(model, 'v2', { parents: [one.id], parameters: { depth: 7 } })).body;
  expect((await ask('GET', `/${model}/versions/v2/lineage`)).body).toEqual({
    relatives: [{ version: one, depth: 1 }],
    missing: [],
    isCircular: false,
    isTruncated: false,
  });
  expect((await ask('GET', `/${model}/versions/v1/lineage?direction=descendants&depth=1`)).body).toMatchObject({
    relatives: [{ version: { id: two.id }, depth: 1 }],
  });
  expect((await ask('GET', `/${model}/versions/v1/diff/v2`)).body).toMatchObject({
    parameters: { changed: { depth: { from: 6, to: 7 } } },
  });
});

test('aliases: set, compared, taken away, with their history', async () => {
  const model = newModel();
  const [one, two] = [(await register(model, 'v1')).body, (await register(model, 'v2')).body];
  const put = (body: object) =>
    ask<{ change: AliasChange | null }>('PUT', `/${model}/aliases/champion`, { by: 'ann', why: 'x', ...body });
  expect((await put({ to: 'v1', changeId: 'c/1', expected: null })).body.change).toMatchObject({
    from: null,
    to: one.id,
  });
  expect((await put({ to: '@champion' })).body).toEqual({ change: null });
  expect(await put({ to: 'v2', expected: two.id })).toMatchObject({ status: 409, body: { code: 'COMMAND_REFUSED' } });
  expect((await put({ to: two.id, expected: one.id })).body.change).toMatchObject({ from: one.id, to: two.id });
  expect((await ask('GET', `/${model}/aliases`)).body).toEqual({
    aliases: [{ model, alias: 'champion', id: two.id, version: 'v2' }],
    next: null,
  });
  expect((await put({ to: null })).body.change).toMatchObject({ to: null });
  const { changes } = (await ask<{ changes: AliasChange[] }>('GET', `/${model}/aliases/champion/history`)).body;
  expect(changes.map(({ to }) => to)).toEqual([null, two.id, one.id]);
});

describe('refusals', () => {
  const model = newModel();
  beforeAll(() => register(model, 'v1'));

  test.each([null, 'another-token-that-is-wrong'])('without the token nothing is changed (%s)', async (token) => {
    const { model: _, ...body } = versionOf(model, 'v9');
    expect(await ask('POST', `/${model}/versions`, body, token)).toMatchObject({ status: 401 });
    const move = { to: 'v1', by: 'x', why: 'y' };
    expect(await ask('PUT', `/${model}/aliases/champion`, move, token)).toMatchObject({ status: 401 });
    expect((await ask('GET', `/${model}/aliases`)).body).toEqual({ aliases: [], next: null });
  });

  test.each([
    ['GET', '/Digits/versions', 400, 'USAGE'],
    ['GET', '/..%2Fx/versions', 400, 'USAGE'],
    ['GET', `/${model}/versions/..%2F..%2Fetc`, 400, 'USAGE'],
    ['GET', `/${model}/versions/%2e%2e%2f`, 400, 'USAGE'],
    ['GET', `/${model}/versions/@v2`, 400, 'USAGE'],
    ['GET', `/${model}/versions/v7`, 404, 'NOT_FOUND'],
    ['GET', `/${model}/versions/@champion`, 404, 'NOT_FOUND'],
    ['GET', `/${model}/versions/v1/lineage?depth=51`, 400, 'USAGE'],
    ['GET', `/${model}/versions/v1/lineage?direction=up`, 400, 'USAGE'],
    ['GET', `/${model}/versions/v1/diff/v7`, 404, 'NOT_FOUND'],
    ['GET', `/${model}/aliases/latest/history`, 400, 'USAGE'],
    ['GET', '?limit=0', 400, 'USAGE'],
  ])('%s %s is %d', async (method, path, status, code) => {
    expect(await ask<Problem>(method, path)).toMatchObject({ status, body: { code } });
  });

  test.each<[string, object, number, string, string]>([
    ['an id of the caller', { id: 'mv-0123456789abcdef' }, 422, 'SPEC_INVALID', 'id'],
    ['a model in the body', { model: 'other' }, 422, 'SPEC_INVALID', 'model'],
    [
      'a signed address',
      { artifact: { uri: 'https://h/a?sig=x', digest: versionOf('a', 'b').artifact.digest, bytes: 1 } },
      422,
      'SPEC_INVALID',
      'artifact.uri',
    ],
    ['an unknown parent', { parents: ['mv-0123456789abcdef'] }, 404, 'NOT_FOUND', 'mv-0123456789abcdef'],
    ['other content', { parameters: { depth: 9 } }, 409, 'COMMAND_REFUSED', 'take another label'],
  ])('%s', async (_, parts, status, code, words) => {
    const { model: __, ...body } = versionOf(model, code === 'COMMAND_REFUSED' ? 'v1' : 'v8');
    const answer = await ask<Problem>('POST', `/${model}/versions`, { ...body, ...parts });
    expect(answer).toMatchObject({ status, body: { code, detail: expect.stringContaining(words) } });
    expect((await ask(`GET`, `/${model}/versions/v8`)).status).toBe(404);
  });

  test('a move without a reason, or to another model', async () => {
    const url = `/${model}/aliases/champion`;
    expect(await ask('PUT', url, { to: 'v1', by: 'x' })).toMatchObject({ status: 400, body: { code: 'USAGE' } });
    expect(await ask('PUT', url, { to: 'v1', by: ' ', why: 'x' })).toMatchObject({ status: 400 });
    const other = (await register(newModel(), 'v1')).body;
    expect(await ask('PUT', url, { to: other.id, by: 'x', why: 'y' })).toMatchObject({ status: 404 });
  });
});
