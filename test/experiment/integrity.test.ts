import { expect, test } from '@jest/globals';
import type { ExperimentIntegrity } from '../../src/domain/experiment.js';
import { analyseExperiment } from '../../src/experiment/analyse.js';
import { after, METRICS, metricReading, momentsReading, plan, readingOf, shares, sumsOf } from './readings.js';

const GAIN = metricReading('bought', shares([500, 5000], [700, 5000]));
const look = (integrity: Partial<ExperimentIntegrity>, given: Record<string, unknown> = {}) =>
  analyseExperiment(plan(given), METRICS, readingOf([GAIN], integrity), after(3));

test.each([
  ['a sample-ratio mismatch', 'sample-ratio', { units: { baseline: 5000, candidate: 5500 } }],
  ['a weight that changed', 'sample-ratio', { expectedShare: null }],
  ['units in both arms', 'both-arms', { inBothArms: 200 }],
  ['re-salted units', 'salts', { salts: 500 }],
  ['bots in one arm', 'bots', { bots: { baseline: 3, candidate: 160 } }],
  ['5 % of candidate events lost, of one a unit', 'lost-events', { dropped: { baseline: 0, candidate: 250 } }],
  ['many events from the future', 'future', { fromFuture: 900 }],
] as const)('%s voids the verdict', (_, code, integrity) => {
  const report = look(integrity);
  expect(report).toMatchObject({ verdict: 'inconclusive', decision: 'hold' });
  expect(report.findings).toMatchObject([{ code, severity: 'void' }]);
  expect(report.estimates.every(({ verdict }) => verdict === 'inconclusive')).toBe(true);
});

test.each([
  ['a few units in both arms', 'both-arms', { inBothArms: 5 }],
  ['bots in both arms alike', 'bots', { bots: { baseline: 150, candidate: 160 } }],
  ['losses of both arms alike', 'lost-events', { dropped: { baseline: 240, candidate: 250 } }],
  ['losses that nobody counts', 'lost-events', { dropped: { baseline: null, candidate: null } }],
  ['an event from the future', 'future', { fromFuture: 1 }],
  ['a past of many users', 'before-exposure', { beforeExposure: 4000 }],
] as const)('%s are named, and void nothing', (_, code, integrity) => {
  const report = look(integrity);
  expect(report).toMatchObject({ verdict: 'superior', decision: 'promote' });
  expect(report.findings).toMatchObject([{ code, severity: 'warning' }]);
});

test('a sound experiment has no findings', () => {
  expect(look({}).findings).toEqual([]);
});

test('a fixed horizon is tested once, by chi-square', () => {
  const units = { baseline: 5000, candidate: 5350 };
  expect(look({ units }, { test: 'fixed' }).findings).toMatchObject([{ code: 'sample-ratio' }]);
  // What is tested at every look must be further off.
  expect(look({ units: { baseline: 5000, candidate: 5340 } }).findings).toEqual([]);
});

test('declared segments are tested too, and empty ones named', () => {
  const segments = {
    eu: { baseline: 1000, candidate: 700 },
    us: { baseline: 4000, candidate: 4300 },
    other: { baseline: 9, candidate: 900 },
  };
  const { findings, decision } = look({ segments }, { segments: ['eu', 'us', 'moon'] });
  expect(decision).toBe('hold');
  expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'sample-ratio segment eu',
    'empty-segment segment moon',
  ]);
});

test.each([
  [{ EUR: 90, USD: 10 }, 'spent mixes currencies: 90 in EUR, 10 in USD'],
  [{ USD: 10 }, 'spent is in EUR, and its events are in USD'],
])('currencies %j void a metric of revenue', (currencies, reason) => {
  const money = metricReading('spent', momentsReading({ baseline: sumsOf(noise(0)), candidate: sumsOf(noise(3)) }));
  const primary = analyseExperiment(
    plan({ primary: 'spent', minDetectableEffect: 1 }),
    METRICS,
    readingOf([money], { currencies }),
    after(3),
  );
  expect(primary).toMatchObject({
    verdict: 'inconclusive',
    decision: 'hold',
    findings: [{ code: 'currencies', reason }],
  });
  expect(primary.estimates[0]).toMatchObject({ effect: null, interval: null });
  const secondary = analyseExperiment(
    plan({ secondary: ['spent'] }),
    METRICS,
    readingOf([GAIN, money], { currencies }),
    after(3),
  );
  expect(secondary).toMatchObject({
    verdict: 'superior',
    decision: 'promote',
    findings: [{ severity: 'void', subject: 'spent' }],
  });
  expect(secondary.estimates[1]).toMatchObject({ verdict: 'inconclusive', effect: null });
});

test('amounts without a currency are in the metric’s', () => {
  const money = metricReading('spent', momentsReading({ baseline: sumsOf(noise(0)), candidate: sumsOf(noise(3)) }));
  const report = analyseExperiment(
    plan({ primary: 'spent', minDetectableEffect: 1 }),
    METRICS,
    readingOf([money], { currencies: { '': 5, EUR: 4 } }),
    after(3),
  );
  expect(report.findings).toEqual([]);
});

test('units that are here before their route is noted are waited for, and held in the end', () => {
  const unnoted = (days: number) =>
    analyseExperiment(plan(), METRICS, readingOf([GAIN], { expectedShare: 'not-noted' }), after(days));
  expect(unnoted(3)).toMatchObject({
    verdict: 'inconclusive',
    decision: 'wait',
    findings: [{ code: 'not-noted', severity: 'void' }],
  });
  expect(unnoted(8)).toMatchObject({ verdict: 'inconclusive', decision: 'hold' });
});

test('a metric that is constant can tell nothing: it is waited for, and held in the end', () => {
  const constant = (days: number) =>
    analyseExperiment(
      plan(),
      METRICS,
      readingOf([metricReading('bought', shares([0, 300], [0, 300]))], {}, days),
      after(days),
    );
  expect(constant(3)).toMatchObject({
    verdict: 'inconclusive',
    decision: 'wait',
    findings: [{ code: 'constant', severity: 'void' }],
  });
  expect(constant(8)).toMatchObject({ verdict: 'inconclusive', decision: 'hold' });
});

function noise(shift: number): number[][] {
  return Array.from({ length: 500 }, (_, k) => [((k * 37) % 11) + shift]);
}
