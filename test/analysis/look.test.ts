import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeLook, type Measured } from '../../src/analysis/look.js';
import type { ProgressByMetric } from '../../src/domain/guardrail-progress.js';
import { type Guardrail, guardrail, type MetricGuardrail } from '../../src/domain/spec/guardrail.js';
import { isExhausted, overallVerdict } from '../../src/domain/verdict.js';
import type { Comparison } from '../../src/ports/metric-source.js';

const shares = (b: [number, number], c: [number, number]): Comparison => ({
  baseline: { kind: 'proportion', value: { successes: b[0], trials: b[1] } },
  candidate: { kind: 'proportion', value: { successes: c[0], trials: c[1] } },
});
const GOOD = shares([5, 500], [5, 500]);
const BAD = shares([5, 500], [250, 500]);
const NOTHING = shares([0, 0], [0, 0]);

const errors = (more: Partial<Guardrail> = {}) =>
  ({ ...guardrail.parse({ metric: 'error_rate' }), ...more }) as MetricGuardrail;
const measured = (rule: MetricGuardrail, what: Comparison | string): Measured =>
  typeof what === 'string' ? { guardrail: rule, error: what } : { guardrail: rule, comparison: what };

/** Looks one after the other, progress carried as JSON. @returns the evidence of each */
function looks(rule: MetricGuardrail, course: (Comparison | string)[]) {
  let progress: ProgressByMetric = {};
  return course.map((what) => {
    const look = judgeLook([measured(rule, what)], 0.01, progress);
    progress = JSON.parse(JSON.stringify(look.progress)) as ProgressByMetric;
    return look.evidence[0];
  });
}
const verdicts = (rule: MetricGuardrail, course: (Comparison | string)[]) =>
  looks(rule, course).map((e) => `${e?.verdict}${e?.exhausted ? '!' : ''}`);

describe('failureLimit', () => {
  test('by default the first failing look counts, and a later good one does not undo it', () => {
    expect(verdicts(errors(), [GOOD, BAD, GOOD])).toEqual(['pass', 'fail', 'fail']);
    const [, again, later] = looks(errors(), [BAD, BAD, GOOD]).map((e) => e?.reason ?? '');
    expect([again, later].map((reason) => reason?.includes('it failed before at this weight'))).toEqual([false, true]);
  });
  test('lets so many failing looks pass as it says, without a verdict meanwhile', () => {
    expect(verdicts(errors({ failureLimit: 2 }), [BAD, GOOD, BAD, BAD, GOOD])).toEqual([
      'inconclusive',
      'pass',
      'inconclusive',
      'fail',
      'fail',
    ]);
  });
});

describe('consecutiveErrorLimit', () => {
  test('by default an outage is waited out', () => {
    const course = [...Array.from({ length: 50 }, () => 'store is away'), GOOD];
    expect(new Set(verdicts(errors(), course))).toEqual(new Set(['inconclusive', 'pass']));
  });
  test('a critical guardrail may be unreadable four times in a row by default', () => {
    const course = Array.from({ length: 5 }, () => 'store is away');
    expect(verdicts(errors({ critical: true }), course)).toEqual([
      'inconclusive',
      'inconclusive',
      'inconclusive',
      'inconclusive',
      'fail',
    ]);
  });
  test('one reading in between starts the count anew', () => {
    expect(verdicts(errors({ consecutiveErrorLimit: 1 }), ['away', GOOD, 'away', 'away'])).toEqual([
      'inconclusive',
      'pass',
      'inconclusive',
      'inconclusive!',
    ]);
  });
  test('the reason says so', () => {
    const last = looks(errors({ critical: true, consecutiveErrorLimit: 1 }), ['away', 'away']).at(-1);
    expect(last).toMatchObject({ verdict: 'fail', reason: expect.stringContaining('unreadable 2 looks in a row') });
  });
});

describe('inconclusiveLimit', () => {
  test('by default the step’s own deadline is waited for', () => {
    expect(
      verdicts(
        errors(),
        Array.from({ length: 20 }, () => NOTHING),
      ).at(-1),
    ).toBe('inconclusive');
  });
  test('asks a person after so many looks in a row', () => {
    expect(verdicts(errors({ inconclusiveLimit: 1 }), [NOTHING, NOTHING, GOOD, NOTHING])).toEqual([
      'inconclusive',
      'inconclusive!',
      'pass',
      'inconclusive',
    ]);
  });
  test('fails a critical guardrail: no data is never a pass', () => {
    expect(verdicts(errors({ inconclusiveLimit: 0, critical: true }), [NOTHING])).toEqual(['fail']);
  });
});

test('a dry run fails in sight, and stops nothing', () => {
  const evidence = looks(errors({ dryRun: true }), [BAD]).flatMap((e) => e ?? []);
  expect(evidence[0]?.verdict).toBe('fail');
  expect(overallVerdict(evidence)).toBe('pass');
  expect(isExhausted(looks(errors({ dryRun: true, inconclusiveLimit: 0 }), [NOTHING]).flatMap((e) => e ?? []))).toBe(
    false,
  );
});

test('while the baseline is broken too, no guardrail blames the candidate', () => {
  const conversion = guardrail.parse({ metric: 'conversion' }) as MetricGuardrail;
  const look = judgeLook(
    [measured(errors(), shares([200, 500], [499, 500])), measured(conversion, shares([400, 500], [10, 500]))],
    0.01,
    {},
  );
  expect(look.evidence.map(({ verdict }) => verdict)).toEqual(['inconclusive', 'inconclusive']);
  expect(look.evidence[1]?.reason).toMatch(
    /not blamed on the candidate, as error_rate: environment: the baseline itself fails/,
  );
  expect(look.progress.conversion?.failures).toBe(0);
  expect(look.evidence[0]?.reason).not.toMatch(/not blamed/);
});

test('no course without data ever passes', () => {
  const empty = fc.constantFrom<Comparison | string>(
    NOTHING,
    'away',
    shares([0, 0], [3, 900]),
    shares([3, 900], [0, 0]),
  );
  const rule = fc.record({
    failureLimit: fc.integer({ min: 0, max: 3 }),
    inconclusiveLimit: fc.integer({ min: 0, max: 3 }),
    consecutiveErrorLimit: fc.integer({ min: 0, max: 3 }),
    critical: fc.boolean(),
  });
  fc.assert(
    fc.property(rule, fc.array(empty, { minLength: 1, maxLength: 12 }), (limits, course) => {
      expect(verdicts(errors(limits), course)).not.toContain('pass');
    }),
  );
});

test('once failed, no later look makes it anything else', () => {
  const any = fc.constantFrom<Comparison | string>(GOOD, BAD, NOTHING, 'away');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 }), fc.array(any, { maxLength: 15 }), (failureLimit, course) => {
      const seen = verdicts(errors({ failureLimit }), course);
      const first = seen.indexOf('fail');
      if (first >= 0) expect(new Set(seen.slice(first))).toEqual(new Set(['fail']));
    }),
  );
});

describe("Kayenta's judge as a guardrail", () => {
  const config = {
    metrics: [
      {
        name: 'errors',
        query: { type: 'sluice', metric: 'error_rate' },
        groups: ['quality'],
        analysisConfigurations: { canary: { direction: 'increase', critical: false } },
      },
      {
        name: 'p99',
        query: { metric: 'latency_p99' },
        groups: ['speed'],
        analysisConfigurations: { canary: { direction: 'increase' } },
      },
    ],
    classifier: { groupWeights: { quality: 60, speed: 40 } },
    scoreThresholds: { pass: 95, marginal: 50 },
  };
  const rule = guardrail.parse({ metric: 'kayenta', minSamples: 20, config }) as Extract<
    Guardrail,
    { metric: 'kayenta' }
  >;
  const around = (mean: number, n = 40) => Array.from({ length: n }, (_, i) => mean * (1 + ((i * 7) % 10) / 50));
  const judge = (errorRate: number, p99: number, n = 40) =>
    judgeLook(
      [
        {
          guardrail: rule,
          series: {
            errors: { baseline: around(0.01, n), candidate: around(errorRate, n) },
            p99: { baseline: around(40, n), candidate: around(p99, n) },
          },
        },
      ],
      0.01,
      {},
    ).evidence[0];

  test.each([
    ['nothing differs', 0.01, 40, 'pass', 100],
    ['one group is worse: marginal, which a person decides', 0.01, 90, 'inconclusive', 60],
    ['the heavier group is worse', 0.05, 40, 'fail', 40],
    ['both are worse', 0.05, 90, 'fail', 0],
  ])('%s', (_, errorRate, p99, verdict, score) => {
    expect(judge(errorRate, p99)).toMatchObject({ verdict, rule: 'kayenta', candidate: { value: score } });
  });
  test('names the metrics it suspects', () => {
    expect(judge(0.05, 40)?.reason).toMatch(/kayenta: score 40 .*errors High \(High: shift/);
    expect(judge(0.05, 40)?.reason).not.toMatch(/p99/);
  });
  test('says nothing before there are enough time buckets', () => {
    expect(judge(0.05, 90, 19)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'kayenta: 19 of at least 20 time buckets with values',
      candidate: { samples: 19, value: null },
    });
    expect(judge(0.05, 90, 20)).toMatchObject({ verdict: 'fail', baseline: { samples: 20, value: null } });
  });
  test('counts what has a value in both arms, of the metric that has fewest', () => {
    const gaps = (n: number) => around(40).map((value, i) => (i < n ? Number.NaN : value));
    const judged = (baseline: number[], candidate: number[]) => {
      const series = { errors: { baseline: around(0.01), candidate: around(0.01) }, p99: { baseline, candidate } };
      return judgeLook([{ guardrail: rule, series }], 0.01, {}).evidence[0];
    };
    expect(judged(gaps(0), gaps(21))).toMatchObject({ verdict: 'inconclusive', candidate: { samples: 19 } });
    expect(judged(gaps(21), gaps(0))).toMatchObject({ verdict: 'inconclusive', baseline: { samples: 19 } });
    expect(judged(gaps(20), gaps(20))).toMatchObject({ verdict: 'pass' });
    const missing = judgeLook([{ guardrail: rule, series: {} }], 0.01, {}).evidence[0];
    expect(missing).toMatchObject({ verdict: 'inconclusive', candidate: { samples: 0 } });
  });
  test('a metric without a group is a group of its own', () => {
    const [errorsOnly] = config.metrics;
    const alone = {
      metrics: [{ ...errorsOnly, groups: [] }],
      classifier: { groupWeights: { errors: 100 } },
      scoreThresholds: config.scoreThresholds,
    };
    const own = guardrail.parse({ metric: 'kayenta', minSamples: 20, config: alone }) as typeof rule;
    const series = { errors: { baseline: around(0.01), candidate: around(0.05) } };
    expect(judgeLook([{ guardrail: own, series }], 0.01, {}).evidence[0]).toMatchObject({
      verdict: 'fail',
      bound: 0,
      margin: 95,
    });
  });
  test('a config is read as Kayenta writes it, and refused where it can’t be measured', () => {
    expect(rule.config.metrics[0]?.analysisConfigurations.canary).toEqual({ direction: 'increase', critical: false });
    const bad = structuredClone(config);
    (bad.metrics[0] as { query: { metric: string } }).query.metric = 'accuracy';
    expect(guardrail.safeParse({ metric: 'kayenta', config: bad }).success).toBe(false);
    expect(guardrail.safeParse({ metric: 'kayenta', config: { metrics: [] } }).success).toBe(false);
  });
});

describe('a guardrail that can not be judged', () => {
  const drift = guardrail.parse({ metric: 'prediction_drift' }) as MetricGuardrail;
  const labels = (b: Record<string, number>, c: Record<string, number>): Comparison => ({
    baseline: { kind: 'categories', counts: b },
    candidate: { kind: 'categories', counts: c },
  });
  test('keeps no other from being judged', () => {
    const { evidence } = judgeLook(
      [measured(drift, labels({ a: 500 }, { a: Number.NaN })), measured(errors(), BAD)],
      0.01,
      {},
    );
    expect(evidence.map(({ verdict, rule }) => [verdict, rule])).toEqual([
      ['inconclusive', 'unreadable'],
      ['fail', expect.any(String)],
    ]);
    expect(evidence[0]?.reason).toMatch(/^prediction_drift: could not be read: /);
  });
  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('a label may be called %s', (label) => {
    const counts = (some: number) =>
      Object.fromEntries([
        ['a', 500 - some],
        [label, some],
      ]);
    for (const comparison of [labels({ a: 500 }, counts(400)), labels(counts(400), { a: 500 })])
      expect(judgeLook([measured(drift, comparison)], 0.01, {}).evidence[0]).toMatchObject({ verdict: 'fail' });
    expect(judgeLook([measured(drift, labels(counts(10), counts(10)))], 0.01, {}).evidence[0]?.verdict).toBe('pass');
  });
});
