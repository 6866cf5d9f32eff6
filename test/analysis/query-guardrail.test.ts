import { describe, expect, test } from '@jest/globals';
import { judgeLook, type Measured } from '../../src/analysis/look.js';
import { isQueryDue, judgeQuery } from '../../src/analysis/query-guardrail.js';
import type { ProgressByMetric } from '../../src/domain/guardrail-progress.js';
import { guardrail, type QueryGuardrail } from '../../src/domain/spec/guardrail.js';
import type { PromGap } from '../../src/ports/prom-query.js';
import type { QueryValue } from '../../src/ports/query-reader.js';

const query = (more: object = { max: 1 }) =>
  guardrail.parse({
    metric: 'query',
    name: 'errors',
    provider: { prometheus: { query: 'e{version="{{version}}"}' } },
    ...more,
  }) as QueryGuardrail;
const value = (given: number): QueryValue => ({ kind: 'value', value: given });
const gap = (kind: PromGap): QueryValue => ({ kind, why: 'because' });
const judge = (rule: QueryGuardrail, candidate: QueryValue, baseline: QueryValue | null = null) =>
  judgeQuery(rule, { candidate, baseline });

describe('a threshold', () => {
  test.each([
    [{ max: 1 }, 1, null, 'pass', 'query:errors: 1; within its limits: not above 1'],
    [{ max: 1 }, 1.01, null, 'fail', 'query:errors: 1.01; above 1'],
    [{ min: 0.9 }, 0.9, null, 'pass', 'within its limits: not below 0.9'],
    [{ noWorseThanBaseline: { margin: 0.5, direction: 'decrease' } }, 1.5, 2, 'pass', 'not more than 0.5 below'],
    [{ min: 0.9 }, 0.89, 0.95, 'fail', 'query:errors: candidate 0.89, baseline 0.95; below 0.9'],
    [{ min: 0, max: 1 }, 0.5, null, 'pass', 'not below 0, not above 1'],
    // The environment, and nobody's fault.
    [{ max: 1 }, 3, 2, 'inconclusive', 'environment: the baseline is above 1 as well'],
    [{ noWorseThanBaseline: {} }, 2, 2, 'pass', 'not more than 0 above the baseline'],
    [{ noWorseThanBaseline: { margin: 0.5 } }, 2.6, 2, 'fail', 'more than 0.5 above the baseline'],
    [{ noWorseThanBaseline: { margin: 0.1, relative: true } }, 2.1, 2, 'pass', ''],
    [{ noWorseThanBaseline: { margin: 0.1, relative: true } }, 2.3, 2, 'fail', 'more than 10 % above the baseline'],
    [{ noWorseThanBaseline: { margin: 0.1, relative: true, direction: 'decrease' } }, -2.3, -2, 'fail', '10 % below'],
    [{ noWorseThanBaseline: { margin: 0.1, relative: true } }, 0.1, 0, 'fail', ''],
    // Both are above 1, and the candidate is worse all the same.
    [{ max: 1, noWorseThanBaseline: { margin: 1 } }, 9, 2, 'fail', 'more than 1 above the baseline'],
  ] as const)('%j: candidate %d, baseline %s', (limits, ours, theirs, verdict, reason) => {
    const evidence = judge(query(limits), value(ours), theirs === null ? null : value(theirs));
    expect(evidence).toMatchObject({ verdict, metric: 'query:errors', rule: 'threshold', candidate: { value: ours } });
    expect(evidence.reason).toContain(reason);
  });

  test('shows both numbers, their difference, and the limit that was crossed', () => {
    const both = query({ max: 9, noWorseThanBaseline: { margin: 0.5 } });
    expect(judge(both, value(2.75), value(2))).toMatchObject({
      verdict: 'fail',
      candidate: { samples: 1, value: 2.75 },
      baseline: { samples: 1, value: 2 },
      difference: 0.75,
      bound: 2.5,
      margin: 0.5,
    });
    expect(judge(both, value(2.25), value(2))).toMatchObject({ verdict: 'pass', difference: 0.25, bound: 9 });
    expect(judge(query({ max: 1 }), value(0))).toMatchObject({
      baseline: { samples: 0, value: null },
      difference: null,
      bound: 1,
      margin: 0,
    });
    expect(judge(both, value(2), null)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'query:errors: baseline: none: it was not asked',
    });
  });

  test.each(['none', 'nan', 'inf', 'many', 'stale'] as const)('%s is inconclusive', (kind) => {
    expect(judge(query(), gap(kind))).toMatchObject({
      verdict: 'inconclusive',
      rule: 'threshold',
      reason: `query:errors: query: ${kind}: because`,
      candidate: { samples: 0, value: null },
    });
  });
  test.each(['timeout', 'refused', 'invalid', 'unreachable', 'error'] as const)('%s is unreadable', (kind) => {
    expect(judge(query(), gap(kind), value(0))).toMatchObject({
      verdict: 'inconclusive',
      rule: 'unreadable',
      reason: `query:errors: could not be read: candidate: ${kind}: because`,
    });
  });

  test('a baseline without a number matters only where it is compared with', () => {
    expect(judge(query(), value(0), gap('nan')).verdict).toBe('pass');
    expect(judge(query(), value(9), gap('timeout')).verdict).toBe('fail');
    const compared = query({ noWorseThanBaseline: {} });
    expect(judge(compared, value(0), gap('none'))).toMatchObject({ verdict: 'inconclusive', rule: 'threshold' });
    expect(judge(compared, value(0), gap('timeout'))).toMatchObject({ rule: 'unreadable' });
  });
});

describe('asked again and again', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  /** One look a second; what is asked is answered by `answers`, in turn. */
  function looks(rule: QueryGuardrail, seconds: number, answers: QueryValue[]) {
    let progress: ProgressByMetric = {};
    let asked = 0;
    return Array.from({ length: seconds }, (_, second) => {
      const due = isQueryDue(rule, progress['query:errors']?.query, at(second));
      const values = due ? { candidate: answers[asked++] ?? gap('none'), baseline: null } : null;
      const measured: Measured = { guardrail: rule, query: { at: at(second).toISOString(), values } };
      const look = judgeLook([measured], 0.01, progress);
      progress = JSON.parse(JSON.stringify(look.progress)) as ProgressByMetric;
      const [evidence] = look.evidence;
      return `${due ? '?' : ''}${evidence?.verdict}${evidence?.exhausted ? '!' : ''}`;
    });
  }

  test('by its interval; between, the last answer stands and counts for nothing', () => {
    const rule = query({ max: 1, interval: '3s', failureLimit: 1 });
    expect(looks(rule, 7, [value(2), value(0), value(2)])).toEqual([
      '?inconclusive',
      'inconclusive',
      'inconclusive',
      '?pass',
      'pass',
      'pass',
      '?fail',
    ]);
  });

  test('not before its initial delay, which is no look without a verdict', () => {
    const rule = query({ max: 1, initialDelay: '2s', interval: '1s', inconclusiveLimit: 0 });
    expect(looks(rule, 4, [value(0), gap('none')])).toEqual([
      'inconclusive',
      'inconclusive',
      '?pass',
      '?inconclusive!',
    ]);
  });

  test('passes after as many good answers as it asks for, whatever stands between them', () => {
    const rule = query({ max: 1, interval: '1s', count: 3, inconclusiveLimit: 1 });
    expect(looks(rule, 5, [value(0), gap('stale'), value(0), value(0), value(0)])).toEqual([
      '?inconclusive',
      '?inconclusive',
      '?inconclusive',
      '?pass',
      '?pass',
    ]);
  });

  test('a person is asked past consecutiveErrorLimit, and a critical one fails', () => {
    const errors = Array.from({ length: 6 }, () => gap('timeout'));
    expect(looks(query({ max: 1, interval: '1s', consecutiveErrorLimit: 1 }), 3, errors)).toEqual([
      '?inconclusive',
      '?inconclusive!',
      '?inconclusive!',
    ]);
    expect(looks(query({ max: 1, interval: '1s', critical: true }), 6, errors).slice(3)).toEqual([
      '?inconclusive',
      '?fail',
      '?fail',
    ]);
  });

  test('a clock that is behind the last asking asks', () => {
    const progress = { since: at(50).toISOString(), askedAt: at(50).toISOString(), passes: 0, evidence: null };
    expect([49, 51, 65].map((second) => isQueryDue(query(), progress, at(second)))).toEqual([true, false, true]);
  });
});
