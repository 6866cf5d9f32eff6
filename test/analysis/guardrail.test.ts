import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeGuardrail } from '../../src/analysis/guardrail.js';
import type { MetricGuardrail } from '../../src/domain/spec/guardrail.js';
import type { Comparison } from '../../src/ports/metric-source.js';
import { differenceStandardError, oneSidedHalfwidth } from '../../src/stats/index.js';
import { bucketIndex, mergeSketches } from '../../src/stats/sketch/latency-sketch.js';

const ALPHA = 0.01;
const guardrail = (metric: MetricGuardrail['metric'], margin: number, more: Partial<MetricGuardrail> = {}) =>
  ({ metric, margin, minSamples: 50, dryRun: false, ...more }) as MetricGuardrail;
const judge = (rule: MetricGuardrail, comparison: Comparison, looks: readonly number[] = []) =>
  judgeGuardrail(rule, comparison, { alpha: ALPHA, looks });
const verdictOf = (rule: MetricGuardrail, comparison: Comparison) => judge(rule, comparison).evidence.verdict;
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
    ['one short of enough on the candidate', shares([0, 500], [49, 49]), 'inconclusive'],
    ['one short of enough on the baseline', shares([0, 49], [500, 500]), 'inconclusive'],
    ['just enough', shares([0, 50], [50, 50]), 'fail'],
    ['none on either side', shares([0, 500], [0, 500]), 'pass'],
    ['a little more, within chance', shares([5, 500], [9, 500]), 'pass'],
    ['a third fails', shares([0, 500], [30, 90]), 'fail'],
    ['everything fails', shares([0, 500], [60, 60]), 'fail'],
    ['the baseline is broken too', shares([100, 500], [60, 60]), 'inconclusive'],
    ['the baseline is not quite broken', shares([99, 500], [60, 60]), 'fail'],
  ])('%s: %j is %s', (_, comparison, verdict) => {
    expect(verdictOf(rule, comparison)).toBe(verdict);
  });

  test('a failure names both sides, the bound and the margin', () => {
    expect(judge(rule, shares([0, 500], [60, 60])).evidence.reason).toMatch(
      /error_rate: candidate 100\.00 % of 60, baseline 0\.00 % of 500; worse by at least \d+\.\d+ %, margin 1\.00 %/,
    );
  });

  test('a broken baseline is named as the environment', () => {
    const { evidence } = judge(rule, shares([200, 500], [60, 60]));
    expect(evidence).toMatchObject({ rule: 'environment', reason: expect.stringContaining('environment') });
  });

  test('the arm that has too few is named, with how many are needed', () => {
    const reasonOf = (comparison: Comparison) => judge(rule, comparison).evidence.reason;
    expect(reasonOf(shares([0, 60], [0, 40]))).toBe('error_rate: 40 of at least 50 samples on the candidate');
    expect(reasonOf(shares([0, 30], [0, 40]))).toBe('error_rate: 30 of at least 50 samples on the baseline');
  });
});

test('accuracy fails downwards, not upwards', () => {
  const rule = guardrail('accuracy', 0.05);
  expect(verdictOf(rule, shares([480, 500], [100, 500]))).toBe('fail');
  expect(verdictOf(rule, shares([100, 500], [480, 500]))).toBe('pass');
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
    expect(verdictOf(rule, comparison)).toBe(verdict);
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
    expect(verdictOf(rule, comparison)).toBe(verdict);
  });
});

describe('evidence shows the numbers of both arms', () => {
  test('of shares', () => {
    expect(judge(guardrail('error_rate', 0.01), shares([5, 500], [104, 400])).evidence).toMatchObject({
      baseline: { samples: 500, value: 0.01 },
      candidate: { samples: 400, value: 0.26 },
      difference: 0.25,
      margin: 0.01,
      alpha: ALPHA,
      rule: 'confidence-sequence',
      dryRun: false,
      // As many observations as the smaller arm has.
      bound:
        0.25 -
        oneSidedHalfwidth(
          differenceStandardError({ successes: 5, trials: 500 }, { successes: 104, trials: 400 }),
          400,
          ALPHA,
          2500,
        ),
    });
    expect(judge(guardrail('error_rate', 0.01), shares([0, 0], [3, 900])).evidence).toMatchObject({
      baseline: { samples: 0, value: null },
      candidate: { samples: 900, value: 3 / 900 },
      difference: null,
      bound: null,
    });
  });
  test('of latency, where many requests take the same time and the quantiles are equal', () => {
    const counts = (fast: number, same: number, slow: number) => ({
      [bucketIndex(5)]: fast,
      [bucketIndex(8)]: same,
      [bucketIndex(12)]: slow,
    });
    const two: Comparison = {
      baseline: { kind: 'latency', counts: counts(4900, 3000, 2100) },
      candidate: { kind: 'latency', counts: counts(2100, 3000, 4900) },
    };
    const { evidence } = judge(guardrail('latency_p50', 0), two);
    expect([evidence.verdict, evidence.baseline.value]).toEqual(['pass', evidence.candidate.value]);
    const worse = { ...two, candidate: { kind: 'latency' as const, counts: counts(1500, 3000, 5500) } };
    expect(verdictOf(guardrail('latency_p50', 0), worse)).toBe('fail');
  });

  test('of latency, at the quantile of its name', () => {
    const two: Comparison = {
      baseline: { kind: 'latency', counts: { [bucketIndex(5)]: 300 } },
      candidate: { kind: 'latency', counts: { [bucketIndex(5)]: 210, [bucketIndex(100)]: 90 } },
    };
    const { evidence } = judge(guardrail('latency_p90', 20), two);
    expect(evidence).toMatchObject({ verdict: 'fail', baseline: { samples: 300 }, candidate: { samples: 300 } });
    expect(evidence.difference).toBeGreaterThan(93);
    expect(evidence.difference).toBeLessThan(97);
    expect(evidence.candidate.value).toBeCloseTo((evidence.baseline.value ?? 0) + (evidence.difference ?? 0), 12);
    // A bound on the share of slow requests, of which there are 30 % more.
    expect(evidence.bound).toBeGreaterThan(0);
    expect(evidence.bound).toBeLessThan(0.3);
    expect(judge(guardrail('latency_p50', 20), two).evidence.candidate.value).toBe(evidence.baseline.value);
  });
  test('of the label that has moved most', () => {
    const { evidence } = judge(
      guardrail('prediction_drift', 0.05),
      labels({ a: 300, b: 500, c: 200 }, { a: 500, b: 100, c: 400 }),
    );
    expect(evidence).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining('label "b" is 10.00 %'),
      baseline: { samples: 1000, value: 0.5 },
      candidate: { samples: 1000, value: 0.1 },
      difference: -0.4,
    });
    const held = judge(guardrail('prediction_drift', 0.1), labels({ a: 500, b: 500 }, { a: 520, b: 480 })).evidence;
    expect(held).toMatchObject({ verdict: 'pass', reason: expect.stringContaining('label "a"') });
    expect(held.difference).toBeCloseTo(0.02, 12);
  });
  test('the error budget of drift is shared out among the labels', () => {
    const moved = (others: number) => {
      const rest = Object.fromEntries(Array.from({ length: others }, (_, i) => [`l${i}`, 10]));
      return labels({ a: 500, b: 500, ...rest }, { a: 400, b: 600, ...rest });
    };
    const bound = (others: number) => judge(guardrail('prediction_drift', 0.01), moved(others)).evidence.bound ?? 0;
    expect(bound(0)).toBeGreaterThan(bound(10) + 0.005);
  });
});

describe('direction', () => {
  test('may be turned round: a metric whose rise is the harm', () => {
    const rule = guardrail('conversion', 0.02, { direction: 'increase' });
    expect(verdictOf(rule, shares([50, 500], [250, 500]))).toBe('fail');
    expect(verdictOf(rule, shares([250, 500], [50, 500]))).toBe('pass');
  });
  test('either: any move beyond the margin', () => {
    const rule = guardrail('conversion', 0.02, { direction: 'either' });
    expect(verdictOf(rule, shares([50, 500], [250, 500]))).toBe('fail');
    expect(verdictOf(rule, shares([250, 500], [50, 500]))).toBe('fail');
    expect(verdictOf(rule, shares([250, 500], [255, 500]))).toBe('pass');
    const bound = (direction: 'increase' | 'either') =>
      judge(guardrail('conversion', 0.02, { direction }), shares([50, 500], [250, 500])).evidence.bound ?? 0;
    expect(bound('either')).toBeLessThan(bound('increase'));
  });
});

describe('planned looks', () => {
  const rule = guardrail('error_rate', 0, { sequential: { samples: 40_000, looks: 20, spending: 'pocock' } });
  const at = (n: number, k: number) => shares([Math.round(0.02 * n), n], [k, n]);

  test('before the first there is no verdict, unless harm is plain', () => {
    expect(judge(rule, at(1500, 40)).evidence).toMatchObject({
      verdict: 'inconclusive',
      rule: 'group-sequential',
      reason: expect.stringContaining('the first planned look is at 2000 samples an arm'),
    });
    expect(judge(rule, at(1500, 400)).evidence).toMatchObject({ verdict: 'fail', rule: 'confidence-sequence' });
  });
  test('at one, the bound is that of the plan, and the look is remembered', () => {
    const reading = judge(rule, at(2100, 100));
    expect(reading.evidence).toMatchObject({ verdict: 'fail', rule: 'group-sequential' });
    expect(reading.looks).toEqual([2100 / 40_000]);
  });
  test('without any error there is nothing to test: the look is made, and passes', () => {
    expect(judge(rule, shares([0, 2100], [0, 2100]))).toMatchObject({
      looks: [2100 / 40_000],
      evidence: { verdict: 'pass', rule: 'group-sequential' },
    });
  });
  test('between two, nothing is spent', () => {
    const reading = judge(rule, at(2200, 50), [2100 / 40_000]);
    expect(reading.looks).toEqual([2100 / 40_000]);
    expect(reading.evidence.verdict).toBe('pass');
  });
  test('past the end the reserve goes on watching', () => {
    expect(judge(rule, at(90_000, 1900), [0.5, 1]).evidence.verdict).toBe('pass');
    expect(judge(rule, at(90_000, 2600), [0.5, 1]).evidence).toMatchObject({
      verdict: 'fail',
      rule: 'confidence-sequence',
    });
  });
  test('serve latency and drift as well', () => {
    const slow = guardrail('latency_p99', 20, { sequential: { samples: 4000, looks: 10, spending: 'pocock' } });
    expect(judge(slow, latency(5, 60, 400)).evidence).toMatchObject({ verdict: 'fail', rule: 'group-sequential' });
    expect(verdictOf(slow, latency(5, 5, 300))).toBe('inconclusive');
    const drift = guardrail('prediction_drift', 0.1, { sequential: { samples: 4000, looks: 10, spending: 'pocock' } });
    expect(judge(drift, labels({ a: 400, b: 400 }, { a: 300, b: 100 }))).toMatchObject({
      looks: [0.1],
      evidence: { verdict: 'fail' },
    });
    expect(verdictOf(drift, labels({ a: 200, b: 200 }, { a: 100, b: 100 }))).toBe('inconclusive');
    // Only a label that became rarer has moved by more than the margin, and only a look finds it.
    const rarer = labels({ a: 1000, b: 500, c: 500 }, { a: 660, b: 670, c: 670 });
    expect(judge(drift, rarer).evidence).toMatchObject({
      verdict: 'fail',
      rule: 'group-sequential',
      difference: expect.closeTo(-0.17, 12),
    });
  });
  test.each([400, 2000, 4000])(
    'of either direction pass, at %d an arm, what has moved by less than the margin',
    (n) => {
      const sequential = { samples: 4000, looks: 10, spending: 'pocock' } as const;
      const drift = guardrail('prediction_drift', 0.1, { sequential });
      const conversion = guardrail('conversion', 0.1, { sequential, direction: 'either' });
      const half = { a: n / 2, b: n / 2 };
      for (const moved of [0, 0.02 * n, -0.02 * n]) {
        const { evidence } = judge(drift, labels(half, { a: half.a + moved, b: half.b - moved }));
        expect(evidence).toMatchObject({ verdict: 'pass', rule: 'group-sequential' });
        expect(verdictOf(conversion, shares([n / 2, n], [n / 2 + moved, n]))).toBe('pass');
      }
    },
  );
});

describe('segments', () => {
  const rule = guardrail('error_rate', 0.01);
  const world = { eu: shares([2, 900], [2, 100]), us: shares([1, 900], [40, 100]) };

  test('the worst one decides, though all traffic together hides it', () => {
    const all = shares([3, 9000], [42, 9000]);
    expect(verdictOf(rule, all)).toBe('pass');
    expect(judge(rule, { ...all, segments: world }).evidence).toMatchObject({
      verdict: 'fail',
      segment: 'us',
      reason: expect.stringMatching(/^segment us: error_rate: candidate 40.00 %/),
    });
  });
  test('one without data neither passes nor fails anything', () => {
    const all = shares([3, 9000], [3, 9000]);
    expect(verdictOf(rule, { ...all, segments: { eu: shares([0, 0], [0, 0]) } })).toBe('pass');
    expect(verdictOf(rule, { ...shares([0, 0], [0, 0]), segments: world })).not.toBe('pass');
  });
  test('are not asked where all traffic has failed', () => {
    const { evidence } = judge(rule, { ...shares([0, 500], [250, 500]), segments: world });
    expect(evidence).toMatchObject({
      verdict: 'fail',
      reason: expect.stringMatching(/^error_rate: candidate 50.00 %/),
    });
    expect(evidence).not.toHaveProperty('segment');
  });
  test('share one budget', () => {
    const all = shares([0, 500], [0, 500]);
    expect(judge(rule, { ...all, segments: { eu: all } }).evidence.alpha).toBe(ALPHA / 2);
    expect(judge(rule, { ...all, segments: {} }).evidence.alpha).toBe(ALPHA);
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`s${i}`, shares([0, 500], [30, 90])]));
    const { evidence } = judge(rule, { ...all, segments: many });
    expect(evidence.alpha).toBeCloseTo(ALPHA / 2 / 50, 12);
  });
});

test('what is measured in two ways is refused', () => {
  const kinds = [shares([0, 500], [0, 500]), latency(5, 5, 500), labels({ a: 500 }, { a: 500 })];
  for (const one of kinds)
    for (const other of kinds.filter((kind) => kind !== one))
      expect(() => judge(guardrail('error_rate', 0.01), { ...one, candidate: other.candidate })).toThrow(
        /baseline is measured as (\w+), candidate as (?!\1)/,
      );
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
        expect(verdictOf(rule, shares(small, other))).toBe('inconclusive');
        expect(verdictOf(rule, shares(other, small))).toBe('inconclusive');
      }),
    );
  });

  test('one more failure of the candidate never turns a fail into a pass', () => {
    fc.assert(
      fc.property(counts, counts, (b, [k, n]) => {
        fc.pre(k < n);
        const before = verdictOf(rule, shares(b, [k, n]));
        const after = verdictOf(rule, shares(b, [k + 1, n]));
        if (before === 'fail') expect(after).toBe('fail');
      }),
      { numRuns: 500 },
    );
  });

  test('swapping the arms mirrors the difference', () => {
    const either = guardrail('conversion', 0.01, { direction: 'either' });
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const [there, back] = [judge(either, shares(a, b)).evidence, judge(either, shares(b, a)).evidence];
        expect(back.verdict).toBe(there.verdict);
        if (there.difference !== null) expect(back.difference).toBeCloseTo(-there.difference, 12);
        if (there.bound !== null) expect(back.bound).toBeCloseTo(there.bound, 12);
      }),
    );
  });

  test('merging two windows of latency equals one', () => {
    const sketch = fc.dictionary(fc.integer({ min: 0, max: 400 }).map(String), fc.integer({ min: 1, max: 50 }));
    const slow = guardrail('latency_p90', 20);
    const pair = (baseline: Record<string, number>, candidate: Record<string, number>): Comparison => ({
      baseline: { kind: 'latency', counts: baseline },
      candidate: { kind: 'latency', counts: candidate },
    });
    fc.assert(
      fc.property(sketch, sketch, sketch, (a, b, c) => {
        const merged = judge(slow, pair(mergeSketches(a, b), c));
        const swapped = judge(slow, pair(mergeSketches(b, a), c));
        expect(swapped).toEqual(merged);
        expect(merged.evidence.baseline.samples).toBe(
          [...Object.values(a), ...Object.values(b)].reduce((sum, n) => sum + n, 0),
        );
      }),
    );
  });
});
