import { describe, expect, test } from '@jest/globals';
import { impactMeasureOf } from '../../src/domain/impact-measure.js';
import type { ImpactEstimate, MethodFinding, MetricImpact, PlaceboTest } from '../../src/domain/impact-report.js';
import { lookTime } from '../../src/domain/impact-state.js';
import { type MetricDefinition, metricNamed } from '../../src/domain/spec/metric-definition.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { analyseMetric } from '../../src/impact/analyse-metric.js';
import { bucketRange, bucketWidth, chooseModel } from '../../src/impact/buckets.js';
import { judgeHoldback } from '../../src/impact/holdback-integrity.js';
import { judgeHypothesis } from '../../src/impact/hypothesis.js';
import { reportOf } from '../../src/impact/report.js';
import { impactSeriesOf } from '../../src/impact/report-series.js';
import { combine } from '../../src/impact/verdict.js';
import { toJsonDocument } from '../../src/stores/json-document.js';
import { PLAIN_SPEC } from '../domain/plain-spec.js';
import { evidenceOf, RULES, rangeOf, simulate, units } from './simulated.js';

const QUESTION = { metric: 'conversion', goal: 'increase', unit: 'share', alpha: 0.05 } as const;
const CLEAN: PlaceboTest = { runs: 9, found: 0, asLarge: 0, largest: null, verdict: 'clean', reason: 'none' };
const estimate = (low: number, high: number): ImpactEstimate => ({
  effect: (low + high) / 2,
  interval: [low, high],
  relative: 5 * (low + high),
  relativeInterval: [10 * low, 10 * high],
});
const finding = (method: MethodFinding['method'], low: number, high: number): MethodFinding => ({
  method,
  says: low > 0 ? 'better' : high < 0 ? 'worse' : 'no-change',
  reason: method,
  mean: estimate(low, high),
  end: null,
  pValue: 0.5,
  alpha: 0.05,
  samples: { before: 28, after: 7 },
  assumptions: [],
});
const verdictOf = (findings: readonly MethodFinding[], placebo = CLEAN) =>
  combine(QUESTION, findings, placebo, RULES.tolerance).verdict;

describe('one verdict of several methods', () => {
  test.each<[string, ReturnType<typeof finding>[], string]>([
    ['a claim of one', [finding('regression', 0.01, 0.02)], 'improved'],
    ['harm of one', [finding('regression', -0.02, -0.01)], 'harmed'],
    ['harm that is ruled out', [finding('regression', -0.004, 0.02)], 'unharmed'],
    ['harm that is not', [finding('regression', -0.03, 0.02)], 'inconclusive'],
    [
      'two that contradict each other',
      [finding('difference', 0.01, 0.02), finding('regression', -0.02, -0.01)],
      'inconclusive',
    ],
    ['chance against the calendar', [finding('holdback', 0.01, 0.02), finding('regression', -0.02, -0.01)], 'improved'],
    ['weather', [finding('holdback', -0.003, 0.003), finding('regression', -0.02, -0.01)], 'unharmed'],
    ['a holdback too small to say', [finding('holdback', -0.05, 0.05), finding('regression', -0.02, -0.01)], 'harmed'],
  ])('%s', (_, findings, verdict) => {
    expect(verdictOf(findings)).toBe(verdict);
  });

  test('what finds changes where there were none is not believed', () => {
    const placebo = { ...CLEAN, found: 5, verdict: 'not-clean' } as const;
    const { verdict, reason } = combine(QUESTION, [finding('regression', 0.01, 0.02)], placebo, RULES.tolerance);
    expect(verdict).toBe('inconclusive');
    expect(reason).toContain('where there were none');
    expect(verdictOf([finding('holdback', 0.01, 0.02), finding('regression', 0.01, 0.02)], placebo)).toBe('improved');
  });
});

describe('a series', () => {
  const DAYS = { before: 28, rollout: 2, after: 7 };
  const { treated, range } = simulate({ seed: 4, days: DAYS, effect: 0 });
  const at = (series: typeof treated) => analyseMetric(evidenceOf(series), range, RULES);

  test('with an outage before says so and is judged without it; after the cutover it counts', () => {
    const broken = (bucket: number) => treated.map((one) => (one.bucket === bucket ? { ...one, value: 0.001 } : one));
    const before = at(broken(-12));
    expect(before.outliers).toEqual([expect.stringContaining('left out')]);
    expect(before.points.filter(({ when }) => when === 'left-out')).toHaveLength(1);
    expect(before.findings[0]?.mean?.effect).toBeCloseTo(at(treated).findings[0]?.mean?.effect ?? 1, 2);
    expect(at(broken(3)).points.filter(({ when }) => when === 'left-out')).toHaveLength(0);
  });

  test.each([
    ['constant', treated.map((one) => ({ ...one, value: 0.1 })), 'constant'],
    ['too short', treated.slice(-8), 'too few'],
    ['empty', [], 'too few'],
  ])('that is %s has no verdict, and says why', (_, series, words) => {
    const impact = at(series);
    expect(impact.verdict).toBe('inconclusive');
    expect(impact.reason).toContain(words);
  });

  test('against another that shares its weather: the effect, not the weather', () => {
    const stormy = simulate({ seed: 5, days: DAYS, effect: 0.1, weather: -0.2 });
    const control = {
      name: 'search',
      read: { value: stormy.untreated.map((one) => ({ ...one, value: 7 * one.value })) },
    };
    const impact = analyseMetric(evidenceOf(stormy.treated, { control }), stormy.range, RULES);
    const [difference] = impact.findings;
    expect(difference).toMatchObject({ method: 'difference', says: 'better' });
    expect(difference?.mean?.relative).toBeCloseTo(0.1, 1);
    expect(impact.verdict).not.toBe('harmed');
  });

  test('that can not be read leaves the other methods their word', () => {
    const readOut = { kind: 'unreadable', reason: 'none' } as const;
    const holdback = { value: { readOut, groups: { held: [], kept: [] } } };
    const impact = analyseMetric(
      { ...evidenceOf([], { holdback }), series: { why: 'the store said no' } },
      range,
      RULES,
    );
    expect(impact.findings.map(({ says }) => says)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(impact.reason).toContain('the store said no');
  });
});

describe('numbers too large to be reckoned with', () => {
  const { treated, untreated, range, random } = simulate({
    seed: 4,
    days: { before: 28, rollout: 2, after: 14 },
    effect: -0.2,
  });
  const broken = (series: typeof treated, value: number, which: (bucket: number) => boolean) =>
    series.map((one) => (which(one.bucket) ? { ...one, value } : one));
  const analysed = (own: typeof treated, others = untreated) => {
    const [held, kept] = [units(random, 400, 0.1), units(random, 400, 0.1)];
    const readOut = {
      kind: 'moments',
      columns: ['value', 'denominator'],
      arms: { baseline: held, candidate: kept },
    } as const;
    const impact = analyseMetric(
      evidenceOf(own, {
        control: { name: 'search', read: { value: others } },
        holdback: { value: { readOut, groups: { kept: own, held: others } } },
      }),
      range,
      RULES,
    );
    expect(JSON.parse(toJsonDocument(impact))).toEqual(impact);
    return impact.findings.map(({ says }) => says);
  };

  test('are there none, each method finds the harm that there is', () => {
    expect(analysed(treated)).toEqual(['no-change', 'worse', 'worse', 'worse']);
  });

  test.each([1e200, 1.7e308, -1.7e308])(
    '%d in a bucket of the control after the cutover: unknown, which is not no change',
    (value) => {
      expect(
        analysed(
          treated,
          broken(untreated, value, (bucket) => bucket === 3),
        ),
      ).toEqual(['no-change', 'unknown', 'unknown', 'worse']);
    },
  );

  test.each([1.7e308, -1.7e308])('%d all over the control before: it is not left out in silence', (value) => {
    const [, , difference] = analysed(
      treated,
      broken(untreated, value, (bucket) => bucket < 0),
    );
    expect(difference).toBe('unknown');
  });

  test('a control that is scaled to nothing is none', () => {
    const tiny = treated.map((one) => ({ ...one, value: one.value * 1e-30 }));
    const [, , difference] = analysed(
      tiny,
      broken(untreated, 1e300, (bucket) => bucket < 0),
    );
    expect(difference).toBe('unknown');
  });

  test.each([1e160, 1e200, 1.7e308])('%d in the series itself: unknown after the cutover, left out before', (value) => {
    const at = (which: number) => analysed(broken(treated, value, (bucket) => bucket === which));
    expect(at(3)).toEqual(['no-change', 'unknown', 'unknown', 'unknown']);
    expect(at(-12)).toEqual(['no-change', 'unknown', 'unknown', 'worse']);
  });

  test('none of it is ruled harmless, and the bucket is named', () => {
    const impact = analyseMetric(evidenceOf(broken(treated, 1.7e308, (bucket) => bucket > 8)), range, RULES);
    expect(impact).toMatchObject({ verdict: 'inconclusive', model: null, placebo: { verdict: 'not-possible' } });
    expect(impact.reason).toContain('too large to be reckoned with');
    const one = analyseMetric(evidenceOf(broken(treated, 1e200, (bucket) => bucket === 3)), range, RULES);
    expect(one.outliers).toEqual([expect.stringContaining('unlike all others (counted)')]);
  });

  test('placebos that could not be reckoned are none: they found nothing, and prove nothing', () => {
    const impact = analyseMetric(evidenceOf(broken(treated, 1e200, (bucket) => bucket === -25)), range, RULES);
    expect(impact.placebo).toMatchObject({ verdict: 'not-possible', runs: 0 });
    expect(impact.findings[0]).toMatchObject({ method: 'regression', says: 'worse' });
  });

  test('a holdback whose sums are infinite is unknown', () => {
    const arm = units(random, 400, 0.1);
    const huge = { ...arm, products: arm.products.map((row) => row.map(() => Number.POSITIVE_INFINITY)) };
    const readOut = {
      kind: 'moments',
      columns: ['value', 'denominator'],
      arms: { baseline: arm, candidate: huge },
    } as const;
    const holdback = { value: { readOut, groups: { held: [], kept: [] } } };
    const { findings } = analyseMetric(evidenceOf(treated, { holdback }), range, RULES);
    expect(findings[0]).toMatchObject({ method: 'holdback', says: 'unknown' });
  });
});

test('buckets are as wide as there are enough of, and none holds a part of the rollout', () => {
  const DAY = 86_400_000;
  expect([28 * DAY, 7 * DAY, DAY, 7_200_000, 60_000].map((before) => bucketWidth(before, before / 2))).toEqual([
    DAY,
    3_600_000,
    3_600_000,
    600_000,
    10_000,
  ]);
  const { before, after, bucketMs } = bucketRange({
    startedAt: '2026-11-09T07:30:00.000Z',
    cutoverAt: '2026-11-10T12:00:03.000Z',
    beforeMs: 14 * DAY,
    afterMs: 7 * DAY,
    at: '2026-11-14T00:00:00.000Z',
  });
  expect({ before, after, bucketMs }).toEqual({ before: [-15, -3], after: [0, 2], bucketMs: DAY });
  const series = (days: number, later: number) => {
    const { treated } = simulate({ seed: 1, days: { before: days, rollout: 0, after: later }, effect: 0 });
    return { before: treated.slice(0, days), after: treated.slice(days) };
  };
  expect(chooseModel(DAY, series(28, 14))?.model).toEqual({
    hasTrend: true,
    hasSlopeChange: true,
    seasons: [{ period: 7, harmonics: 3 }],
  });
  expect(chooseModel(DAY, series(7, 7))?.model).toEqual({ hasTrend: false, hasSlopeChange: false, seasons: [] });
  expect(chooseModel(DAY, series(3, 3))).toBeNull();
});

test('looks come evenly, and the last one at the end', () => {
  expect([1, 2, 3, 4].map((look) => lookTime({ after: 250, every: 100 }, look))).toEqual([
    { ms: 100, isFinal: false },
    { ms: 200, isFinal: false },
    { ms: 250, isFinal: true },
    { ms: 250, isFinal: true },
  ]);
});

test('a holdback is checked before it is believed', () => {
  expect(judgeHoldback({ held: 205, kept: 9795, both: 0 }, 2)).toEqual({ voided: null, notes: [] });
  expect(judgeHoldback({ held: 600, kept: 9400, both: 0 }, 2).voided).toContain('instead of 2 %');
  expect(judgeHoldback({ held: 150, kept: 9800, both: 50 }, 2).voided).toContain('met the candidate as well');
});

test('what was expected is set against what came', () => {
  const metric = (low: number, high: number): MetricImpact =>
    ({
      metric: 'conversion',
      verdict: low > 0 ? 'improved' : high < 0 ? 'harmed' : 'unharmed',
      findings: [finding('holdback', low, high)],
    }) as unknown as MetricImpact;
  const expected = { metric: 'conversion', direction: 'increase', effect: 0.05 } as const;
  const outcome = (low: number, high: number) => judgeHypothesis(expected, [metric(low, high)], true).outcome;
  expect([
    outcome(0.006, 0.02),
    outcome(0.001, 0.02),
    outcome(0.001, 0.003),
    outcome(-0.01, 0.01),
    outcome(-0.02, -0.01),
  ]).toEqual(['confirmed', 'confirmed', 'refuted', 'undecided', 'refuted']);
});

test('a report says all of it, and fits the report of a rollout', () => {
  const { treated, range } = simulate({ seed: 9, days: { before: 28, rollout: 2, after: 14 }, effect: 0.08 });
  const frame = {
    rolloutId: 'r1',
    service: 's',
    candidate: 'v2',
    look: 14,
    at: '2026-11-15T00:00:00.000Z',
    isFinal: true,
  };
  const rules = { ...RULES, expected: { metric: 'conversion', direction: 'increase' as const } };
  const report = reportOf(frame, [evidenceOf(treated)], range, rules, []);
  expect(report).toMatchObject({
    verdict: 'improved',
    alpha: 0.05,
    hypothesis: { outcome: 'confirmed' },
    bucketMs: 86_400_000,
  });
  const early = reportOf({ ...frame, isFinal: false }, [evidenceOf(treated)], range, rules, []);
  expect(early.alpha).toBe(0.001);
  const [series] = impactSeriesOf(report);
  expect(series).toMatchObject({
    unit: 'share',
    method: 'segmented-regression',
    verdict: 'pass',
    placebo: { isClean: true },
  });
  expect(series?.points.filter(({ counterfactual }) => counterfactual !== null)).toHaveLength(14);
  expect(rangeOf({ before: 28, rollout: 2, after: 14 })).toEqual(range);
});

describe('a spec', () => {
  const faults = (impact: Record<string, unknown>, cutover = {}, metrics?: unknown[]) => {
    const plan = { metrics: ['conversion'], before: '14d', after: '7d', ...impact };
    const phases = { canary: { steps: [{ setWeight: 10 }] }, cutover, impact: plan };
    const { error } = rolloutSpec.safeParse({ ...PLAIN_SPEC, phases, ...(metrics ? { metrics } : {}) });
    return (error?.issues ?? []).map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
  };

  test('may name its own metrics, and only such as have a value in a stretch of time', () => {
    const revenue = { name: 'revenue', kind: 'mean', source: { feedback: 'revenue' } };
    const stays = { name: 'stays', kind: 'retention', retention: { from: '1d', to: '7d' } };
    expect(faults({ metrics: ['revenue', 'latency_p95'] }, {}, [revenue])).toEqual([]);
    expect(faults({ metrics: ['stays'] }, {}, [stays])[0]).toContain('retention');
    expect(faults({ metrics: ['nobody'] })[0]).toContain('nobody defines');
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a look after the end', { every: '8d' }, 'longer than'],
    [
      'a metric that is expected and not measured',
      { expected: { metric: 'thumb', direction: 'increase' } },
      'not among',
    ],
    ['itself as its control', { control: { service: 'digits' } }, 'its own control'],
    ['a rollback when the baseline is gone', { onHarm: 'rollback' }, 'is warm for'],
    [
      'a control that can not be asked of the past',
      { control: { query: { http: { url: 'https://a.example.test/' } } } },
      'times in the past',
    ],
  ])('is refused for %s', (_, impact, words) => {
    expect(faults(impact).join('\n')).toContain(words);
  });

  test('with a rollback is taken where the baseline is warm for the first look', () => {
    expect(faults({ onHarm: 'rollback', every: '1d', holdback: 2 }, { keepBaselineWarm: '2d' })).toEqual([]);
  });
});

test('a metric is read as its definition says', () => {
  const measure = (definition: Partial<MetricDefinition>) =>
    impactMeasureOf({ name: 'm', goal: 'increase', kind: 'mean', ...definition } as MetricDefinition);
  expect(measure({ source: { feedback: 'revenue' } })).toMatchObject({
    over: 'units',
    value: { take: 'sum' },
    isShare: false,
  });
  expect(measure({ kind: 'proportion', source: { feedback: 'conversion' } })).toMatchObject({
    value: { take: 'any' },
    isShare: true,
  });
  expect(measure({ source: { sql: { query: 'SELECT 1' } } })).toContain('not at hand');
  const accuracy = metricNamed('accuracy');
  expect(accuracy && impactMeasureOf(accuracy)).toMatchObject({ kind: 'ratio', isShare: true });
});
