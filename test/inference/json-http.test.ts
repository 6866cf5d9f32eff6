import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { protocol as protocolSchema } from '../../src/domain/spec/target.js';
import { createModelServer } from '../../src/inference/model-server.js';
import { valueAt, withValueAt } from '../../src/protocols/json-pointer.js';
import { type Behaviour, type FakeServer, startServer } from '../gateway/stage.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startServer((_, response) => void response.end('{}'));
});
afterEach(() => server.close());
const base = { kind: 'json', path: '/score', features: {}, prediction: '/label' };
const client = (over: object = {}) =>
  createModelServer({ version: 'v2', url: server.url }, protocolSchema.parse({ ...base, ...over }), {
    timeoutMs: 1500,
  });
/** Answers as a function of what was asked. */
const replies =
  (answer: (asked: Record<string, never>) => unknown): Behaviour =>
  (_, response, body) => {
    const value = answer(body === '' ? {} : JSON.parse(body));
    response.end(typeof value === 'string' ? value : JSON.stringify(value));
  };
const asked = () => JSON.parse(server.requests.at(-1)?.body ?? 'null');

describe('a request', () => {
  beforeEach(() => {
    server.behaviour = replies(() => ({ label: 'a' }));
  });
  test.each([
    ['a list', {}, [1, 'x', null]],
    ['a list at a pointer', { features: { pointer: '/in/0/values' } }, { in: [{ values: [1, 'x', null] }] }],
    ['an object', { features: { names: ['a', 'b', 'c'] } }, { a: 1, b: 'x', c: null }],
    ['an escaped key', { features: { pointer: '/a~1b' } }, { 'a/b': [1, 'x', null] }],
  ])('is %s, as the spec says', async (_, over, expected) => {
    await client(over).infer([[1, 'x', null]]);
    expect(asked()).toEqual(expected);
    expect(server.requests).toMatchObject([{ method: 'POST', path: '/score' }]);
  });

  test('takes columns by name where all are known, and many rows where there is a batch', async () => {
    server.behaviour = replies(() => ({ out: [{ y: 'a' }, { y: 'b' }] }));
    const over = { features: { pointer: '/f', names: ['b', 'a'] }, batch: '/rows', prediction: '/out/-/y', id: '/id' };
    const { predictions } = await client(over).infer(
      [
        [1, 2],
        [3, 4],
      ],
      ['a', 'b'],
    );
    expect(predictions.map(({ label }) => label)).toEqual(['a', 'b']);
    expect(asked()).toEqual({ rows: [{ f: { b: 2, a: 1 } }, { f: { b: 4, a: 3 } }], id: expect.any(String) });
  });

  test('with the wrong number of columns, or a number that JSON has not, is not sent', async () => {
    await expect(client({ features: { names: ['a'] } }).infer([[1, 2]])).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('rows have 2 columns; protocol.features.names has 1'),
    });
    await expect(client().infer([[1, Number.NaN]])).rejects.toThrow(/row 0, column 1 is NaN/);
    expect(server.requests).toEqual([]);
  });
});

describe('an answer', () => {
  const infer = (answer: unknown, over: object = {}, rows = 1) => {
    server.behaviour = replies(() => answer);
    return client(over).infer(Array.from({ length: rows }, () => [1]));
  };
  test.each([
    ['a text', { label: 'yes' }, {}, { label: 'yes', value: null, scores: null }],
    ['a truth value', { label: false }, {}, { label: 'false', value: null, scores: null }],
    ['a number', { label: 2.5 }, {}, { label: '2.5', value: 2.5, scores: null }],
    ['a score', { label: 'yes', p: 0.25 }, { score: '/p' }, { label: 'yes', value: null, scores: [0.25] }],
    ['scores', { label: 1, p: [0.1, 0.9] }, { score: '/p' }, { label: '1', value: 1, scores: [0.1, 0.9] }],
    ['a list', [[7]], { prediction: '/-/0' }, { label: '7', value: 7, scores: null }],
  ])('may be %s', async (_, answer, over, expected) => {
    expect((await infer(answer, over)).predictions).toEqual([expected]);
  });

  test.each([
    ['nothing at the pointer', {}, {}, /\/label, row 0 is missing/],
    ['null', { label: null }, {}, /\/label, row 0 is null/],
    ['an object', { label: { a: 1 } }, {}, /\/label, row 0 is \{"a":1\}/],
    ['NaN', '{"label": NaN}', {}, /\/label, row 0 is "NaN"/],
    ['infinity', '{"label":1e999}', {}, /\/label, row 0 is Infinity/],
    ['a score that is none', { label: 1, p: [0.5, 'x'] }, { score: '/p' }, /\/p, row 0 is "x"/],
    ['no scores', { label: 1, p: [] }, { score: '/p' }, /\/p, row 0 is missing/],
    ['no JSON', '<html>', {}, /the answer is no JSON/],
    ['a key of all objects', { label: 1 }, { prediction: '/constructor' }, /\/constructor, row 0 is missing/],
    ['another request’s id', { label: 1, id: 'other' }, { id: '/id' }, /has id "other" at \/id/],
    ['too few rows', [{ y: 1 }], { batch: '', prediction: '/-/y' }, /1 predictions at \/-\/y for 2 rows/],
  ])('with %s is refused', async (_, answer, over, message) => {
    const rows = 'batch' in over ? 2 : 1;
    await expect(infer(answer, over, rows)).rejects.toMatchObject({
      code: 'MODEL_ANSWER_INVALID',
      message: expect.stringMatching(message),
    });
  });

  test('with the request’s own id is taken', async () => {
    server.behaviour = replies(({ id }) => ({ label: 1, id }));
    expect((await client({ id: '/id', features: { pointer: '/f' } }).infer([[1]])).predictions).toHaveLength(1);
  });
});

test('readiness is a path of its own, or any answer that is no failure', async () => {
  server.behaviour = (_, response) => void response.writeHead(405).end();
  await client().assertReady();
  await expect(client({ ready: '/healthz' }).assertReady()).rejects.toThrow(/\/healthz says 405/);
  server.behaviour = (_, response) => void response.writeHead(503).end();
  await expect(client().assertReady()).rejects.toThrow(/\/score says 503/);
  expect(await client({ features: { names: ['age'] }, score: '/p' }).metadata()).toMatchObject({
    inputs: [{ name: 'age' }],
    outputs: [{ name: '/label' }, { name: '/p' }],
  });
});

test.each([
  ['a batch without a place for the row', { batch: '/rows' }, /\/label needs "-"/],
  ['two places for the row', { prediction: '/-/-' }, /more than one "-"/],
  ['a pointer that is none', { prediction: 'label' }, /expected a JSON pointer/],
  ['a huge index', { features: { pointer: '/99999' } }, /indexes above 999/],
  ['a path with dots', { path: '/a/../b' }, /expected a path/],
  ['a path with a query', { path: '/a?b' }, /expected a path/],
  ['a path of the gateway’s own', { path: '/_sluice/feedback' }, /gateways answer under/],
  ['another kind', { kind: 'grpc' }, /expected open-inference, json or chat/],
])('a spec with %s is refused', (_, over, message) => {
  const issues = protocolSchema.safeParse({ ...base, ...over }).error?.issues ?? [];
  expect(issues.map((issue) => issue.message).join()).toMatch(message);
});

test('the pointers of RFC 6901, section 5', () => {
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7 };
  const at = (...parts: string[]) => valueAt(document, parts);
  expect([at(), at('foo'), at('foo', '0'), at(''), at('a/b'), at('m~n'), at(' '), at('foo', '-')]).toEqual([
    document,
    ['bar', 'baz'],
    'bar',
    0,
    1,
    8,
    7,
    'bar',
  ]);
  const polluted = withValueAt({}, ['__proto__', 'x'], 1) as Record<string, unknown>;
  expect(Object.hasOwn(polluted, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});
