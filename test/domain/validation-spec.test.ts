import { describe, expect, test } from '@jest/globals';
import { isGeneration, needsLoad, type ValidationCheck, validation } from '../../src/domain/spec/validation/index.js';
import { placesOf } from './spec-places.js';

const places = (checks: object[], more: object = {}) => placesOf(validation, { dataset: 'a.csv', checks, ...more });
const check = (given: object, more: object = {}) =>
  places([given], more).map((place) => place.replace(/^checks\.0\.?/, ''));
const accuracy = { metric: 'accuracy', min: 0.9 };
const prompt = { prompt: 'text' };
const load = { load: {} };

test('what is left out', () => {
  expect(validation.parse({ dataset: 'a.csv', checks: [accuracy], load: {} })).toEqual({
    dataset: 'a.csv',
    batchSize: 50,
    load: { concurrency: 8, batchSize: 1, duration: 10_000, requests: 100_000 },
    checks: [accuracy],
  });
});

test('a load takes ten minutes at most', () => {
  const of = (duration: string) => places([accuracy], { load: { duration } });
  expect([of('10m'), of('601s')]).toEqual([[], ['load.duration']]);
});

describe('a check has a name of its own', () => {
  test('given, or made from what it measures', () => {
    expect(places([accuracy, { ...accuracy, name: 'more' }, { ...accuracy, by: 'city' }])).toEqual([]);
    expect(places([accuracy, { metric: 'f1', min: 0.5 }, { metric: 'accuracy', min: 0.5 }])).toEqual(['checks.2']);
    expect(places([accuracy, { metric: 'f1', min: 0.5, name: 'accuracy' }])).toEqual(['checks.1']);
    expect(places([accuracy, accuracy, accuracy])).toEqual(['checks.1', 'checks.2']);
  });

  test('and not that of the suite’s own result', () => {
    expect(check({ ...accuracy, name: 'answers' })).toEqual(['name']);
  });
});

describe('what is measured has a limit', () => {
  test.each<[object, object]>([
    [{ metric: 'accuracy' }, {}],
    [{ metric: 'rmse' }, {}],
    [{ metric: 'accuracy_gap', by: 'sex' }, {}],
    [{ metric: 'latency_p95' }, {}],
    [{ metric: 'server_memory' }, {}],
    [{ metric: 'throughput' }, load],
    [{ metric: 'load_latency_p99' }, load],
    [{ metric: 'refusal_rate' }, prompt],
  ])('%j', (given, more) => {
    const max = String(Reflect.get(given, 'metric')).includes('latency') ? '1s' : 1;
    expect(check(given, more)).toEqual(['']);
    expect(check({ ...given, max }, more)).toEqual([]);
    expect(check({ ...given, noWorseThan: 'baseline' }, more)).toEqual([]);
  });

  test('a least one as well', () => {
    expect([check({ metric: 'accuracy', min: 0 }), check({ metric: 'throughput', min: 1 }, load)]).toEqual([[], []]);
  });

  test.each([
    { metric: 'prediction_bounds' },
    { metric: 'prediction_type', type: 'label' },
    { metric: 'signature' },
    { metric: 'determinism' },
    { metric: 'invariance', change: { age: { add: 1 } } },
    { metric: 'directional', change: { age: { add: 1 } }, expect: 'increase' },
    { metric: 'custom', name: 'mine', module: 'a.js' },
  ])('but for what has one of its own: %j', (given) => {
    expect(check(given)).toEqual([]);
  });

  test('whose least is not above its most', () => {
    expect([check({ ...accuracy, max: 0.9 }), check({ ...accuracy, max: 0.8 })]).toEqual([[], ['']]);
    expect(check({ metric: 'prediction_bounds', min: 2, max: 1 })).toEqual(['']);
  });

  test('with a margin only where it is compared', () => {
    expect(check({ ...accuracy, margin: 0.1 })).toEqual(['']);
    expect(check({ ...accuracy, margin: 0 })).toEqual(['']);
    expect(check({ ...accuracy, noWorseThan: 'baseline', margin: 0.1 })).toEqual([]);
  });
});

describe('what a check needs of the suite', () => {
  const checkOf = (metric: string) => ({ metric }) as unknown as ValidationCheck;

  test('a load, of what is measured under it', () => {
    const under = ['load_latency_p50', 'load_error_rate', 'throughput'];
    const others = ['latency_p50', 'accuracy', 'server_memory', 'tokens_per_second'];
    expect([...under, ...others].filter((metric) => needsLoad(checkOf(metric)))).toEqual(under);
    expect([check({ metric: 'throughput', min: 1 }), check({ metric: 'throughput', min: 1 }, load)]).toEqual([
      ['metric'],
      [],
    ]);
    expect(check({ metric: 'load_error_rate', max: 0 })).toEqual(['metric']);
  });

  test('a prompt, of language models', () => {
    const generation = ['refusal_rate', 'first_token_p50', 'generation_p95', 'tokens_out', 'tokens_per_second'];
    const others = ['accuracy', 'throughput', 'latency_p50'];
    expect([...generation, ...others].filter((metric) => isGeneration(checkOf(metric)))).toEqual(generation);
    expect([check({ metric: 'tokens_out', max: 9 }), check({ metric: 'tokens_out', max: 9 }, prompt)]).toEqual([
      ['metric'],
      [],
    ]);
  });

  test('a feature, of what changes some', () => {
    expect(check({ metric: 'invariance', change: {} })).toEqual(['change']);
  });
});
