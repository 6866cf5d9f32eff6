import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeGuardrail } from '../../src/analysis/guardrail.js';
import type { Guardrail } from '../../src/domain/spec/guardrail.js';
import type { Comparison } from '../../src/ports/metric-source.js';
import { bucketIndex } from '../../src/stats/sketch/latency-sketch.js';

const ALPHA = 0.01;
const guardrail = (metric: Guardrail['metric'], margin: number): Guardrail =>
  ({ metric, margin, minSamples: 50, dryRun: false }) as Guardrail;
const shares = (b: [number, number], c: [number, number]): Comparison => ({
  baseline: { kind: 'proportion', value: { successes: b[0], trials: b[1] } },
  candidate: { kind: 'proportion', value: { successes: c[0], trials: c[1] } },
});
const labels = (baseline: Record<string, number>, candidate: Record<string, number>): Comparison => ({
  baseline: { kind: 'categories', counts: baseline },
  candidate: { kind: 'categories', counts: candidate },
});
const latency = (baselineMs: number, candidateMs: number, n: number): Comparison => ({
  baseline: { kind: 'latency', counts: { [bucketIndex(baselineMs)]: n } },
  candidate: { kind: 'latency', counts: { [bucketIndex(candidateMs)]: n } },
});

describe('error rate', () => {
  const rule = guardrail('error_rate', 0.01);
  test.each([
    ['nothing at all', shares([0, 0], [0, 0]), 'inconclusive'],
    ['too few on the candidate', shares([0, 1000], [30, 40]), 'inconclusive'],
    ['too few on the baseline', shares([0, 10], [0, 1000]), 'inconclusive'],
    ['none on either side', shares([0, 500], [0, 500]), 'pass'],
    ['a little more, within chance', shares([5, 500], [9, 500]), 'pass'],
    ['a third fails', shares([0, 500], [30, 90]), 'fail'],
    ['everything fails', shares([0, 500], [60, 60]), 'fail'],
    ['the baseline is broken too', shares([200, 500], [60, 60]), 'inconclusive'],
  ])('%s: %j is %s', (_, comparison, verdict) => {
    expect(judgeGuardrail(rule, comparison, ALPHA).verdict).toBe(verdict);
  });

  test('a failure names both sides, the bound and the margin', () => {
    expect(judgeGuardrail(rule, shares([0, 500], [60, 60]), ALPHA).reason).toMatch(
      /error_rate: candidate 100\.00 % of 60, baseline 0\.00 % of 500; worse by at least \d+\.\d+ %, margin 1\.00 %/,
    );
  });

  test('a broken baseline is named as the environment', () => {
    expect(judgeGuardrail(rule, shares([200, 500], [60, 60]), ALPHA).reason).toMatch(/environment/);
  });
});

test('accuracy fails downwards, not upwards', () => {
  const rule = guardrail('accuracy', 0.05);
  expect(judgeGuardrail(rule, shares([480, 500], [100, 500]), ALPHA).verdict).toBe('fail');
  expect(judgeGuardrail(rule, shares([100, 500], [480, 500]), ALPHA).verdict).toBe('pass');
});

describe('prediction drift', () => {
  const rule = guardrail('prediction_drift', 0.1);
  test.each([
    ['the same', labels({ a: 500, b: 500 }, { a: 98, b: 102 }), 'pass'],
    ['one label only', labels({ a: 500, b: 500 }, { a: 200 }), 'fail'],
    ['a label that never was', labels({ a: 500 }, { b: 200 }), 'fail'],
    ['no data', labels({}, {}), 'inconclusive'],
    ['no candidate', labels({ a: 500 }, {}), 'inconclusive'],
  ])('%s: %j is %s', (_, comparison, verdict) => {
    expect(judgeGuardrail(rule, comparison, ALPHA).verdict).toBe(verdict);
  });
});

describe('latency', () => {
  const rule = guardrail('latency_p99', 20);
  test.each([
    ['as fast', latency(5, 5, 300), 'pass'],
    ['slower within the margin', latency(5, 20, 300), 'pass'],
    ['slower beyond it', latency(5, 60, 300), 'fail'],
    ['too few', latency(5, 60, 30), 'inconclusive'],
    [
      'no data',
      { baseline: { kind: 'latency', counts: {} }, candidate: { kind: 'latency', counts: {} } } satisfies Comparison,
      'inconclusive',
    ],
  ])('%s: %j is %s', (_, comparison, verdict) => {
    expect(judgeGuardrail(rule, comparison, ALPHA).verdict).toBe(verdict);
  });
});

describe('properties', () => {
  const counts = fc
    .integer({ min: 0, max: 2000 })
    .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
  const rule = guardrail('error_rate', 0.01);

  test('an arm without its minimum never passes and never fails', () => {
    const few = fc.integer({ min: 0, max: 49 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(few, counts, (small, other) => {
        expect(judgeGuardrail(rule, shares(small, other), ALPHA).verdict).toBe('inconclusive');
        expect(judgeGuardrail(rule, shares(other, small), ALPHA).verdict).toBe('inconclusive');
      }),
    );
  });

  test('one more failure of the candidate never turns a fail into a pass', () => {
    fc.assert(
      fc.property(counts, counts, (b, [k, n]) => {
        fc.pre(k < n);
        const before = judgeGuardrail(rule, shares(b, [k, n]), ALPHA).verdict;
        const after = judgeGuardrail(rule, shares(b, [k + 1, n]), ALPHA).verdict;
        if (before === 'fail') expect(after).toBe('fail');
      }),
      { numRuns: 500 },
    );
  });
});
