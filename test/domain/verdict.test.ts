import { describe, expect, test } from '@jest/globals';
import { isMeasurableInShadow, isMetric, metricUnit } from '../../src/domain/metric.js';
import { isExhausted, overallVerdict, type Verdict, verdictSignature } from '../../src/domain/verdict.js';
import { evidence } from '../workflow/evidence.js';

describe('the verdict over several', () => {
  test.each<[Verdict[], Verdict]>([
    [[], 'pass'],
    [['pass'], 'pass'],
    [['pass', 'pass'], 'pass'],
    [['pass', 'inconclusive'], 'inconclusive'],
    [['inconclusive', 'fail', 'pass'], 'fail'],
    [['pass', 'fail'], 'fail'],
  ])('%j is %s', (verdicts, overall) => {
    const all = verdicts.map((verdict, i) => evidence(`m${i}`, verdict));
    expect(overallVerdict(all)).toBe(overall);
    // What is only shown does not count, whatever it says.
    const shown = (['fail', 'inconclusive'] as const).map((verdict) => ({ ...evidence('d', verdict), dryRun: true }));
    expect(overallVerdict([...shown, ...all])).toBe(overall);
  });

  test('is overdue where one that counts is', () => {
    const overdue = { ...evidence('m', 'inconclusive'), exhausted: true };
    expect(isExhausted([evidence('n', 'pass'), overdue])).toBe(true);
    expect(isExhausted([evidence('n', 'pass'), { ...overdue, dryRun: true }])).toBe(false);
    expect(isExhausted([evidence('m', 'inconclusive')])).toBe(false);
  });

  test('is news where a verdict, an overdue one or the gate changes, and not where numbers do', () => {
    const [one, gate] = [evidence('m', 'pass'), evidence('labels', 'inconclusive')];
    expect(verdictSignature([one], gate)).toBe('m=pass labels=inconclusive');
    expect(verdictSignature([{ ...one, difference: 0.3, reason: 'x' }], gate)).toBe(verdictSignature([one], gate));
    expect(verdictSignature([{ ...evidence('m', 'inconclusive'), exhausted: true }], null)).toBe('m=inconclusive!');
  });
});

describe('a metric', () => {
  test.each([
    ['error_rate', 'share', true],
    ['latency_p99', 'ms', true],
    ['prediction_drift', 'share', true],
    ['accuracy', 'share', false],
    ['conversion', 'share', false],
    ['thumb', 'share', false],
  ] as const)('%s is a %s; measurable in the shadow phase: %s', (metric, unit, inShadow) => {
    expect(isMetric(metric)).toBe(true);
    expect(metricUnit(metric)).toBe(unit);
    expect(isMeasurableInShadow(metric)).toBe(inShadow);
  });
  test('of others has no unit, and is measured by whoever knows it', () => {
    expect([isMetric('toString'), metricUnit('toString'), metricUnit('query:errors')]).toEqual([false, null, null]);
    expect([isMeasurableInShadow('query'), isMeasurableInShadow('monitor')]).toEqual([true, true]);
  });
});
