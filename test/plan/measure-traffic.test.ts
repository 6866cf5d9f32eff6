import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measureTraffic } from '../../src/plan/measure-traffic.js';
import { planRollout } from '../../src/plan/plan-rollout.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import { batchOf, bucketOf, feedbackOf, labelFor, newService, predictionOf } from '../stores/observation-fixtures.js';
import { specOf } from './specs.js';

const NOW = Date.parse('2026-11-02T08:30:00Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AT = '2026-11-02T05:00:00.000Z';

let store: Store;
beforeAll(async () => {
  store = await testStore();
}, 120_000);
afterAll(() => store?.close());

/** One bucket an hour, as busy as the hour of the day says, over the hours before NOW. */
async function record(service: string, hours: number, requestsAt: (utcHour: number) => number): Promise<void> {
  const buckets = Array.from({ length: hours }, (_, k) => {
    const start = new Date(NOW - (k + 1) * HOUR_MS + 60_000);
    const requests = requestsAt(start.getUTCHours());
    const common = { requests, errors: requests / 100, latency: { '100': requests }, bucketStart: start.toISOString() };
    return [bucketOf(service, common), bucketOf(service, { ...common, arm: 'shadow' })];
  });
  const predictions = Array.from({ length: 30 }, (_, k) =>
    predictionOf(service, { at: AT, label: k < 20 ? '7' : '1' }),
  );
  await store.appendObservations(
    batchOf({
      buckets: buckets.flat(),
      predictions,
      feedback: [
        ...predictions.slice(0, 10).map((prediction) => labelFor(prediction, '7', { predictedAt: AT })),
        feedbackOf(service, { predictedAt: AT, value: 1 }),
        feedbackOf(service, { predictedAt: AT, value: 0 }),
      ],
    }),
  );
}

const specWith = (service: string) =>
  specOf({
    service,
    guardrails: [
      { metric: 'error_rate' },
      { metric: 'prediction_drift' },
      { metric: 'accuracy' },
      { metric: 'conversion' },
    ],
  });

test('a day of traffic is known hour by hour, with what guardrails need', async () => {
  const service = newService();
  // At the full hour one bucket is the start of its hour, the rest lie within.
  await record(service, 24, (hour) => (hour === 3 ? 36_000 : 3600));
  const traffic = await measureTraffic(store, specWith(service), NOW);
  expect(traffic.source).toBe('measured');
  expect(traffic.byHour?.map((perSecond) => Math.round(perSecond))).toEqual(
    Array.from({ length: 24 }, (_, hour) => (hour === 3 ? 10 : 1)),
  );
  const requests = 23 * 3600 + 36_000;
  expect(traffic.requestsPerSecond).toBeCloseTo(requests / (24 * 3600), 1);
  expect(traffic.shares.error_rate).toEqual({ perRequest: 1, value: expect.closeTo(0.01) });
  expect(traffic.shares.accuracy).toEqual({ perRequest: 10 / requests, value: 1 });
  expect(traffic.shares.conversion).toEqual({ perRequest: 2 / requests, value: 0.5 });
  expect(traffic.labels).toEqual({ perRequest: 30 / requests, counts: { '7': 20, '1': 10 } });
  expect(traffic.latency).toEqual({ '100': requests });
  const plan = planRollout(specWith(service), traffic, NOW);
  expect(plan.traffic).toMatchObject({ source: 'measured', isByHour: true });
  expect(plan.warnings.map(({ message }) => message).join(' ')).toMatch(/accuracy/);
});

test('a service that is younger than a day is not idle before it was there', async () => {
  const service = newService();
  await record(service, 2, () => 3600);
  const traffic = await measureTraffic(store, specWith(service), NOW);
  expect(traffic.byHour).toBeNull();
  expect(traffic.requestsPerSecond).toBeCloseTo(1, 0);
  expect(Date.parse(traffic.since as string)).toBeGreaterThan(NOW - 4 * HOUR_MS);
});

test('a service without a record is unknown', async () => {
  expect(await measureTraffic(store, specWith(newService()), NOW)).toMatchObject({
    source: 'unknown',
    requestsPerSecond: null,
    forecast: null,
  });
});

test('the A/B evaluation has its forecast', async () => {
  const service = newService();
  await record(service, 24, () => 3600);
  const spec = specOf({
    service,
    phases: { abTest: { primary: 'conversion', minDetectableEffect: 0.02, maxDuration: '14d' } },
  });
  const { forecast } = await measureTraffic(store, spec, NOW, 7 * DAY_MS);
  expect(forecast).not.toBeNull();
});
