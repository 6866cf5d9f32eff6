import { describe, expect, test } from '@jest/globals';
import { judgeImpact } from '../../src/analysis/impact.js';
import { judgeLabelCount, judgeSampleCount } from '../../src/analysis/sample-count.js';
import { judgeShadow } from '../../src/analysis/shadow.js';
import { bucketIndex } from '../../src/stats/sketch/latency-sketch.js';

describe('shadow', () => {
  const plan = { sample: 100, minSamples: 100, minAgreement: 0.9, maxDuration: 1000 };
  const summary = {
    pairs: 0,
    compared: 0,
    agreed: 0,
    baselineErrors: 0,
    candidateErrors: 0,
    latencyDifferenceMs: { count: 0, sum: 0 },
    scoreDifference: { count: 0, sum: 0 },
  };
  test.each([
    ['no pairs', {}, 'inconclusive'],
    ['too few', { pairs: 99, compared: 99, agreed: 99 }, 'inconclusive'],
    ['agreement', { pairs: 100, compared: 100, agreed: 90 }, 'pass'],
    ['errors count as pairs', { pairs: 100, compared: 95, agreed: 95, candidateErrors: 5 }, 'pass'],
    ['disagreement', { pairs: 100, compared: 100, agreed: 80 }, 'fail'],
    ['an error is a disagreement', { pairs: 120, compared: 100, agreed: 100, candidateErrors: 20 }, 'fail'],
  ])('%s', (_, over, verdict) => {
    expect(judgeShadow(plan, { ...summary, ...over }).verdict).toBe(verdict);
  });
  test('shows what it has seen', () => {
    const moments = (sum: number) => ({ count: 80, sum });
    const seen = { pairs: 110, compared: 80, agreed: 76, candidateErrors: 20, baselineErrors: 10 };
    const evidence = judgeShadow(plan, {
      ...summary,
      ...seen,
      latencyDifferenceMs: moments(-160),
      scoreDifference: moments(4),
    });
    expect(evidence).toMatchObject({
      metric: 'agreement',
      margin: 0.9,
      baseline: { samples: 110, value: null },
      candidate: { samples: 100, value: 0.76 },
      difference: null,
      bound: 0.76,
      dryRun: false,
    });
    expect(evidence.reason).toContain('latency difference -2.00 ms, mean score difference 0.0500');
    expect(judgeShadow(plan, summary)).toMatchObject({ candidate: { samples: 0, value: null }, difference: null });
  });
});

describe('counts that a step waits for', () => {
  test.each([
    [499, 'inconclusive'],
    [500, 'pass'],
  ])('%d of 500 requests: %s', (requests, verdict) => {
    expect(judgeSampleCount(500, requests)).toMatchObject({
      metric: 'samples',
      verdict,
      candidate: { samples: requests, value: requests },
      margin: 500,
      dryRun: false,
    });
  });
  test.each([
    [100, 200, 'pass'],
    [200, 100, 'pass'],
    [99, 200, 'inconclusive'],
    [200, 99, 'inconclusive'],
  ])(
    '%d labels of the baseline and %d of the candidate, over segments, where 100 each are needed: %s',
    (b, c, verdict) => {
      const outcomes = (['baseline', 'candidate'] as const).flatMap((arm) =>
        [40, (arm === 'baseline' ? b : c) - 40].map((joined, i) => ({
          arm,
          segment: `s${i}`,
          joined,
          correct: 0,
          unread: 0,
        })),
      );
      expect(judgeLabelCount(100, outcomes)).toMatchObject({
        metric: 'labels',
        verdict,
        baseline: { samples: b, value: b },
        candidate: { samples: c, value: c },
        margin: 100,
        dryRun: false,
      });
    },
  );
});

describe('impact', () => {
  const share = (successes: number, trials: number) => ({ kind: 'proportion', value: { successes, trials } }) as const;
  const latency = (ms: number, count: number) =>
    ({ kind: 'latency', counts: count > 0 ? { [bucketIndex(ms)]: count } : {} }) as const;
  test.each([
    ['no data', 'accuracy', share(0, 0), share(90, 100), 'inconclusive', null],
    ['too few before', 'accuracy', share(49, 49), share(0, 100), 'inconclusive', null],
    ['too few after', 'accuracy', share(100, 100), share(0, 49), 'inconclusive', null],
    ['just enough', 'accuracy', share(50, 50), share(0, 50), 'fail', -1],
    ['better', 'accuracy', share(900, 1000), share(980, 1000), 'pass', 0.08],
    ['worse', 'accuracy', share(900, 1000), share(800, 1000), 'fail', -0.1],
    ['the same', 'accuracy', share(900, 1000), share(899, 1000), 'pass', -0.001],
    ['less, within chance', 'accuracy', share(900, 1000), share(890, 1000), 'pass', -0.01],
    ['fewer errors', 'error_rate', share(100, 1000), share(20, 1000), 'pass', -0.08],
    ['more errors', 'error_rate', share(20, 1000), share(100, 1000), 'fail', 0.08],
    ['more errors, within chance', 'error_rate', share(20, 1000), share(25, 1000), 'pass', 0.005],
    ['no latency', 'latency_p99', latency(5, 0), latency(5, 100), 'inconclusive', null],
    ['latency is shown, not judged', 'latency_p99', latency(5, 100), latency(500, 100), 'pass', 495],
  ] as const)('%s: %s', (_, metric, before, after, verdict, difference) => {
    const evidence = judgeImpact(metric, before, after);
    expect(evidence).toMatchObject({ metric, verdict, rule: 'before-after', alpha: 0.05, dryRun: false });
    if (difference === null) expect(evidence.difference).toBeNull();
    // The buckets of a latency sketch are 2 % wide.
    else
      expect(Math.abs((evidence.difference ?? 0) - difference)).toBeLessThanOrEqual(
        0.02 * Math.abs(difference) + 1e-12,
      );
  });
  test('the bound is the end of the interval on the side of harm', () => {
    // Newcombe's interval by hand, from Wilson's of both: 0.9 of 1000 is (0.87983, 0.91710), 0.8 is (0.77410, 0.82361).
    expect(judgeImpact('accuracy', share(900, 1000), share(800, 1000)).bound).toBeCloseTo(-0.0689, 3);
    expect(judgeImpact('error_rate', share(100, 1000), share(200, 1000)).bound).toBeCloseTo(0.0689, 3);
  });
  test('the quantile is the one of its name, and what has no value is refused', () => {
    const counts = { [bucketIndex(5)]: 70, [bucketIndex(500)]: 30 };
    const two = { kind: 'latency', counts } as const;
    expect(judgeImpact('latency_p50', two, two).candidate.value).toBeLessThan(6);
    expect(judgeImpact('latency_p90', two, two).candidate.value).toBeGreaterThan(450);
    const labels = { kind: 'categories', counts: { a: 100 } } as const;
    expect(() => judgeImpact('prediction_drift', labels, labels)).toThrow(TypeError);
  });
});
