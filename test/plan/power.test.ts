import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeGuardrail } from '../../src/analysis/guardrail.js';
import type { MetricGuardrail } from '../../src/domain/spec/guardrail.js';
import { guardrail as guardrailSchema } from '../../src/domain/spec/guardrail.js';
import { planGuardrail, USEFUL_SHARE } from '../../src/plan/guardrails.js';
import { detectableShare, isDetectable, POWER, type ShareTest } from '../../src/plan/power.js';
import type { Measurement } from '../../src/ports/metric-source.js';
import { bucketIndex } from '../../src/stats/sketch/latency-sketch.js';
import { steady } from './specs.js';

const parse = (given: Record<string, unknown>) => guardrailSchema.parse(given) as MetricGuardrail;

/** Mulberry32: the same draws every time. */
function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Looks at a stretch of one weight as a watch does, until it fails or ends. */
function fails(
  guardrail: MetricGuardrail,
  alpha: number,
  stretch: { n: { baseline: number; candidate: number }; looks: number },
  grow: (arm: 'baseline' | 'candidate', by: number) => Measurement,
): boolean {
  let looks: readonly number[] = [];
  const { n } = stretch;
  const upTo = (arm: 'baseline' | 'candidate', k: number) => Math.floor((n[arm] * k) / stretch.looks);
  for (let k = 1; k <= stretch.looks; k += 1) {
    const baseline = grow('baseline', upTo('baseline', k) - upTo('baseline', k - 1));
    const candidate = grow('candidate', upTo('candidate', k) - upTo('candidate', k - 1));
    const reading = judgeGuardrail(guardrail, { baseline, candidate }, { alpha, looks });
    if (reading.evidence.verdict === 'fail') return true;
    looks = reading.looks;
  }
  return false;
}

/** By the gaps between successes, which are geometric: quick where they are rare. */
function binomial(random: () => number, trials: number, share: number): number {
  if (share > 0.5) return trials - binomial(random, trials, 1 - share);
  const scale = Math.log(1 - share);
  const gap = () => 1 + Math.floor(Math.log(1 - random()) / scale);
  let found = 0;
  for (let at = gap(); at <= trials; at += gap()) found += 1;
  return found;
}

function shareOfFailures(runs: number, run: (random: () => number) => boolean): number {
  const random = draws(20_261_121);
  let found = 0;
  for (let i = 0; i < runs; i += 1) if (run(random)) found += 1;
  return found / runs;
}

function proportions(random: () => number, share: { baseline: number; candidate: number }) {
  const seen = { baseline: { successes: 0, trials: 0 }, candidate: { successes: 0, trials: 0 } };
  return (arm: 'baseline' | 'candidate', by: number): Measurement => {
    const successes = seen[arm].successes + binomial(random, by, share[arm]);
    seen[arm] = { successes, trials: seen[arm].trials + by };
    return { kind: 'proportion', value: seen[arm] };
  };
}

/** Latency of 20 ms and an exponential part, later by `shift`. */
function latencies(random: () => number, shift: { baseline: number; candidate: number }) {
  const seen: Record<string, Record<string, number>> = { baseline: {}, candidate: {} };
  return (arm: 'baseline' | 'candidate', by: number): Measurement => {
    const counts = { ...seen[arm] };
    for (let i = 0; i < by; i += 1) {
      const index = bucketIndex(20 + shift[arm] - 10 * Math.log(1 - random()));
      counts[index] = (counts[index] ?? 0) + 1;
    }
    seen[arm] = counts;
    return { kind: 'latency', counts };
  };
}

const CASES: [string, Record<string, unknown>, number, number, { baseline: number; candidate: number }][] = [
  [
    'a rare error, a small canary',
    { metric: 'error_rate', margin: 0.01 },
    0.005,
    0.01,
    { baseline: 19_000, candidate: 1000 },
  ],
  [
    'a usual error, even arms',
    { metric: 'error_rate', margin: 0.01 },
    0.03,
    0.005,
    { baseline: 4000, candidate: 4000 },
  ],
  ['fewer right answers', { metric: 'accuracy', margin: 0.02 }, 0.9, 0.01, { baseline: 6000, candidate: 2000 }],
  [
    'few samples',
    { metric: 'conversion', margin: 0.02, minSamples: 100 },
    0.2,
    0.02,
    { baseline: 900, candidate: 300 },
  ],
  [
    'planned looks',
    { metric: 'error_rate', margin: 0.01, sequential: { samples: 2000, looks: 10 } },
    0.02,
    0.01,
    { baseline: 8000, candidate: 2000 },
  ],
  [
    'planned looks, spent at the end',
    { metric: 'error_rate', margin: 0.01, sequential: { samples: 2000, looks: 5, spending: 'obrien-fleming' } },
    0.02,
    0.02,
    { baseline: 2000, candidate: 2000 },
  ],
  [
    'a plan that is cut short',
    { metric: 'error_rate', margin: 0.01, sequential: { samples: 4000, looks: 20 } },
    0.02,
    0.01,
    { baseline: 10_000, candidate: 2100 },
  ],
];
const RUNS = 200;
/** Three standard errors of a share of 0.8 in so many runs. */
const SLACK = 3 * Math.sqrt((0.8 * 0.2) / RUNS);

describe.each(CASES)('%s', (_, given, baseline, alpha, n) => {
  const guardrail = parse(given);
  const direction = guardrail.metric === 'error_rate' ? 1 : -1;
  const asked: ShareTest = { guardrail, alpha, sides: 1, margin: guardrail.margin, baseline, direction };

  test('what is said to be found is found by the judge', () => {
    const effect = detectableShare(asked, n) as number;
    expect(effect).toBeGreaterThan(guardrail.margin);
    const power = shareOfFailures(RUNS, (random) =>
      fails(
        guardrail,
        alpha,
        { n, looks: 20 },
        proportions(random, { baseline, candidate: baseline + direction * effect }),
      ),
    );
    expect(power).toBeGreaterThanOrEqual(POWER - SLACK);
    // Not by far more than was said: half of it is mostly missed.
    const half = guardrail.margin + (effect - guardrail.margin) / 2;
    const powerOfHalf = shareOfFailures(RUNS, (random) =>
      fails(
        guardrail,
        alpha,
        { n, looks: 20 },
        proportions(random, { baseline, candidate: baseline + direction * half }),
      ),
    );
    expect(powerOfHalf).toBeLessThan(0.6);
  });

  test('a harmless candidate is let through', () => {
    const alarms = shareOfFailures(RUNS, (random) =>
      fails(guardrail, alpha, { n, looks: 20 }, proportions(random, { baseline, candidate: baseline })),
    );
    expect(alarms).toBeLessThanOrEqual(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / RUNS));
  });
});

test.each(['latency_p99', 'latency_p50'] as const)('%s: answers that come so much later are found', (metric) => {
  const guardrail = parse({ metric, margin: '5ms' });
  const n = { baseline: 9000, candidate: 1000 };
  const still = latencies(draws(7), { baseline: 0, candidate: 0 })('baseline', 50_000);
  const traffic = steady(100, { latency: still.kind === 'latency' ? still.counts : null });
  const planned = planGuardrail({ guardrail, alpha: 0.01, hasSegments: false, traffic, requests: n });
  const shift = planned.detectable?.ms as number;
  expect(shift).toBeGreaterThan(5);
  const power = (candidate: number, seen = 200) =>
    shareOfFailures(seen, (random) =>
      fails(guardrail, 0.01, { n, looks: 10 }, latencies(random, { baseline: 0, candidate })),
    );
  expect(power(shift)).toBeGreaterThanOrEqual(POWER - 3 * Math.sqrt(0.16 / 200));
  expect(power(5 + (shift - 5) / 2, 100)).toBeLessThan(0.6);
});

const anyTest = fc.record({
  baseline: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
  margin: fc.double({ min: 0, max: 0.05, noNaN: true }),
  alpha: fc.double({ min: 0.0001, max: 0.1, noNaN: true }),
  n: fc.integer({ min: 100, max: 100_000 }),
});
const testOf = ({ baseline, margin, alpha }: { baseline: number; margin: number; alpha: number }): ShareTest => ({
  guardrail: { minSamples: 50, sequential: undefined },
  alpha,
  sides: 1,
  margin,
  baseline,
  direction: 1,
});

test('more samples find less', () => {
  fc.assert(
    fc.property(anyTest, (given) => {
      const size = (n: number) => detectableShare(testOf(given), { baseline: n, candidate: n }) ?? 1;
      expect(size(4 * given.n)).toBeLessThanOrEqual(size(given.n) + 0.002);
    }),
    { numRuns: 200 },
  );
});

test('what is said to be found is above the margin, and found', () => {
  fc.assert(
    fc.property(anyTest, (given) => {
      const asked = testOf(given);
      const sizes = { baseline: 9 * given.n, candidate: given.n };
      const effect = detectableShare(asked, sizes);
      if (effect === null) return;
      expect(effect).toBeGreaterThan(given.margin);
      expect(effect).toBeLessThanOrEqual(1 - given.baseline);
      expect(isDetectable(asked, sizes, effect)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('too few samples find nothing', () => {
  const asked = testOf({ baseline: 0.01, margin: 0.01, alpha: 0.01 });
  expect(detectableShare(asked, { baseline: 1000, candidate: 49 })).toBeNull();
  expect(isDetectable(asked, { baseline: 1000, candidate: 49 }, USEFUL_SHARE)).toBe(false);
});
