import { describe, expect, test } from '@jest/globals';
import { analyseExperiment } from '../../src/experiment/analyse.js';
import {
  after,
  BOUGHT,
  METRICS,
  metric,
  metricReading,
  momentsReading,
  plan,
  readingOf,
  shares,
  sumsOf,
} from './readings.js';

const look = (given: Record<string, unknown>, baseline: [number, number], candidate: [number, number], days = 3) =>
  analyseExperiment(
    plan(given),
    METRICS,
    readingOf([metricReading('bought', shares(baseline, candidate))], {}, days),
    after(days),
  );

describe('the primary metric', () => {
  test.each([
    ['superior', [500, 5000], [700, 5000], 'promote'],
    ['inferior', [700, 5000], [500, 5000], 'rollback'],
    ['non-inferior', [500, 5000], [510, 5000], 'wait'],
    ['inconclusive', [50, 500], [52, 500], 'wait'],
  ] as const)('is %s', (verdict, baseline, candidate, decision) => {
    const report = look({}, [...baseline], [...candidate]);
    expect(report).toMatchObject({ verdict, decision });
    expect(report.reason).toContain(`bought: ${verdict}`);
  });

  test('is non-inferior for good once the planned sample is there', () => {
    const report = look({}, [5000, 50_000], [5010, 50_000]);
    expect(report).toMatchObject({ verdict: 'non-inferior', decision: 'promote', units: { have: 50_000 } });
    expect(report.units.need).toBeLessThan(50_000);
    expect(look({ decision: { nonInferior: 'rollback' } }, [5000, 50_000], [5010, 50_000]).decision).toBe('rollback');
  });

  test.each([
    ['hold', 'hold'],
    ['rollback', 'rollback'],
    ['promote-if-non-inferior', 'hold'],
  ] as const)('stays inconclusive: %s', (inconclusive, decision) => {
    expect(look({ decision: { inconclusive } }, [50, 500], [48, 500], 8)).toMatchObject({
      verdict: 'inconclusive',
      decision,
    });
  });

  test('promote-if-non-inferior asks for a one-sided bound alone', () => {
    const numbers = [
      [300, 3000],
      [296, 3000],
    ] as const;
    const given = { test: 'fixed', minDetectableEffect: 0.0148, decision: { inconclusive: 'promote-if-non-inferior' } };
    expect(look(given, [...numbers[0]], [...numbers[1]], 8)).toMatchObject({
      verdict: 'inconclusive',
      decision: 'promote',
    });
  });

  test('a relative effect is judged on its own scale', () => {
    const report = look({ effect: 'relative', minDetectableEffect: 0.1 }, [5000, 50_000], [5400, 50_000]);
    expect(report.verdict).toBe('superior');
    expect(report.estimates[0]?.relative).toBeCloseTo(0.08, 10);
    expect(report.reason).toContain('+1.304 % to +14.7 %');
  });

  test('what should fall is good when it falls', () => {
    const refunds = metric({ name: 'refunds', kind: 'proportion', goal: 'decrease', source: { feedback: 'thumb' } });
    const at = (candidate: number) =>
      analyseExperiment(
        plan({ primary: 'refunds' }),
        [refunds],
        readingOf([metricReading('refunds', shares([500, 5000], [candidate, 5000]))]),
        after(3),
      ).verdict;
    expect([at(300), at(700)]).toEqual(['superior', 'inferior']);
  });

  test.each([
    ['no reading at all', readingOf([])],
    ['an unreadable one', readingOf([metricReading('bought', { kind: 'unreadable', reason: 'the query failed' })])],
    ['no units', readingOf([metricReading('bought', shares([0, 0], [0, 0]))])],
  ])('%s is inconclusive, and never promoted', (_, reading) => {
    const given = { decision: { inconclusive: 'promote-if-non-inferior' } };
    expect(analyseExperiment(plan(given), METRICS, reading, after(3))).toMatchObject({
      verdict: 'inconclusive',
      decision: 'wait',
    });
    expect(analyseExperiment(plan(given), METRICS, reading, after(30))).toMatchObject({
      verdict: 'inconclusive',
      decision: 'hold',
    });
  });
});

describe('time', () => {
  test('a fixed horizon shows nothing before it', () => {
    const report = look({ test: 'fixed' }, [500, 5000].map((n) => n / 10) as [number, number], [80, 500]);
    expect(report).toMatchObject({ verdict: 'inconclusive', decision: 'wait' });
    expect(report.estimates[0]).toMatchObject({ interval: null, pValue: null });
    expect(report.reason).toContain('judged once');
  });

  test('a fixed horizon is judged at the sample, and at the end with what there is', () => {
    expect(look({ test: 'fixed' }, [500, 5000], [600, 5000])).toMatchObject({
      verdict: 'superior',
      decision: 'promote',
    });
    expect(look({ test: 'fixed' }, [50, 500], [90, 500], 8)).toMatchObject({
      verdict: 'superior',
      decision: 'promote',
    });
    expect(look({ test: 'fixed' }, [700, 7000], [690, 7000])).toMatchObject({ decision: 'promote' });
  });

  test('minDuration and whole weeks hold a promotion back, never a rollback', () => {
    const weeks = { wholeWeeks: true, maxDuration: '28d' };
    expect(look({ minDuration: '5d' }, [500, 5000], [700, 5000]).decision).toBe('wait');
    expect(look(weeks, [500, 5000], [700, 5000], 6).decision).toBe('wait');
    expect(look(weeks, [500, 5000], [700, 5000], 7.1).decision).toBe('promote');
    expect(look(weeks, [500, 5000], [700, 5000], 9).decision).toBe('wait');
    expect(look(weeks, [700, 5000], [500, 5000], 2).decision).toBe('rollback');
  });
});

describe('guardrails', () => {
  const failing = metric({ name: 'failing', kind: 'proportion', goal: 'decrease', source: { outcome: 'error' } });
  const at = (errors: number, units = 5000) =>
    analyseExperiment(
      plan({ guardrails: [{ metric: 'failing', margin: 0.01 }] }),
      [...METRICS, failing],
      readingOf([
        metricReading('bought', shares([500, 5000], [700, 5000])),
        metricReading('failing', shares([50, 5000], [Math.round((errors * units) / 5000), units])),
      ]),
      after(3),
    );

  test.each([
    [50, 'superior', 'promote'],
    [90, 'inconclusive', 'wait'],
    [300, 'inferior', 'rollback'],
  ] as const)('%i errors: %s', (errors, verdict, decision) => {
    expect(at(errors)).toMatchObject({ verdict, decision });
  });

  test('that nothing fails is no fault of a guardrail', () => {
    const report = analyseExperiment(
      plan({ guardrails: [{ metric: 'failing', margin: 0.01 }] }),
      [...METRICS, failing],
      readingOf([
        metricReading('bought', shares([500, 5000], [700, 5000])),
        metricReading('failing', shares([0, 5000], [0, 5000])),
      ]),
      after(3),
    );
    expect(report).toMatchObject({ verdict: 'superior', decision: 'promote' });
    expect(report.findings).toMatchObject([{ code: 'constant', severity: 'warning', subject: 'failing' }]);
  });
});

describe('secondary metrics and segments', () => {
  const names = ['a', 'b', 'c', 'd'];
  const defined = names.map((name) => ({ ...BOUGHT, name }));
  const at = (given: Record<string, unknown>) =>
    analyseExperiment(
      plan({ secondary: names, test: 'fixed', ...given }),
      [...METRICS, ...defined],
      readingOf([
        metricReading('bought', shares([500, 5000], [600, 5000]), { segments: { eu: shares([50, 500], [75, 500]) } }),
        ...names.map((name) => metricReading(name, shares([500, 5000], [560, 5000]))),
      ]),
      after(8),
    ).estimates.slice(1);

  test('are corrected for their number; the primary metric is not', () => {
    const verdicts = (estimates: ReturnType<typeof at>) => estimates.map(({ verdict }) => verdict);
    expect(at({ correction: 'none' }).map(({ pValue }) => pValue)).toEqual(at({}).map(({ pValue }) => pValue));
    expect(verdicts(at({ correction: 'none', alpha: 0.1 }))).toEqual(names.map(() => 'superior'));
    expect(verdicts(at({ alpha: 0.1 }))).toEqual(names.map(() => 'inconclusive'));
    expect(at({ alpha: 0.1 })[0]?.alpha).toBeCloseTo(0.025, 10);
    expect(at({}).map(({ adjustedP }) => adjustedP)).toEqual(at({}).map(({ pValue }) => (pValue as number) * 4));
  });

  test('Benjamini-Hochberg widens intervals by what it selects', () => {
    const estimates = at({ correction: 'benjamini-hochberg', alpha: 0.1 });
    expect(estimates.map(({ verdict }) => verdict)).toEqual(names.map(() => 'superior'));
    expect(estimates[0]?.alpha).toBeCloseTo(0.1, 10);
  });

  test('a segment is read on its own', () => {
    const estimates = at({ segments: ['eu'] });
    expect(estimates.at(-1)).toMatchObject({ metric: 'bought', segment: 'eu', baseline: { units: 500 } });
  });

  test('a segment that was not read says so', () => {
    expect(at({ segments: ['us'] }).at(-1)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'bought in us: it was not read',
    });
  });
});

describe('the time before', () => {
  test('CUPED narrows the interval and keeps the measured values', () => {
    const rows = (shift: number) => Array.from({ length: 400 }, (_, k) => [(k % 40) + shift + ((k * 7) % 5), k % 40]);
    const arms = { baseline: sumsOf(rows(0)), candidate: sumsOf(rows(1)) };
    const spent = (reading: ReturnType<typeof momentsReading>) =>
      analyseExperiment(
        plan({ primary: 'spent', minDetectableEffect: 1 }),
        METRICS,
        readingOf([metricReading('spent', reading)]),
        after(3),
      ).estimates[0];
    const plain = spent(
      momentsReading({
        baseline: sumsOf(rows(0).map(([value]) => [value as number])),
        candidate: sumsOf(rows(1).map(([value]) => [value as number])),
      }),
    );
    const adjusted = spent(momentsReading(arms, ['value', 'valueBefore']));
    expect(plain?.verdict).toBe('inconclusive');
    expect(adjusted?.verdict).toBe('superior');
    expect(adjusted?.varianceReduction).toBeGreaterThan(0.9);
    expect(adjusted?.baseline.value).toBe(plain?.baseline.value);
  });
});

describe('novelty', () => {
  const byDay = (effects: readonly number[]) =>
    analyseExperiment(
      plan(),
      METRICS,
      readingOf([
        metricReading('bought', shares([500, 5000], [600, 5000]), {
          days: effects.map((effect, day) => ({ day, reading: shares([500, 5000], [500 + effect, 5000]) })),
        }),
      ]),
      after(6),
    ).novelty;

  test('an effect that wears off has a falling trend', () => {
    const novelty = byDay([250, 200, 150, 100, 50, 0]);
    expect(novelty.trend).toBeCloseTo(-0.01, 3);
    expect(novelty.pValue).toBeLessThan(0.001);
    expect(novelty.days).toHaveLength(6);
  });

  test('a steady one has none, and two days say nothing', () => {
    expect(byDay([100, 100, 100, 100]).pValue).toBeGreaterThan(0.9);
    expect(byDay([100, 0])).toMatchObject({ trend: null, pValue: null });
  });
});

test('a metric that nobody defines is refused', () => {
  expect(() => analyseExperiment(plan({ primary: 'nothing' }), METRICS, readingOf([]), after(1))).toThrow(
    'metric nothing is not defined',
  );
});
