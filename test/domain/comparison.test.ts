import { describe, expect, test } from '@jest/globals';
import { comparisonOf } from '../../src/domain/comparison.js';
import { guardrailName } from '../../src/domain/guardrail-name.js';
import { guardrail } from '../../src/domain/spec/guardrail.js';
import type { Evidence } from '../../src/domain/verdict.js';
import { evidence } from '../workflow/evidence.js';

const of = (over: Partial<Evidence>) =>
  comparisonOf({
    ...evidence('error_rate', 'fail'),
    rule: 'confidence-sequence',
    bound: 0.02,
    margin: 0.01,
    candidate: { samples: 100, value: 0.05 },
    ...over,
  });

describe('what a verdict compared', () => {
  test('is its bound with the margin, in the metric’s unit', () => {
    expect(of({})).toEqual({ bound: 0.02, limit: 0.01, unit: 'share', of: '' });
    expect(of({ metric: 'agreement', gate: 'shadow' })).toEqual({ bound: 0.02, limit: 0.01, unit: 'share', of: '' });
    expect(of({ metric: 'query:lag', rule: 'other' })).toEqual({ bound: 0.02, limit: 0.01, unit: null, of: '' });
    expect(of({ bound: 0, margin: 0 })).toEqual({ bound: 0, limit: 0, unit: 'share', of: '' });
  });

  test('of a latency is the share of slow requests with none: the margin is in what counts as slow', () => {
    const latency = { metric: 'latency_p99', bound: 0.03, margin: 20 };
    expect(of(latency)).toEqual({ bound: 0.03, limit: 0, unit: 'share', of: 'more slow requests, ' });
    // Kayenta's judge compares scores.
    expect(of({ ...latency, rule: 'kayenta' })).toEqual({ bound: 0.03, limit: 20, unit: 'ms', of: '' });
  });

  test.each(['threshold', 'monitor'])(
    'of one number (%s) is that number with its limit: there is no margin',
    (rule) => {
      const one = { metric: 'latency_p99', rule, bound: 200, margin: 0 };
      expect(of({ ...one, candidate: { samples: 1, value: 250 } })).toEqual({
        bound: 250,
        limit: 200,
        unit: 'ms',
        of: '',
      });
      expect(of({ ...one, candidate: { samples: 0, value: null } })).toBeNull();
      // Where the bound is the number itself, no one limit is known.
      expect(of({ ...one, candidate: { samples: 1, value: 200 } })).toBeNull();
    },
  );

  test('is nothing where there is no bound, or an evaluation has a table of its own', () => {
    expect(of({ bound: null })).toBeNull();
    expect(of({ gate: 'abTest' })).toBeNull();
  });
});

test('a guardrail is called by its metric; of queries and monitors there may be several', () => {
  const names = [
    { metric: 'error_rate' },
    { metric: 'kayenta', config: { metrics: [{ name: 'e', query: { metric: 'error_rate' } }] } },
    { metric: 'query', name: 'lag', max: 1, provider: { sql: { connection: 'MAIN', query: 'SELECT 1' } } },
    { metric: 'monitor', monitor: 'deps' },
  ].map((given) => guardrailName(guardrail.parse(given)));
  expect(names).toEqual(['error_rate', 'kayenta', 'query:lag', 'monitor:deps']);
});
