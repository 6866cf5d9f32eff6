import { describe, expect, test } from '@jest/globals';
import { featureMonitor } from '../../src/domain/spec/monitors/features.js';
import { logsMonitor } from '../../src/domain/spec/monitors/logs.js';
import { modelMonitor } from '../../src/domain/spec/monitors/model.js';
import { performanceMonitor } from '../../src/domain/spec/monitors/performance.js';
import { placesOf } from './spec-places.js';

const [SINCE, UNTIL] = ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'];
const model = (given: object) => placesOf(modelMonitor, { kind: 'model', ...given });
const features = (given: object) => placesOf(featureMonitor, { kind: 'features', ...given });

describe.each([
  ['model', model],
  ['features', features],
])('two windows of one version, of the kind %s', (_, places) => {
  test('have the rows that are needed, each of them', () => {
    expect(places({})).toEqual([]);
    expect(places({ minRows: 500, window: 500, reference: { from: 'promotion', rows: 500 } })).toEqual([]);
    expect(places({ minRows: 501, window: 500 })).toEqual(['minRows']);
    expect(places({ minRows: 501, reference: { from: 'promotion', rows: 500 } })).toEqual(['reference.rows']);
  });

  test('are not the same one', () => {
    const reference = { from: 'baseline' };
    expect(places({ reference })).toEqual(['reference.from']);
    expect(places({ reference, version: 'baseline' })).toEqual(['reference.from']);
    expect(places({ reference, version: 'candidate' })).toEqual([]);
    expect(places({ version: 'baseline' })).toEqual([]);
  });

  test('may be a stretch of the past, which ends after it begins', () => {
    const stretch = (since: string, until: string) => places({ reference: { from: 'stretch', since, until } });
    expect([stretch(SINCE, UNTIL), stretch(UNTIL, SINCE), stretch(SINCE, SINCE)]).toEqual([
      [],
      ['reference.until'],
      ['reference.until'],
    ]);
    expect(stretch('2026-11-01T00:00:00Z', '2026-11-01T00:30:00+01:00')).toEqual(['reference.until']);
  });
});

test('the performance of a stretch of the past ends after it begins, and a limit has a number', () => {
  const places = (given: object) => placesOf(performanceMonitor, { kind: 'performance', ...given });
  const stretch = (since: string, until: string) => places({ reference: { from: 'stretch', since, until } });
  expect([stretch(SINCE, UNTIL), stretch(UNTIL, SINCE), stretch(SINCE, SINCE)]).toEqual([
    [],
    ['reference.until'],
    ['reference.until'],
  ]);
  const limit = (given: object) => places({ limits: [{ metric: 'throughput', ...given }] });
  expect([limit({ min: 0 }), limit({ max: 0 }), limit({})]).toEqual([[], [], ['limits.0']]);
});

describe('a feature', () => {
  const feature = (given: object) => features({ features: { age: given } }).map((place) => place.split('.').at(-1));

  test.each(['ks', 'wasserstein'])('that is no number is not compared by %s', (method) => {
    expect([
      feature({ type: 'categorical', method }),
      feature({ type: 'numeric', method }),
      feature({ method }),
    ]).toEqual([['method'], [], []]);
  });

  test('that is no number is compared as categories are', () => {
    for (const method of ['psi', 'jensenshannon', 'chisquare'])
      expect(feature({ type: 'categorical', method })).toEqual([]);
  });

  test('has a range that ends after it begins, of numbers', () => {
    expect([feature({ range: [0, 0] }), feature({ range: [-1, 1] }), feature({ range: [1, 0] })]).toEqual([
      [],
      [],
      ['range'],
    ]);
    expect([feature({ type: 'numeric', range: [0, 1] }), feature({ type: 'categorical', range: [0, 1] })]).toEqual([
      [],
      ['range'],
    ]);
    expect(feature({ type: 'categorical' })).toEqual([]);
  });
});

describe('logs', () => {
  const logs = (given: object) => placesOf(logsMonitor, { kind: 'logs', ...given });

  test('are looked at in whole minutes', () => {
    expect([logs({}), logs({ window: '90m' }), logs({ window: '90s' })]).toEqual([[], [], ['window']]);
  });

  test('have a history of 1 to 2,000 windows', () => {
    expect([logs({ window: '1h', history: '1h' }), logs({ window: '1h', history: '59m' })]).toEqual([[], ['history']]);
    expect([logs({ window: '1m', history: '2000m' }), logs({ window: '1m', history: '2001m' })]).toEqual([
      [],
      ['history'],
    ]);
  });

  test('are kept for a day at least, and for all that is looked at', () => {
    const kept = (retention: string, window = '10m', history = '1h') => logs({ window, history, retention });
    expect([kept('1d'), kept('1439m'), kept('70m')]).toEqual([[], ['retention'], ['retention']]);
    expect([kept('49h', '1h', '48h'), kept('2939m', '1h', '48h')]).toEqual([[], ['retention']]);
  });
});
