import { describe, expect, test } from '@jest/globals';
import { isPerVersion, queryProvider } from '../../src/domain/spec/query.js';
import { placesOf } from './spec-places.js';

const places = (given: object) => placesOf(queryProvider, given);
const prom = (given: object) => places({ prometheus: { query: 'up', ...given } });
const http = (given: object) => places({ http: { url: 'https://a.example/x', ...given } });
const sql = (query: string) => places({ sql: { connection: 'MAIN', query } });

test('one is asked, and one alone', () => {
  const [a, b, c] = [
    { prometheus: { query: 'up' } },
    { http: { url: 'https://a.example' } },
    { sql: { connection: 'MAIN', query: 'SELECT 1' } },
  ];
  expect([a, b, c].map(places)).toEqual([[], [], []]);
  expect([{}, { ...a, ...b }, { ...b, ...c }, { ...a, ...b, ...c }].map(places)).toEqual([[''], [''], [''], ['']]);
});

test('a range has steps of a second at least, 1000 of them at most', () => {
  const range = (length: string, step: string) => prom({ range: { for: length, step } });
  expect([range('1000s', '1s'), range('1001s', '1s'), range('10s', '999ms')]).toEqual([
    [],
    ['prometheus.range'],
    ['prometheus.range.step'],
  ]);
});

describe('a token', () => {
  const bearer = 'SLUICE_SECRET_PROM';

  test('goes with a URL of its own: the worker’s Prometheus has its own', () => {
    expect([prom({ bearer }), prom({ bearer, url: 'https://p.example' }), prom({ url: 'https://p.example' })]).toEqual([
      ['prometheus.bearer'],
      [],
      [],
    ]);
  });

  test('does not go over http to another machine, unless it is meant so', () => {
    for (const [of, key] of [
      [prom, 'prometheus.url'],
      [http, 'http.url'],
    ] as const) {
      expect(of({ bearer, url: 'http://a.example/x' })).toEqual([key]);
      expect(of({ bearer, url: 'http://a.example/x', insecure: true })).toEqual([]);
      expect(of({ bearer, url: 'http://127.0.0.1:9/x' })).toEqual([]);
      // Without a token there is nothing to read.
      expect(of({ url: 'http://a.example/x' })).toEqual([]);
    }
  });
});

describe('variables', () => {
  test('are those that are known, wherever they stand', () => {
    const all = '{{service}}{{version}}{{candidate}}{{baseline}}{{rolloutId}}{{window}}';
    expect(
      http({ url: `https://a.example/${all}?q=${all}`, method: 'POST', body: { a: [{ b: all }], c: 1, d: null } }),
    ).toEqual([]);
    expect(http({ url: 'https://a.example/{{nobody}}' })).toEqual(['http.url']);
    expect(http({ body: '{{nobody}}' })).toEqual(['http.body']);
    expect(http({ body: { a: [1, { b: '{{nobody}}' }] } })).toEqual(['http.body']);
    expect(sql('SELECT {{nobody}}')).toEqual(['sql.query']);
    expect(prom({ query: 'up{v="{{nobody}}"}' })).toEqual(['prometheus.query']);
  });

  test('stand in the path and query of a URL, and not in its host', () => {
    for (const host of ['{{service}}.example', 'a.{{service}}.example'])
      expect(http({ url: `https://${host}/x` })).toEqual(['http.url']);
    expect(http({ url: 'https://a.example?v={{version}}' })).toEqual([]);
  });

  test('stand in the string of a label matcher of PromQL, and elsewhere where they may', () => {
    expect(prom({ query: 'rate(e{v="{{version}}"}[{{window}}])' })).toEqual([]);
    expect(prom({ query: 'up + {{version}}' })).toEqual(['prometheus.query']);
    expect(sql('SELECT {{version}}')).toEqual([]);
  });

  test('of SQL are parameters, and stand in no quotes of either kind', () => {
    expect(sql("SELECT 1 WHERE v = '{{version}}'")).toEqual(['sql.query']);
    expect(sql("SELECT 1 WHERE k = 'x' AND v = 'it''s {{version}}'")).toEqual(['sql.query']);
    expect(sql('SELECT "{{version}}"')).toEqual(['sql.query']);
    expect(sql(`SELECT "a" WHERE k = 'x' AND v = {{version}} AND l = 'y'`)).toEqual([]);
    expect(sql("SELECT 1 WHERE v = {{version}} AND k = 'no end {{window}}")).toEqual(['sql.query']);
  });

  test('of SQL stand in no comment, and an apostrophe there begins no text', () => {
    expect(sql('SELECT 1 -- of {{version}}')).toEqual(['sql.query']);
    expect(sql('SELECT 1 /* of\n{{version}} */')).toEqual(['sql.query']);
    expect(sql("SELECT 1 -- it's\nWHERE v = {{version}} AND k = 'x'")).toEqual([]);
    expect(sql("SELECT 1 /* it's */ WHERE v = {{version}} AND k = 'x'")).toEqual([]);
    expect(sql("SELECT '--', {{version}}")).toEqual([]);
  });
});

test('what names a version can be asked of each', () => {
  const of = (given: object) => isPerVersion(queryProvider.parse(given));
  expect([
    of({ sql: { connection: 'MAIN', query: 'SELECT {{version}}' } }),
    of({ http: { url: 'https://a.example/{{ version }}' } }),
    of({ http: { url: 'https://a.example', body: ['{{version}}'] } }),
    of({ http: { url: 'https://a.example/{{candidate}}', body: { version: '{{window}}' } } }),
    of({ sql: { connection: 'MAIN', query: 'SELECT version' } }),
  ]).toEqual([true, true, true, false, false]);
});
