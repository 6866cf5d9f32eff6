import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dependencies } from '../../../src/domain/spec/monitors/dependencies.js';
import { bottomUp, impactOf, nodeStates, rootCauses } from '../../../src/monitors/dependencies/graph.js';

const probe = { tcp: { host: '127.0.0.1', port: 1 } };
type Own = 'up' | 'down' | 'unknown' | 'unprobed';
const graphOf = (nodes: object[], more: object = {}) =>
  dependencies.parse({ kind: 'dependencies', nodes: nodes.map((node) => ({ probe, ...node })), ...more });
const issues = (nodes: object[], more: object = {}) =>
  dependencies
    .safeParse({ kind: 'dependencies', nodes: nodes.map((node) => ({ probe, ...node })), ...more })
    .error?.issues.map(({ message }) => message);

describe('a spec', () => {
  test('names the cycle it refuses', () => {
    const circle = [
      { name: 'a', dependsOn: ['b'] },
      { name: 'b', dependsOn: ['c'] },
      { name: 'c', dependsOn: ['b'] },
    ];
    expect(issues(circle, { dependsOn: ['a'] })).toEqual(['the dependencies go round in a circle: b -> c -> b']);
    expect(issues([{ name: 'a', dependsOn: ['a'] }])).toEqual(['the dependencies go round in a circle: a -> a']);
  });

  test.each([
    ['an unknown name', [{ name: 'a', dependsOn: ['nobody'] }], {}, 'nobody is not among the nodes'],
    ['a name twice', [{ name: 'a' }, { name: 'a' }], {}, 'node a is given twice'],
    ['a node nobody needs', [{ name: 'a' }, { name: 'b' }], { dependsOn: ['a'] }, 'the service does not need b'],
    ['a leaf without a probe', [{ name: 'a', probe: undefined }], {}, 'node a has neither a probe'],
    ['two kinds of probe', [{ name: 'a', probe: { ...probe, promql: { query: 'up', min: 1 } } }], {}, 'exactly one'],
    ['no kind of probe', [{ name: 'a', probe: { timeout: '1s' } }], {}, 'exactly one'],
    ['a query without a limit', [{ name: 'a', probe: { promql: { query: 'up' } } }], {}, 'min or max'],
    ['a password in a URL', [{ name: 'a', probe: { http: { url: 'http://u:p@db' } } }], {}, 'password'],
    ['a criticality of 2', [{ name: 'a', criticality: 2 }], {}, '1'],
    [
      'a token over http',
      [{ name: 'a', probe: { http: { url: 'http://db', bearer: 'SLUICE_SECRET_DB' } } }],
      {},
      'a token over http',
    ],
  ])('refuses %s', (_, nodes, more, message) => {
    expect(issues(nodes, more)?.join()).toContain(message);
  });
});

const CHAIN = graphOf([
  { name: 'api', criticality: 0.9, dependsOn: ['cache', 'db'] },
  { name: 'cache', criticality: 0.5, dependsOn: ['db'] },
  { name: 'db', criticality: 0.8 },
  { name: 'extras', criticality: 0.1 },
]);
const statesOf = (own: Record<string, Own>) => nodeStates(CHAIN, new Map(Object.entries(own)));
const UP = { api: 'up', cache: 'up', db: 'up', extras: 'up' } as const;

describe('propagation', () => {
  test('of all well: nothing', () => {
    const states = statesOf(UP);
    expect([...states.values()]).toEqual(['healthy', 'healthy', 'healthy', 'healthy']);
    expect(rootCauses(CHAIN, states)).toEqual([]);
  });

  test('goes up, by the worst way, as a product', () => {
    const states = statesOf({ ...UP, db: 'down' });
    expect(Object.fromEntries(states)).toEqual({ db: 'failed', cache: 'degraded', api: 'degraded', extras: 'healthy' });
    const [cause] = rootCauses(CHAIN, states);
    expect(cause).toMatchObject({ name: 'db', path: ['api', 'db'], takesDown: [], degrades: ['cache', 'api'] });
    expect(cause?.impact).toBeCloseTo(0.8 * 0.9);
  });

  test('what has failed with its dependency is no cause, and lifts the impact to its own', () => {
    const [cause, ...others] = rootCauses(CHAIN, statesOf({ ...UP, db: 'down', api: 'down' }));
    expect(others).toEqual([]);
    expect(cause).toMatchObject({ name: 'db', takesDown: ['api'], degrades: ['cache'] });
    expect(cause?.impact).toBeCloseTo(0.9);
  });

  test('a failure is explained over a node that holds out', () => {
    const line = graphOf([
      { name: 'a', dependsOn: ['b'] },
      { name: 'b', dependsOn: ['c'] },
      { name: 'c', criticality: 0.2 },
    ]);
    const states = nodeStates(line, new Map(Object.entries({ a: 'down', b: 'up', c: 'down' } as const)));
    expect(rootCauses(line, states).map(({ name }) => name)).toEqual(['c']);
  });

  test('two causes, the worse one first', () => {
    const causes = rootCauses(CHAIN, statesOf({ ...UP, extras: 'down', cache: 'down' }));
    expect(causes.map(({ name, impact }) => [name, Math.round(impact * 1000) / 1000])).toEqual([
      ['cache', 0.45],
      ['extras', 0.1],
    ]);
  });

  test('what has no probe is as what it needs is', () => {
    const graph = graphOf([{ name: 'a', probe: undefined, dependsOn: ['b'] }, { name: 'b' }]);
    const at = (b: Own) =>
      nodeStates(
        graph,
        new Map<string, Own>([
          ['a', 'unprobed'],
          ['b', b],
        ]),
      ).get('a');
    expect([at('up'), at('down'), at('unknown')]).toEqual(['healthy', 'degraded', 'unknown']);
  });
});

/** Graphs whose edges go to later nodes only. */
const dag = fc
  .array(
    fc.record({
      criticality: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.array(fc.nat(20)),
      down: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 15,
    },
  )
  .map((made) => {
    const nodes = made.map(({ criticality, to }, at) => ({
      name: `n${at}`,
      criticality,
      dependsOn: [...new Set(to.map((step) => at + 1 + step))]
        .filter((next) => next < made.length)
        .map((next) => `n${next}`),
    }));
    return { graph: graphOf(nodes), down: made.flatMap((node, at) => (node.down ? [`n${at}`] : [])) };
  });

describe('any graph', () => {
  test('has nodes after what they need', () => {
    fc.assert(
      fc.property(dag, ({ graph }) => {
        const order = bottomUp(graph).map(({ name }) => name);
        expect(order).toHaveLength(graph.nodes.length);
        for (const { name, dependsOn } of graph.nodes)
          for (const below of dependsOn) expect(order.indexOf(below)).toBeLessThan(order.indexOf(name));
      }),
    );
  });

  test('has a root cause exactly where something has failed, with an impact in 0..1 that its path gives at least', () => {
    fc.assert(
      fc.property(dag, ({ graph, down }) => {
        const own = new Map<string, Own>(graph.nodes.map(({ name }) => [name, down.includes(name) ? 'down' : 'up']));
        const states = nodeStates(graph, own);
        const causes = rootCauses(graph, states);
        expect(causes.length > 0).toBe(down.length > 0);
        for (const { impact, name } of causes) {
          expect(impact).toBeGreaterThanOrEqual(0);
          expect(impact).toBeLessThanOrEqual(1);
          const alone = impactOf(graph, new Map(), name);
          expect(impact).toBeGreaterThanOrEqual(alone);
        }
      }),
    );
  });
});
