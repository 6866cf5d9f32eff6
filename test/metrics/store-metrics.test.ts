import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { METRICS } from '../../src/domain/metric.js';
import { createStoreMetrics } from '../../src/metrics/store-metrics.js';
import type { MetricSource } from '../../src/ports/metric-source.js';
import type { Store } from '../../src/ports/store.js';
import { bucketValue } from '../../src/stats/sketch/latency-sketch.js';
import { testStore } from '../setup/store.js';
import { batchOf, bucketOf, feedbackOf, labelFor, newService, predictionOf } from '../stores/observation-fixtures.js';

describe('metrics from the store', () => {
  const service = newService();
  const scope = { service, epochs: [1, 1] as const };
  let store: Store;
  let metrics: MetricSource;

  beforeAll(async () => {
    store = await testStore();
    metrics = createStoreMetrics(store);
    const predictions = [
      predictionOf(service, { label: '7' }),
      predictionOf(service, { label: '__proto__' }),
      predictionOf(service, { arm: 'candidate', label: '7' }),
      predictionOf(service, { arm: 'shadow', label: '1' }),
      predictionOf(service, { epoch: 2, label: '9' }),
    ];
    await store.appendObservations(
      batchOf({
        buckets: [
          bucketOf(service, { requests: 100, errors: 1, latency: { '5': 99, '9': 1 } }),
          bucketOf(service, { arm: 'candidate', requests: 20, errors: 2, latency: { '5': 20 } }),
          bucketOf(service, { arm: 'shadow', requests: 50, errors: 5, latency: { '7': 50 } }),
          bucketOf(service, { epoch: 2, requests: 7, errors: 7, latency: { '1': 7 } }),
        ],
        predictions,
        feedback: [
          ...predictions.map((prediction) => labelFor(prediction, '7')),
          ...[1, 1, 0].map((value) => feedbackOf(service, { value })),
          feedbackOf(service, { arm: 'candidate', value: 0 }),
          feedbackOf(service, { arm: 'candidate', kind: 'thumb', value: 1 }),
        ],
      }),
    );
  }, 120_000);
  afterAll(() => store?.close());

  const share = (successes: number, trials: number) => ({ kind: 'proportion', value: { successes, trials } });

  test.each([
    ['error_rate', share(1, 100), share(2, 20)],
    ['latency_p50', { kind: 'latency', counts: { '5': 99, '9': 1 } }, { kind: 'latency', counts: { '5': 20 } }],
    ['latency_p99', { kind: 'latency', counts: { '5': 99, '9': 1 } }, { kind: 'latency', counts: { '5': 20 } }],
    ['accuracy', share(1, 2), share(1, 1)],
    ['conversion', share(2, 3), share(0, 1)],
    ['thumb', share(0, 0), share(1, 1)],
  ])('%s of both arms', async (metric, baseline, candidate) => {
    expect(await metrics.compare(metric, scope, 'candidate')).toEqual({ baseline, candidate });
  });

  test('prediction_drift counts labels, whatever text they are', async () => {
    const { baseline, candidate } = await metrics.compare('prediction_drift', scope, 'candidate');
    if (baseline.kind !== 'categories' || candidate.kind !== 'categories') throw new Error('not categories');
    expect(new Map(Object.entries(baseline.counts))).toEqual(
      new Map([
        ['7', 1],
        ['__proto__', 1],
      ]),
    );
    expect(candidate.counts).toEqual({ '7': 1 });
  });

  test('an answer without a prediction counts as one, where the baseline makes any', async () => {
    const [own, silent] = [newService(), newService()];
    const made = (of: string, arm: 'baseline' | 'candidate', label: string | null) => predictionOf(of, { arm, label });
    const predictions = [
      made(own, 'baseline', '7'),
      made(own, 'baseline', '7'),
      made(own, 'candidate', '7'),
      made(own, 'candidate', null),
      made(own, 'candidate', null),
      made(silent, 'baseline', null),
      made(silent, 'candidate', null),
      made(silent, 'candidate', '7'),
    ];
    const feedback = predictions.map((prediction) => labelFor(prediction, '7'));
    await store.appendObservations(batchOf({ predictions, feedback }));
    const compared = (metric: 'prediction_drift' | 'accuracy', of: string) =>
      metrics.compare(metric, { service: of, epochs: [1, 1] }, 'candidate');
    expect(await compared('prediction_drift', own)).toEqual({
      baseline: { kind: 'categories', counts: { '7': 2 } },
      candidate: { kind: 'categories', counts: { '7': 1, '(no prediction)': 2 } },
    });
    expect(await compared('accuracy', own)).toEqual({ baseline: share(2, 2), candidate: share(1, 3) });
    expect(await compared('prediction_drift', silent)).toEqual({
      baseline: { kind: 'categories', counts: {} },
      candidate: { kind: 'categories', counts: { '7': 1 } },
    });
    expect(await compared('accuracy', silent)).toEqual({ baseline: share(0, 0), candidate: share(1, 1) });
  });

  test('in the shadow phase the discarded answers stand for the candidate', async () => {
    expect(await metrics.compare('error_rate', scope, 'shadow')).toEqual({
      baseline: share(1, 100),
      candidate: share(5, 50),
    });
  });

  test('measure is over what users met: both arms, no shadow', async () => {
    expect(await metrics.measure('error_rate', scope)).toEqual(share(3, 120));
    expect(await metrics.measure('latency_p99', scope)).toEqual({ kind: 'latency', counts: { '5': 119, '9': 1 } });
    expect(await metrics.measure('accuracy', scope)).toEqual(share(2, 3));
    expect(await metrics.measure('conversion', scope)).toEqual(share(2, 4));
  });

  test('series have a value a bucket, and NaN where an arm had no requests', async () => {
    const own = newService();
    const at = (seconds: number) => new Date(Date.UTC(2026, 10, 1, 8, 0, seconds)).toISOString();
    await store.appendObservations(
      batchOf({
        buckets: [
          bucketOf(own, { bucketStart: at(0), requests: 10, errors: 1, latency: { '100': 10 } }),
          bucketOf(own, { bucketStart: at(10), requests: 10, errors: 2, latency: { '100': 10 } }),
          bucketOf(own, { bucketStart: at(10), arm: 'candidate', requests: 4, errors: 4, latency: { '120': 4 } }),
        ],
      }),
    );
    expect(await metrics.series('error_rate', { service: own }, 'candidate', 10_000)).toEqual({
      baseline: [0.1, 0.2],
      candidate: [Number.NaN, 1],
    });
    const { candidate } = await metrics.series('latency_p99', { service: own }, 'candidate', 10_000);
    expect(candidate).toEqual([Number.NaN, bucketValue(120)]);
    await expect(metrics.series('accuracy', { service: own }, 'candidate', 10_000)).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('accuracy has no value in every time bucket'),
    });
  });

  test.each(METRICS)('%s without data is empty, and no error', async (metric) => {
    const { baseline, candidate } = await metrics.compare(metric, { service: newService() }, 'candidate');
    for (const measurement of [baseline, candidate])
      expect(measurement.kind === 'proportion' ? measurement.value : measurement.counts).toEqual(
        measurement.kind === 'proportion' ? { successes: 0, trials: 0 } : {},
      );
  });

  test.each(['f1', 'toString', ''])('an unknown metric is refused by name: %p', async (metric) => {
    const refusal = { code: 'SPEC_INVALID', message: expect.stringContaining(`unknown metric ${metric};`) };
    await expect(metrics.measure(metric, scope)).rejects.toMatchObject(refusal);
    await expect(metrics.compare(metric, scope, 'candidate')).rejects.toMatchObject(refusal);
  });
});
