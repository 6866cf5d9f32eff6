import { describe, expect, test } from '@jest/globals';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';
import { placesOf } from './spec-places.js';

const PLAN = { primary: 'conversion', minDetectableEffect: 0.02 };
const where = (plan: object, more: object = {}) =>
  placesOf(rolloutSpec, {
    ...PLAIN_SPEC,
    ...more,
    phases: { canary: { steps: [{ setWeight: 5 }] }, abTest: { ...PLAN, ...plan } },
  }).map((place) => place.replace('phases.abTest.', ''));

const proportion = (name: string) => ({ name, kind: 'proportion', source: { feedback: 'conversion' } });
const mean = { name: 'spent', kind: 'mean', source: { feedback: 'revenue' } };
const retention = { name: 'stayed', kind: 'retention', retention: { from: '1d', to: '7d' } };
const ownRatio = { name: 'per', kind: 'ratio', source: { feedback: 'rating' } };
const metrics = [proportion('bought'), mean, retention, ownRatio];

describe('the metrics of a spec', () => {
  const named = (...given: object[]) =>
    placesOf(rolloutSpec, { ...PLAIN_SPEC, metrics: given, phases: { canary: { steps: [{ setWeight: 5 }] } } });

  test('have names of their own, also where no experiment names them', () => {
    expect(named(proportion('a'), proportion('b'))).toEqual([]);
    expect(named(proportion('a'), proportion('b'), proportion('a'), proportion('b'))).toEqual([
      'metrics.2.name',
      'metrics.3.name',
    ]);
    for (const name of ['accuracy', 'conversion', 'thumb', 'error_rate', 'latency_p50', 'latency_p99', 'preference'])
      expect(named(proportion('a'), proportion(name))).toEqual(['metrics.1.name']);
  });
});

describe('an experiment names metrics', () => {
  test('that are defined, each once, in whatever part', () => {
    expect(
      where({ primary: 'bought', secondary: ['spent'], guardrails: [{ metric: 'thumb', margin: 0.1 }] }, { metrics }),
    ).toEqual([]);
    expect(where({ primary: 'x' })).toEqual(['primary']);
    expect(where({ secondary: ['thumb', 'x'] })).toEqual(['secondary.1']);
    expect(
      where({
        guardrails: [
          { metric: 'thumb', margin: 0.1 },
          { metric: 'x', margin: 0.1 },
        ],
      }),
    ).toEqual(['guardrails.1.metric']);
    expect(where({ secondary: ['conversion'] })).toEqual(['secondary.0']);
    expect(where({ secondary: ['thumb'], guardrails: [{ metric: 'thumb', margin: 0.1 }] })).toEqual([
      'guardrails.0.metric',
    ]);
  });
});

describe('an effect of shares is below 1', () => {
  test.each(['bought', 'stayed', 'accuracy', 'error_rate', 'thumb'])('of %s', (primary) => {
    expect(where({ primary, minDetectableEffect: 0.99 }, { metrics })).toEqual([]);
    expect(where({ primary, minDetectableEffect: 1 }, { metrics })).toEqual(['minDetectableEffect']);
    expect(where({ primary, margin: 1 }, { metrics })).toEqual(['margin']);
    expect(where({ primary, margin: 0.99 }, { metrics })).toEqual([]);
    // Relative ones are shares of the baseline's own value.
    expect(where({ primary, effect: 'relative', minDetectableEffect: 2, margin: 3 }, { metrics })).toEqual([]);
    expect(where({ primary, effect: 'absolute', minDetectableEffect: 2 }, { metrics })).toEqual([
      'minDetectableEffect',
    ]);
  });

  test.each(['spent', 'per', 'latency_p50'])('and of %s it is not, which is no share', (primary) => {
    expect(where({ primary, minDetectableEffect: 20, margin: 10 }, { metrics })).toEqual([]);
  });

  test('guardrails by themselves, whatever the primary metric is', () => {
    const guardrails = (metric: string, margin: number, effect?: string) =>
      where({ primary: 'spent', effect: 'relative', guardrails: [{ metric, margin, effect }] }, { metrics });
    expect(guardrails('error_rate', 0.99)).toEqual([]);
    expect(guardrails('error_rate', 1)).toEqual(['guardrails.0.margin']);
    expect(guardrails('bought', 1, 'absolute')).toEqual(['guardrails.0.margin']);
    expect(guardrails('error_rate', 1, 'relative')).toEqual([]);
    expect(guardrails('latency_p99', 50)).toEqual([]);
    // What nobody knows is refused by its name alone.
    expect(guardrails('x', 50)).toEqual(['guardrails.0.metric']);
  });
});

describe('an evaluation of rankings', () => {
  const ranked = { kind: 'interleaving', primary: 'preference', interleaving: { output: 'ranked' } };

  test('has lists to merge, and the preference as its metric', () => {
    expect(where(ranked)).toEqual([]);
    expect(where({ ...ranked, interleaving: undefined })).toEqual(['interleaving']);
    expect(where({ interleaving: ranked.interleaving })).toEqual(['interleaving']);
    expect(where({ ...ranked, primary: 'conversion' })).toEqual(['primary']);
    expect(where({ primary: 'preference' })).toEqual(['primary']);
    expect(where({ ...ranked, kind: 'ab', primary: 'conversion' })).toEqual(['interleaving']);
  });

  test('has an effect below half', () => {
    expect(where({ ...ranked, minDetectableEffect: 0.49, margin: 0.49 })).toEqual([]);
    expect(where({ ...ranked, minDetectableEffect: 0.5 })).toEqual(['minDetectableEffect']);
    expect(where({ ...ranked, margin: 0.5 })).toEqual(['margin']);
  });

  test.each<[string, unknown, object]>([
    ['guardrails', [{ metric: 'thumb', margin: 0.1 }], {}],
    ['secondary', ['thumb'], {}],
    ['segments', ['eu'], { traffic: { segments: [{ name: 'eu' }] } }],
    ['cuped', { before: '7d' }, {}],
  ])('has no %s: both versions answer each request', (key, value, more) => {
    expect(where({ ...ranked, [key]: value }, more)).toEqual([key]);
    expect(where({ [key]: value }, more)).toEqual([]);
  });

  test('is of a protocol that has ranked lists', () => {
    expect(where(ranked, { protocol: { kind: 'chat', model: 'tiny' } })).toEqual(['kind']);
    expect(where({}, { protocol: { kind: 'chat', model: 'tiny' } })).toEqual([]);
  });
});

test('what is randomised is what requests are assigned by', () => {
  const protocol = { model: 'digits', unitKey: 'cookie:session' };
  expect(where({ unit: 'cookie:session' }, { protocol })).toEqual([]);
  expect(where({ unit: 'header:x-user-key' }, { protocol })).toEqual(['unit']);
  expect(where({}, { protocol })).toEqual([]);
});

test('what is not promoted when it is shown not to be inferior is not when that is shown less well', () => {
  const inconclusive = 'promote-if-non-inferior';
  expect(where({ decision: { inconclusive } })).toEqual([]);
  expect(where({ decision: { inconclusive, nonInferior: 'promote' } })).toEqual([]);
  for (const nonInferior of ['hold', 'rollback']) {
    expect(where({ decision: { inconclusive, nonInferior } })).toEqual(['decision.inconclusive']);
    expect(where({ decision: { nonInferior } })).toEqual([]);
  }
});

test('times fit in each other', () => {
  expect(where({ minDuration: '7d', maxDuration: '7d' })).toEqual([]);
  expect(where({ minDuration: '169h', maxDuration: '7d' })).toEqual(['minDuration']);
  expect([where({ wholeWeeks: true, maxDuration: '21d' }), where({ maxDuration: '20d' })]).toEqual([[], []]);
  expect(where({ wholeWeeks: true, maxDuration: '20d' })).toEqual(['maxDuration']);
  expect([where({ test: 'sequential', tuning: 500 }), where({ tuning: 500 }), where({ test: 'fixed' })]).toEqual([
    [],
    [],
    [],
  ]);
  expect(where({ test: 'fixed', tuning: 500 })).toEqual(['tuning']);
});

test('segments are those of the traffic, with the split’s own shares, each once', () => {
  const traffic = { segments: [{ name: 'eu' }, { name: 'us' }, { name: 'vip', percent: 50 }] };
  expect(where({ segments: ['us', 'eu'] }, { traffic })).toEqual([]);
  expect(where({ segments: ['eu', 'mars'] }, { traffic })).toEqual(['segments.1']);
  expect(where({ segments: ['eu', 'vip'] }, { traffic })).toEqual(['segments.1']);
  expect(where({ segments: ['eu', 'us', 'eu'] }, { traffic })).toEqual(['segments.2']);
  expect(where({ segments: ['eu'] })).toEqual(['segments.0']);
});
