import { describe, expect, test } from '@jest/globals';
import { limitsOf, measurable, resources } from '../../src/domain/spec/monitors/resources.js';
import { placesOf } from './spec-places.js';

const places = (targets: object[], limits?: object[]) => placesOf(resources, { kind: 'resources', targets, limits });
const processOf = (name: string, capacity: object = { cpuCores: 4 }) => ({ name, prometheus: {}, capacity });
const limit = (resource: string, more: object = {}) => ({ resource, enter: 0.9, leave: 0.8, ...more });

test('a label called __proto__ is refused, as without it more series would be read', () => {
  const match = JSON.parse('{ "__proto__": "x" }');
  expect(places([{ ...processOf('a'), prometheus: { match } }])).toEqual(['targets.0.prometheus.match']);
});

describe('what can be measured', () => {
  const of = (given: object) =>
    measurable(resources.parse({ kind: 'resources', targets: [{ name: 'a', ...given }] }).targets[0]!);
  const all = { cpuCores: 1, memoryBytes: 1, networkBytesPerS: 1 };

  test('of a process are shares of the capacity that is said', () => {
    expect(of({ prometheus: {}, capacity: { cpuCores: 1 } })).toEqual(['cpu']);
    expect(of({ prometheus: {}, capacity: { memoryBytes: 1 } })).toEqual(['memory']);
    expect(of({ prometheus: {}, capacity: all })).toEqual(['cpu', 'memory']);
  });

  test.each(['cadvisor', 'node'])(
    'of %s is all that it knows the limits of, and the network where they are said',
    (exporter) => {
      expect(of({ prometheus: { exporter } })).toEqual(['cpu', 'memory', 'disk']);
      expect(of({ prometheus: { exporter }, capacity: all })).toEqual(['cpu', 'memory', 'disk', 'network']);
    },
  );

  test('of an exporter of one’s own is what its queries ask, once', () => {
    expect(of({ prometheus: { exporter: 'custom', queries: { disk: 'a', cpu: 'b' } } })).toEqual(['disk', 'cpu']);
    expect(of({ prometheus: { exporter: 'node', queries: { network: 'a', cpu: 'b' } } })).toEqual([
      'network',
      'cpu',
      'memory',
      'disk',
    ]);
    expect(of({ prometheus: { queries: { disk: 'a' } } })).toEqual(['disk']);
  });

  test('of this machine is what its processes take, or all of it', () => {
    expect(of({ local: { pid: 1 }, capacity: all })).toEqual(['cpu', 'memory']);
    expect(of({ local: { machine: true } })).toEqual(['cpu', 'memory', 'disk']);
    expect(of({ local: { machine: true }, capacity: all })).toEqual(['cpu', 'memory', 'disk', 'network']);
  });
});

describe('targets', () => {
  test('have names of their own', () => {
    expect(places([processOf('a'), processOf('b')])).toEqual([]);
    expect(places([processOf('a'), processOf('b'), processOf('a')])).toEqual(['targets.2.name']);
  });

  test('are of one kind, and a local one of one kind as well', () => {
    expect(places([{ name: 'a', local: { pid: 1 } }])).toEqual([]);
    expect(places([{ name: 'a' }])).toContain('targets.0');
    expect(places([{ ...processOf('a'), local: { pid: 1 } }])).toEqual(['targets.0']);
    for (const local of [{}, { pid: 1, port: 1 }, { port: 1, machine: true }])
      expect(places([{ name: 'a', local }])).toContain('targets.0.local');
  });

  test('of an exporter of one’s own have a query', () => {
    expect(places([{ name: 'a', prometheus: { exporter: 'custom', queries: { cpu: 'x' } } }])).toEqual([]);
    expect(places([{ name: 'a', prometheus: { exporter: 'custom' } }])).toContain('targets.0.prometheus.queries');
  });

  test('can be judged by something', () => {
    expect(places([processOf('a'), processOf('b', {})])).toEqual(['targets.1']);
    expect(places([processOf('a'), processOf('b', { memoryBytes: 1 })], [limit('cpu')])).toEqual(['targets.1']);
    expect(places([processOf('a'), processOf('b', { memoryBytes: 1 })], [limit('cpu'), limit('memory')])).toEqual([]);
    const why = (target: object, limits?: object[]) =>
      resources.safeParse({ kind: 'resources', targets: [target], limits }).error?.issues[0]?.message;
    expect(why(processOf('a', {}))).toContain('cpuCores or memoryBytes');
    expect(why({ name: 'a', local: { pid: 1 } }, [limit('disk')])).not.toContain('cpuCores');
  });
});

describe('limits', () => {
  test('are left before they are entered', () => {
    const of = (enter: number, leave: number) => places([processOf('a')], [limit('cpu', { enter, leave })]);
    expect([of(0.9, 0.9), of(0.9, 0.91)]).toEqual([[], ['limits.0.leave']]);
  });

  test('are given once, of each severity', () => {
    const critical = limit('cpu', { severity: 'critical' });
    expect(places([processOf('a')], [limit('cpu'), critical])).toEqual([]);
    expect(places([processOf('a')], [limit('cpu'), critical, limit('cpu', { enter: 0.95 })])).toEqual(['limits.2']);
  });

  test('are of what can be measured of some target', () => {
    expect(places([processOf('a')], [limit('cpu'), limit('disk')])).toEqual(['limits.1.resource']);
    const both = [processOf('a'), { name: 'b', local: { machine: true } }];
    expect(places(both, [limit('cpu'), limit('disk')])).toEqual([]);
  });

  test('are those of all four where none are said, of which some may not be measured', () => {
    expect(limitsOf({}).map(({ resource, enter }) => [resource, enter])).toEqual([
      ['cpu', 0.9],
      ['memory', 0.95],
      ['disk', 0.95],
      ['network', 0.9],
    ]);
    expect(limitsOf({ limits: [] })).toEqual([]);
    expect(places([processOf('a')])).toEqual([]);
  });
});
