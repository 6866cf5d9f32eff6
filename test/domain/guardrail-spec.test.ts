import { describe, expect, test } from '@jest/globals';
import { METRIC_TABLE, METRICS } from '../../src/domain/metric.js';
import { guardrail } from '../../src/domain/spec/guardrail.js';
import { placesOf } from './spec-places.js';

const sequential = { samples: 1000 };

describe('a metric’s guardrail', () => {
  test.each(METRICS)('%s has a margin of its own where none is said', (metric) => {
    const { kind, margin } = METRIC_TABLE[metric];
    expect(guardrail.parse({ metric })).toEqual({
      metric,
      margin: kind === 'latency' ? 20 : margin.fallback,
      minSamples: 50,
      dryRun: false,
    });
    expect(guardrail.parse({ metric, sequential })).toMatchObject({
      sequential: { samples: 1000, looks: 20, spending: 'pocock' },
    });
  });

  test.each(METRICS)('%s says which change is harm only where it is a share of yes or no', (metric) => {
    expect(placesOf(guardrail, { metric, direction: 'either' })).toEqual(
      METRIC_TABLE[metric].kind === 'proportion' ? [] : [''],
    );
  });

  test.each(METRICS)('the margin of %s is a share, or a duration of a latency', (metric) => {
    const isLatency = METRIC_TABLE[metric].kind === 'latency';
    expect(placesOf(guardrail, { metric, margin: '30ms' })).toEqual(isLatency ? [] : ['margin']);
    expect(placesOf(guardrail, { metric, margin: 0.99 })).toEqual(isLatency ? ['margin'] : []);
    expect(placesOf(guardrail, { metric, margin: 1 })).toEqual(['margin']);
  });
});

describe('a query’s guardrail', () => {
  const provider = { http: { url: 'https://a.example/{{version}}' } };
  const unversioned = { http: { url: 'https://a.example/' } };
  const places = (given: object) => placesOf(guardrail, { metric: 'query', name: 'lag', provider, ...given });

  test('has a limit, whichever', () => {
    expect(places({})).toEqual(['']);
    expect([places({ min: 0 }), places({ max: 0 }), places({ noWorseThanBaseline: {} })]).toEqual([[], [], []]);
  });

  test('has a min that is not above max', () => {
    expect([places({ min: 1, max: 1 }), places({ min: 2, max: 1 })]).toEqual([[], ['min']]);
  });

  test('is compared with the baseline only where it can be asked of each version', () => {
    expect(places({ provider: unversioned, noWorseThanBaseline: {} })).toEqual(['noWorseThanBaseline']);
    expect(places({ provider: unversioned, max: 1 })).toEqual([]);
  });

  test('has a window of a second at least', () => {
    expect([places({ max: 1, window: '1s' }), places({ max: 1, window: '999ms' })]).toEqual([[], ['window']]);
  });

  test('compares by an increase of nothing where nothing is said', () => {
    expect(guardrail.parse({ metric: 'query', name: 'lag', provider, noWorseThanBaseline: {} })).toMatchObject({
      noWorseThanBaseline: { margin: 0, relative: false, direction: 'increase' },
    });
  });
});

test('Kayenta’s marginal score is not above its pass', () => {
  const places = (scoreThresholds: object) =>
    placesOf(guardrail, {
      metric: 'kayenta',
      config: { metrics: [{ name: 'e', query: { metric: 'error_rate' } }], scoreThresholds },
    });
  expect([places({ pass: 80, marginal: 80 }), places({ pass: 80, marginal: 81 })]).toEqual([
    [],
    ['config.scoreThresholds.marginal'],
  ]);
});
