import { describe, expect, test } from '@jest/globals';
import { dependencies, directDependencies } from '../../src/domain/spec/monitors/dependencies.js';
import { placesOf } from './spec-places.js';

const probe = { tcp: { host: '127.0.0.1', port: 1 } };
const node = (name: string, ...dependsOn: string[]) => ({ name, dependsOn, probe });
const graph = (nodes: object[], more: object = {}) => placesOf(dependencies, { kind: 'dependencies', nodes, ...more });

describe('a graph of what a service needs', () => {
  const chain = [node('api', 'cache', 'db'), node('cache', 'db'), node('db'), node('extras')];

  test('begins with what nothing else needs, or with what is said', () => {
    expect(graph(chain)).toEqual([]);
    const read = (more: object = {}) =>
      directDependencies(dependencies.parse({ kind: 'dependencies', nodes: chain, ...more }));
    expect(read()).toEqual(['api', 'extras']);
    expect(read({ dependsOn: ['extras', 'api', 'db'] })).toEqual(['extras', 'api', 'db']);
  });

  test('names what is in it', () => {
    expect(graph([node('a', 'b', 'x'), node('b', 'y')])).toEqual(['nodes.0.dependsOn.1', 'nodes.1.dependsOn.0']);
    expect(graph([node('a')], { dependsOn: ['a', 'x'] })).toEqual(['dependsOn.1']);
  });

  test('has each node once', () => {
    expect(graph([node('a'), node('b'), node('a')])).toEqual([expect.stringMatching(/^nodes\.[02]\.name$/)]);
  });

  test('knows of each how it is: by a probe, or by what it needs', () => {
    const unprobed = (name: string, ...dependsOn: string[]) => ({ name, dependsOn });
    expect(graph([unprobed('a', 'b'), node('b')])).toEqual([]);
    expect(graph([node('a', 'b'), unprobed('b')])).toEqual(['nodes.1']);
  });

  test('has no circle, and none that is only shared', () => {
    expect(graph([node('a', 'b', 'c'), node('b', 'd'), node('c', 'd'), node('d')])).toEqual([]);
    expect(graph([node('a', 'b'), node('b', 'c'), node('c', 'b')], { dependsOn: ['a'] })).toEqual(['nodes']);
    expect(graph([node('x'), node('a', 'a')], { dependsOn: ['x', 'a'] })).toEqual(['nodes']);
    const { error } = dependencies.safeParse({
      kind: 'dependencies',
      nodes: [node('z'), node('a', 'b'), node('b', 'z', 'c'), node('c', 'b')],
    });
    expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringMatching(/: b -> c -> b$/)]);
  });

  test('is gone through once, however many ways there are', () => {
    const layers = Array.from({ length: 50 }, (_, i) =>
      ['a', 'b'].map((side) => node(`${side}${i}`, ...(i === 0 ? [] : [`a${i - 1}`, `b${i - 1}`]))),
    );
    expect(graph(layers.flat())).toEqual([]);
  });

  test('has nothing that the service does not need, over whatever way', () => {
    expect(graph(chain, { dependsOn: ['api'] })).toEqual(['nodes.3.name']);
    expect(graph(chain, { dependsOn: ['cache', 'extras'] })).toEqual(['nodes.0.name']);
    expect(graph(chain, { dependsOn: ['extras'] })).toEqual(['nodes.0.name', 'nodes.1.name', 'nodes.2.name']);
  });
});

describe('a probe', () => {
  const places = (given: object) =>
    graph([{ name: 'a', probe: given }]).map((place) => place.replace('nodes.0.probe', ''));
  const http = (given: object) => places({ http: { url: 'https://a.example/', ...given } });

  test('is of one kind', () => {
    const kinds = { ...probe, http: { url: 'https://a.example/' }, promql: { query: 'up', min: 1 } };
    expect(Object.entries(kinds).map(([kind, given]) => places({ [kind]: given }))).toEqual([[], [], []]);
    expect([places({}), places(kinds), places({ ...probe, promql: kinds.promql })]).toEqual([[''], [''], ['']]);
  });

  test('takes 10s at most', () => {
    expect([places({ ...probe, timeout: '10s' }), places({ ...probe, timeout: '10001ms' })]).toEqual([
      [],
      ['.timeout'],
    ]);
  });

  test('of PromQL has a limit, and its min is not above its max', () => {
    const promql = (given: object) => places({ promql: { query: 'up', ...given } });
    expect([promql({ min: 0 }), promql({ max: 0 }), promql({ min: 1, max: 1 })]).toEqual([[], [], []]);
    expect([promql({}), promql({ min: 2, max: 1 })]).toEqual([['.promql'], ['.promql']]);
  });

  test('sends no token over http to another machine', () => {
    const bearer = 'SLUICE_SECRET_DB';
    expect(http({ bearer, url: 'http://a.example/' })).toEqual(['.http.url']);
    expect([
      http({ bearer }),
      http({ bearer, url: 'http://a.example/', insecure: true }),
      http({ bearer, url: 'http://localhost/' }),
      http({ url: 'http://a.example/' }),
    ]).toEqual([[], [], [], []]);
  });
});
