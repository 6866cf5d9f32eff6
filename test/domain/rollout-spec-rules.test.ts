import { describe, expect, test } from '@jest/globals';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';
import { placesOf } from './spec-places.js';

const canary = { steps: [{ setWeight: 10, bake: '10m' }] };
const places = (given: object) => placesOf(rolloutSpec, { ...PLAIN_SPEC, phases: { canary }, ...given });

describe('what the parts of a spec must be beside each other', () => {
  test('versions are two', () => {
    const candidate = { version: 'v1', url: 'http://127.0.0.1:2' };
    expect(places({ candidate })).toEqual(['candidate.version']);
  });

  test('a lease lasts for four ticks', () => {
    expect(places({ watch: { tick: 1000, lease: 4000 } })).toEqual([]);
    expect(places({ watch: { tick: 1000, lease: 3999 } })).toEqual(['watch.lease']);
  });

  test('an A/B evaluation gives nobody back', () => {
    const abTest = { primary: 'accuracy', minDetectableEffect: 0.05, split: 30 };
    const steps = (last: number) => [{ setWeight: 10 }, { pause: { duration: '1m' } }, { setWeight: last }];
    expect(places({ phases: { canary: { steps: steps(30) }, abTest } })).toEqual([]);
    expect(places({ phases: { canary: { steps: steps(30.01) }, abTest } })).toEqual(['phases.abTest.split']);
  });

  test('others and the candidate share 100 %, at its highest weight', () => {
    const others = [{ version: 'v9', url: 'http://127.0.0.1:3', weight: 60 }];
    const of = (setWeight: number, split?: number) =>
      places({
        traffic: { others },
        phases: {
          canary: { steps: [{ setWeight }] },
          ...(split === undefined ? {} : { abTest: { primary: 'accuracy', minDetectableEffect: 0.05, split } }),
        },
      });
    expect([of(40), of(41), of(10, 40), of(10, 41)]).toEqual([[], ['traffic.others'], [], ['traffic.others']]);
  });

  test('a gradual rollback takes 30m at most', () => {
    expect(places({ rollback: { mode: 'gradual', over: '30m' } })).toEqual([]);
    expect(places({ rollback: { mode: 'gradual', over: '1801s' } })).toEqual(['rollback.over']);
  });

  test('a registry takes the versions’ names', () => {
    const [baseline, candidate] = ['mv-0123456789abcdef', 'mv-2'].map((version, i) => ({
      version,
      url: `http://a${i}`,
    }));
    expect(places({ registry: {}, baseline })).toEqual([]);
    expect(places({ registry: {}, candidate })).toEqual(['candidate.version']);
    expect(places({ registry: {}, baseline: candidate })).toEqual(['baseline.version']);
    // Without a registry it is a name like any other.
    expect(places({ candidate })).toEqual([]);
  });
});

describe('a hook is at a phase or step that there is', () => {
  const at = (where: object, phases: object = {}) =>
    places({
      hooks: [{ name: 'h', kind: 'call', url: 'https://hooks.example/', at: where }],
      phases: { canary, ...phases },
    });

  test.each(['validation', 'canary', 'cutover'])('%s is there without a word', (phase) => {
    expect([at({ before: phase }), at({ after: phase })]).toEqual([[], []]);
  });

  test.each(['shadow', 'abTest'])('%s is where the spec has it', (phase) => {
    expect([at({ before: phase }), at({ after: phase })]).toEqual([['hooks.0.at'], ['hooks.0.at']]);
    expect(at({ before: 'shadow' }, { shadow: {} })).toEqual([]);
  });

  test('steps count from 0', () => {
    expect([at({ beforeStep: 'each' }), at({ beforeStep: 0 }), at({ beforeStep: 1 })]).toEqual([
      [],
      [],
      ['hooks.0.at'],
    ]);
  });

  test('while something lasts as well', () => {
    const hooks = [{ name: 'h', kind: 'veto', url: 'https://hooks.example/', at: { during: 'shadow' } }];
    expect(places({ hooks })).toEqual(['hooks.0.at']);
    expect(places({ hooks, phases: { canary, shadow: {} } })).toEqual([]);
  });
});

describe('a step that alone takes as long as the deadline would always end in a rollback', () => {
  test.each<[string, object[], string[]]>([
    ['shorter ones', [{ setWeight: 5, bake: '59m' }, { pause: { duration: '59m' } }], []],
    [
      'a bake',
      [
        { setWeight: 5, bake: '1m' },
        { setWeight: 10, bake: '1h' },
      ],
      ['progressDeadline'],
    ],
    ['a pause', [{ setWeight: 5, bake: '1m' }, { pause: { duration: '1h' } }], ['progressDeadline']],
    ['two', [{ setWeight: 5, bake: '2h' }, { pause: { duration: '2h' } }], ['progressDeadline', 'progressDeadline']],
    [
      'an approval, which is waited for and not counted',
      [{ setWeight: 5, bake: '1m' }, { pause: { approval: {} } }],
      [],
    ],
  ])('%s', (_, steps, refused) => {
    expect(places({ progressDeadline: '1h', phases: { canary: { steps } } })).toEqual(refused);
    expect(places({ phases: { canary: { steps } } })).toEqual([]);
  });
});

describe('guardrails', () => {
  const guardrails = (...all: object[]) => places({ guardrails: all });
  const provider = { sql: { connection: 'MAIN', query: 'SELECT 1' } };
  const query = (more: object) => ({ metric: 'query', name: 'lag', max: 1, provider, ...more });
  const kayenta = (interval: string) => ({
    metric: 'kayenta',
    interval,
    config: { metrics: [{ name: 'e', query: { metric: 'error_rate' } }] },
  });

  test('are each there once', () => {
    const monitor = (name: string) => ({ metric: 'monitor', monitor: name });
    expect(guardrails({ metric: 'error_rate' }, { metric: 'latency_p50' }, query({}), query({ name: 'b' }))).toEqual(
      [],
    );
    expect(guardrails({ metric: 'thumb' }, { metric: 'error_rate' }, { metric: 'thumb' })).toEqual([
      'guardrails.2.metric',
    ]);
    expect(guardrails(query({}), query({ max: 2 }))).toEqual(['guardrails.1.name']);
    expect(guardrails(monitor('a'), monitor('b'), monitor('a'))).toEqual(['guardrails.2.monitor']);
  });

  test('wait for a query for a quarter of the lease at most', () => {
    const of = (timeout: string) => places({ watch: { lease: 20_000 }, guardrails: [query({ timeout })] });
    expect([of('5s'), of('5001ms')]).toEqual([[], ['guardrails.0.timeout']]);
    expect(places({ watch: { lease: 20_000 }, guardrails: [query({})] })).toEqual([]);
  });

  test('of Kayenta are of whole multiples of 10 s', () => {
    expect([guardrails(kayenta('20s')), guardrails(kayenta('15s'))]).toEqual([[], ['guardrails.0.interval']]);
  });

  test('with planned looks have the samples of a look', () => {
    const planned = (samples: number, looks: number) =>
      guardrails({ metric: 'thumb' }, { metric: 'error_rate', minSamples: 40, sequential: { samples, looks } });
    expect(planned(800, 20)).toEqual([]);
    expect(planned(799, 20)).toEqual(['guardrails.1.sequential.looks']);
    expect(planned(800, 21)).toEqual(['guardrails.1.sequential.looks']);
    expect(guardrails({ metric: 'error_rate', minSamples: 1_000_000 })).toEqual([]);
  });
});
