import { describe, expect, test } from '@jest/globals';
import { impactMeasureOf } from '../../src/domain/impact-measure.js';
import { FEEDBACK_KINDS, isYesOrNo } from '../../src/domain/observation.js';
import { metricDefinition, metricNamed } from '../../src/domain/spec/metric-definition.js';

const measure = (given: object) => impactMeasureOf(metricDefinition.parse({ name: 'm', ...given }));
const [spent, asked] = [{ feedback: 'revenue' }, { outcome: 'requests' }] as const;
const m = { metric: 'm', goal: 'increase' } as const;

describe('a metric in a stretch of time', () => {
  test('a mean is what all units have together, over those that were seen', () => {
    expect(measure({ kind: 'mean', source: spent, goal: 'decrease' })).toEqual({
      metric: 'm',
      goal: 'decrease',
      kind: 'ratio',
      value: { source: spent, take: 'sum' },
      over: 'units',
      isShare: false,
    });
    expect(measure({ kind: 'mean', source: { ...spent, take: 'count' } })).toMatchObject({
      value: { take: 'count' },
      isShare: false,
    });
    expect(measure({ kind: 'mean', source: { ...spent, take: 'any' } })).toMatchObject({
      value: { take: 'any' },
      isShare: true,
    });
  });

  test('a proportion is the share of units that did', () => {
    expect(measure({ kind: 'proportion', source: { feedback: 'conversion' } })).toEqual({
      ...m,
      kind: 'ratio',
      value: { source: { feedback: 'conversion' }, take: 'any' },
      over: 'units',
      isShare: true,
    });
  });

  test('a ratio is one sum over the other, each of what is taken of it', () => {
    expect(measure({ kind: 'ratio', numerator: spent, denominator: { ...asked, take: 'count' } })).toEqual({
      ...m,
      kind: 'ratio',
      value: { source: spent, take: 'sum' },
      over: { source: asked, take: 'count' },
      isShare: false,
    });
    const survey = { feedback: 'survey', survey: 'nps' };
    expect(measure({ kind: 'ratio', numerator: { ...survey, take: 'any' }, denominator: asked })).toMatchObject({
      value: { source: survey, take: 'any' },
      over: { source: asked, take: 'sum' },
    });
  });

  test('a ratio of a source alone is the mean over its events: a share of what is yes or no', () => {
    const shares = { accuracy: true, error: true, latency: false, requests: false };
    for (const [outcome, isShare] of Object.entries(shares))
      expect(measure({ kind: 'ratio', source: { outcome } })).toEqual({
        ...m,
        kind: 'ratio',
        value: { source: { outcome }, take: 'sum' },
        over: { source: { outcome }, take: 'count' },
        isShare,
      });
    expect(measure({ kind: 'ratio', source: { feedback: 'thumb' } })).toMatchObject({ isShare: true });
    expect(measure({ kind: 'ratio', source: { feedback: 'rating' } })).toMatchObject({ isShare: false });
  });

  test('a quantile is over events', () => {
    expect(measure({ kind: 'quantile', source: { outcome: 'latency' }, quantile: 0.95 })).toEqual({
      ...m,
      kind: 'quantile',
      source: { outcome: 'latency' },
      quantile: 0.95,
    });
  });

  test.each([
    ['retention', { kind: 'retention', retention: { from: '1d', to: '7d' } }],
    ['a cap by unit', { kind: 'mean', source: spent, cap: { value: 100 } }],
    ['a query', { kind: 'mean', source: { sql: { query: 'SELECT 1' } } }],
    ['a query below', { kind: 'ratio', numerator: spent, denominator: { sql: { query: 'SELECT 1' } } }],
    ['a query above', { kind: 'ratio', numerator: { sql: { query: 'SELECT 1' } }, denominator: spent }],
  ])('of %s there is none', (words, given) => {
    expect(measure(given)).toMatch(new RegExp(`^m: ${words.replace(/ (by|below|above).*/, '')}\\b`));
  });

  test('of what nobody says where it is from there is none', () => {
    for (const kind of ['mean', 'ratio', 'quantile'] as const)
      expect(impactMeasureOf({ name: 'm', goal: 'increase', kind, quantile: 0.5 })).toBe('m: it has no source');
    expect(impactMeasureOf({ name: 'm', goal: 'increase', kind: 'quantile', source: asked })).toBe(
      'm: it has no quantile',
    );
  });

  test('all metrics that may be named without a definition have one', () => {
    for (const name of ['accuracy', 'conversion', 'thumb', 'error_rate', 'latency_p50', 'latency_p99'])
      expect(impactMeasureOf(metricNamed(name)!)).toMatchObject({ metric: name });
  });
});

test('a thumb, a conversion, a use that goes on and a click are yes or no', () => {
  expect(FEEDBACK_KINDS.filter(isYesOrNo)).toEqual(['thumb', 'conversion', 'continued-use', 'click']);
});
