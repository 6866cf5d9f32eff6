import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { queryProvider } from '../../src/domain/spec/query.js';
import { createPromQuery, createPromVectorQuery } from '../../src/metrics/prometheus/prometheus.js';
import { readPrometheusSettings } from '../../src/metrics/prometheus/settings.js';
import { createQueryReader } from '../../src/metrics/query-reader.js';
import { createAddressPolicy } from '../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';
import type { QueryQuestion } from '../../src/ports/query-reader.js';
import { type FakeServer, startServer } from '../gateway/stage.js';
import { freePort } from '../setup/free-port.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startServer((_, response) => void response.end());
});
afterEach(() => server.close());

const TOKEN = 'a-secret-token';
const variables = {
  service: 'digits',
  version: 'v 2/x&y',
  candidate: 'v2',
  baseline: 'v1',
  rolloutId: 'r',
  window: '9s',
};
const reader = (over: Partial<Parameters<typeof createQueryReader>[0]> = {}) =>
  createQueryReader({
    policy: createAddressPolicy(parseAllowedPrivate('127.0.0.0/8')),
    prometheus: null,
    variables: (name) => (name === 'SLUICE_SECRET_PROM' ? TOKEN : undefined),
    ...over,
  });
const question = (provider: object, over: Partial<QueryQuestion> = {}): QueryQuestion => ({
  provider: queryProvider.parse(provider),
  variables,
  at: new Date(),
  timeoutMs: 8000,
  signal: new AbortController().signal,
  ...over,
});
const seconds = () => Date.now() / 1000;
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
};
const success = (resultType: string, result: unknown, more: object = {}) => ({
  status: 'success',
  data: { resultType, result },
  ...more,
});
const vector = (...values: string[]) =>
  success(
    'vector',
    values.map((value, at) => ({ metric: { at: String(at) }, value: [seconds(), value] })),
  );
const promql = (more: object = {}) => ({ prometheus: { query: 'sum(x{v="{{version}}"})', url: server.url, ...more } });
const ask = async (
  behaviour: FakeServer['behaviour'],
  provider: object = promql(),
  over: Partial<QueryQuestion> = {},
) => {
  server.behaviour = behaviour;
  return reader()(question(provider, over));
};

describe('Prometheus', () => {
  test('a number: asked by form, with the token of a secret, at a time and with a time-out', async () => {
    const provider = promql({ bearer: 'SLUICE_SECRET_PROM', url: `${server.url}/under/` });
    expect(await ask(json(vector('0.25')), provider)).toEqual({ kind: 'value', value: 0.25 });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/under/api/v1/query' });
    expect(request?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    const form = new URLSearchParams(request?.body);
    expect(form.get('query')).toBe('sum(x{v="v 2/x&y"})');
    expect(form.get('timeout')).toBe('8000ms');
    expect(Math.abs(Number(form.get('time')) - seconds())).toBeLessThan(5);
  });

  test.each<[string, () => unknown, string]>([
    ['none', () => vector(), 'no series'],
    ['nan', () => vector('NaN'), 'NaN'],
    ['inf', () => vector('+Inf'), '+Inf'],
    ['inf', () => vector('-Inf'), '-Inf'],
    ['many', () => vector('1', '2'), '2 series, expected one'],
    ['stale', () => success('scalar', [seconds() - 300, '1']), '300 s away, 120 s are allowed'],
    ['stale', () => success('scalar', [seconds() + 300, '1']), '300 s away'],
    ['invalid', () => success('string', [seconds(), 'x']), 'gives a text'],
    ['invalid', () => success('matrix', []), 'gives ranges'],
    ['invalid', () => success('vector', [{ metric: {}, histogram: [1, {}] }]), 'histogram'],
    [
      'error',
      () => success('scalar', [seconds(), '1'], { warnings: ['a store is away'] }),
      'it warns: a store is away',
    ],
    ['error', () => ({ status: 'success', data: {} }), 'not in the form'],
    ['error', () => '<html>', 'no JSON'],
    ['error', () => 'x'.repeat(4_000_001), 'longer than 4000000 bytes'],
  ])('%s', async (kind, body, why) => {
    expect(await ask(json(body()))).toEqual({ kind, why: expect.stringContaining(why) });
  });

  test.each([
    [
      'invalid',
      400,
      { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected x' },
      'parse error: unexpected x',
    ],
    [
      'invalid',
      422,
      { status: 'error', errorType: 'execution', error: 'too many samples' },
      'execution: too many samples',
    ],
    ['invalid', 404, 'not here', 'status 404'],
    ['invalid', 302, '', 'status 302'],
    ['refused', 500, 'x', 'status 500'],
    ['refused', 503, 'x', 'status 503'],
    ['refused', 401, 'x', 'status 401'],
    ['refused', 429, 'x', 'status 429'],
  ] as const)('%s: status %d', async (kind, status, body, why) => {
    expect(await ask(json(body, status, { location: 'http://127.0.0.1:1/' }))).toEqual({
      kind,
      why: expect.stringContaining(why),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('slow before its answer, and slow in the middle of it', async () => {
    const startedAt = performance.now();
    expect(await ask(() => undefined, promql(), { timeoutMs: 100 })).toEqual({
      kind: 'timeout',
      why: 'no answer within 100 ms',
    });
    expect(
      await ask((_, response) => void response.writeHead(200).write('{'), promql(), { timeoutMs: 100 }),
    ).toMatchObject({ kind: 'timeout' });
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test('nobody there, and an address that the policy refuses; neither names a token', async () => {
    const gone = promql({ url: `http://127.0.0.1:${await freePort()}`, bearer: 'SLUICE_SECRET_PROM' });
    expect(await reader()(question(gone))).toEqual({ kind: 'unreachable', why: 'ECONNREFUSED' });
    const strict = reader({ policy: createAddressPolicy(parseAllowedPrivate('')) });
    expect(await strict(question(promql()))).toEqual({
      kind: 'unreachable',
      why: expect.stringContaining('which SLUICE_ALLOW_PRIVATE does not allow'),
    });
    expect(server.requests).toHaveLength(0);
  });

  test('whoever asks to be left alone is, by every query to it', async () => {
    server.behaviour = json('slow down', 429, { 'retry-after': '60' });
    const read = reader();
    expect(await read(question(promql()))).toMatchObject({ kind: 'refused', why: 'status 429' });
    expect(await read(question({ http: { url: server.url } }))).toMatchObject({
      kind: 'refused',
      why: 'it asked to be left alone for another 60 s',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('clocks that are far apart: it would answer for another time than now', async () => {
    const date = new Date(Date.now() - 600_000).toUTCString();
    expect(await ask(json(vector('1'), 200, { date }))).toEqual({
      kind: 'stale',
      why: expect.stringMatching(/^its clock and ours are (599|60[01]) s apart$/),
    });
  });

  test('a selector’s newest sample may be too old, whatever time its answer bears', async () => {
    const provider = promql({ query: 'accuracy{v="{{version}}"}', maxAge: '30s' });
    const aged =
      (ageS: number): FakeServer['behaviour'] =>
      (request, response, body) => {
        const query = new URLSearchParams(body).get('query') ?? '';
        json(vector(query.startsWith('timestamp(') ? String(seconds() - ageS) : '0.9'))(request, response);
      };
    expect(await ask(aged(10), provider)).toEqual({ kind: 'value', value: 0.9 });
    expect(await ask(aged(60), provider)).toEqual({ kind: 'stale', why: '60 s away, 30 s are allowed' });
  });

  test('a range is reduced to one number', async () => {
    const range = { for: '1m', step: '10s', reduce: 'max' };
    const values = (...texts: string[]) =>
      success('matrix', [
        { metric: {}, values: texts.map((text, at) => [seconds() - 10 * (texts.length - at), text]) },
      ]);
    expect(await ask(json(values('1', '5', '2')), promql({ range }))).toEqual({ kind: 'value', value: 5 });
    const form = new URLSearchParams(server.requests[0]?.body);
    expect(server.requests[0]?.path).toBe('/api/v1/query_range');
    expect(Number(form.get('end')) - Number(form.get('start'))).toBeCloseTo(60, 3);
    expect(form.get('step')).toBe('10');
    for (const [reduce, value] of [
      ['mean', 8 / 3],
      ['min', 1],
      ['last', 2],
    ] as const)
      expect(await ask(json(values('1', '5', '2')), promql({ range: { ...range, reduce } }))).toEqual({
        kind: 'value',
        value: expect.closeTo(value),
      });
    expect(await ask(json(values('1', 'NaN', '2')), promql({ range }))).toMatchObject({ kind: 'nan' });
    expect(await ask(json(success('matrix', [])), promql({ range }))).toMatchObject({ kind: 'none' });
    const ended = success('matrix', [{ metric: {}, values: [[seconds() - 500, '1']] }]);
    expect(await ask(json(ended), promql({ range }))).toMatchObject({ kind: 'stale' });
  });

  test('without one, or without its secret, that is said', async () => {
    expect(await reader()(question({ prometheus: { query: 'up' } }))).toEqual({
      kind: 'invalid',
      why: 'this worker knows no Prometheus: SLUICE_PROMETHEUS is not set',
    });
    expect(await reader()(question(promql({ bearer: 'SLUICE_SECRET_OTHER' })))).toEqual({
      kind: 'invalid',
      why: "SLUICE_SECRET_OTHER is not in the worker's environment",
    });
  });

  test('the worker’s own needs no policy; monitors ask it for one number, or for each series', async () => {
    const own = readPrometheusSettings({ SLUICE_PROMETHEUS: `${server.url}/`, SLUICE_PROMETHEUS_TOKEN: TOKEN });
    if (own === null) throw new Error('no settings');
    server.behaviour = json(vector('1', 'NaN', '3'));
    const { signal } = new AbortController();
    expect(await createPromQuery(own)('up', new Date(), signal)).toMatchObject({ kind: 'many' });
    expect(await createPromVectorQuery(own)('up', new Date(), signal)).toEqual({
      kind: 'series',
      series: [
        { labels: { at: '0' }, value: 1 },
        { labels: { at: '2' }, value: 3 },
      ],
      unread: [{ labels: { at: '1' }, why: 'the answer is NaN' }],
    });
    server.behaviour = json(vector('+Inf', '1'));
    expect(await createPromVectorQuery(own)('up', new Date(), signal)).toMatchObject({
      series: [{ value: 1 }],
      unread: [{ labels: { at: '0' }, why: 'the answer is +Inf' }],
    });
    server.behaviour = json(vector('NaN'));
    expect(await createPromVectorQuery(own)('up', new Date(), signal)).toMatchObject({ kind: 'nan' });
    server.behaviour = json(vector(...Array.from({ length: 1001 }, () => '1')));
    expect(await createPromVectorQuery(own)('up', new Date(), signal)).toMatchObject({ kind: 'many' });
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
  });

  test('settings that can’t be meant are refused, without what may be a secret', () => {
    const refuses = (env: Record<string, string>) => () => readPrometheusSettings(env);
    expect(readPrometheusSettings({})).toBeNull();
    expect(refuses({ SLUICE_PROMETHEUS: 'ftp://a' })).toThrow('SLUICE_PROMETHEUS: its scheme is ftp');
    expect(refuses({ SLUICE_PROMETHEUS: 'http://a:hush@b' })).toThrow(/^(?!.*hush)SLUICE_PROMETHEUS: a user name/);
    const far = { SLUICE_PROMETHEUS: 'http://prom.example:9090', SLUICE_PROMETHEUS_TOKEN: TOKEN };
    expect(refuses(far)).toThrow('a token over http to another machine');
    expect(refuses({ ...far, SLUICE_PROMETHEUS_INSECURE: '1' })).not.toThrow();
  });

  test('only the caller’s own end is thrown', async () => {
    const caller = new AbortController();
    const asking = ask(() => caller.abort(new Error('enough')), promql(), { signal: caller.signal });
    await expect(asking).rejects.toThrow('enough');
  });
});

describe('HTTP/JSON', () => {
  const http = (more: object = {}) => ({ http: { url: `${server.url}/m/{{version}}?v={{version}}`, ...more } });

  test('variables are encoded in a URL, and are text in a body', async () => {
    const body = { where: [{ version: '{{version}}', since: '{{window}}' }], limit: 1 };
    const provider = http({ method: 'POST', body, pointer: '/data/value', bearer: 'SLUICE_SECRET_PROM' });
    expect(await ask(json({ data: { value: 0.5 } }), provider)).toEqual({ kind: 'value', value: 0.5 });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/m/v%202%2Fx%26y?v=v%202%2Fx%26y' });
    expect(request?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(JSON.parse(request?.body ?? '')).toEqual({ where: [{ version: 'v 2/x&y', since: '9s' }], limit: 1 });
    const over = { variables: { ...variables, version: '..' } };
    expect(await ask(json(1), http(), over)).toMatchObject({ kind: 'invalid' });
  });

  test.each([
    [7, {}, { kind: 'value', value: 7 }],
    ['"1e-3"', {}, { kind: 'value', value: 0.001 }],
    [[3], {}, { kind: 'value', value: 3 }],
    [[1, 2], {}, { kind: 'many', why: '2 numbers, expected one' }],
    [[1, 2], { reduce: 'mean' }, { kind: 'value', value: 1.5 }],
    [[], {}, { kind: 'none', why: 'the answer is an empty list' }],
    [[], { reduce: 'mean' }, { kind: 'none', why: 'no numbers' }],
    ['null', {}, { kind: 'none', why: 'nothing stands at the answer' }],
    [{ a: 1 }, { pointer: '/b' }, { kind: 'none', why: 'nothing stands at /b' }],
    [{ a: 'NaN' }, { pointer: '/a' }, { kind: 'nan', why: 'the answer is NaN' }],
    [{ a: '-Infinity' }, { pointer: '/a' }, { kind: 'inf', why: 'the answer is -Inf' }],
    ['1e999', {}, { kind: 'inf', why: 'the answer is +Inf' }],
    [{ a: 'hush' }, { pointer: '/a' }, { kind: 'invalid', why: '/a is a string, expected a number' }],
    [{ a: true }, { pointer: '/a' }, { kind: 'invalid', why: '/a is a boolean, expected a number' }],
    ['no', {}, { kind: 'error', why: 'the answer is not JSON' }],
    [
      { v: 1, at: '2001-01-01T00:00:00Z' },
      { pointer: '/v', time: '/at' },
      { kind: 'stale', why: expect.any(String) },
    ],
    [{ v: 1 }, { pointer: '/v', time: '/at' }, { kind: 'stale', why: expect.stringContaining('nobody knows') }],
  ])('%j at %j', async (body, more, expected) => {
    expect(await ask(json(body), http(more))).toEqual(expected);
  });

  test.each([
    ['ISO', () => new Date().toISOString()],
    ['seconds', () => seconds()],
    ['milliseconds', () => Date.now()],
  ])('a fresh number by its own time, as %s', async (_, at) => {
    expect(await ask(json({ v: 1, at: at() }), http({ pointer: '/v', time: '/at' }))).toMatchObject({ kind: 'value' });
  });

  test.each([
    [404, 'invalid'],
    [301, 'invalid'],
    [429, 'refused'],
    [500, 'refused'],
  ])('status %d is %s', async (status, kind) => {
    expect(await ask(json(1, status, { location: '/elsewhere' }), http())).toMatchObject({ kind });
  });
});

test('SQL: a connection that is not there, not a URL, silent, or refused', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as { port: number };
  const connections: Record<string, string> = {
    SLUICE_SQL_ODD: 'mysql://u:hush@h/d',
    SLUICE_SQL_SILENT: `postgres://u:hush@127.0.0.1:${port}/d`,
    SLUICE_SQL_GONE: `postgres://u:hush@127.0.0.1:${await freePort()}/d`,
  };
  const read = reader({ variables: (name) => connections[name] });
  const of = (connection: string) => read(question({ sql: { connection, query: 'SELECT 1' } }, { timeoutMs: 1500 }));
  expect(await of('NONE')).toEqual({ kind: 'invalid', why: "SLUICE_SQL_NONE is not in the worker's environment" });
  expect(await of('ODD')).toEqual({ kind: 'invalid', why: 'SLUICE_SQL_ODD is not a postgres:// URL' });
  expect(await of('SILENT')).toEqual({ kind: 'timeout', why: 'no answer within 1500 ms' });
  expect(await of('GONE')).toEqual({ kind: 'unreachable', why: 'ECONNREFUSED' });
  silent.close();
});
