import { expect, test } from '@jest/globals';
import type { FeatureSample, PredictionRecord } from '../../src/domain/observation.js';
import type { Route } from '../../src/domain/route.js';
import type { Store } from '../../src/ports/store.js';
import { batchOf, bucketOf, feedbackOf, labelFor, newService, predictionOf } from './observation-fixtures.js';
import { stateOf } from './rollout-fixtures.js';

const START = Date.parse('2026-11-01T08:00:00Z');
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const newest = (most: number) => ({ most, which: 'newest' }) as const;
const even = (most: number) => ({ most, which: 'even' }) as const;

function sampleOf(prediction: PredictionRecord, x: number): FeatureSample {
  const { predictionId, service, rolloutId, epoch, arm, version, segment, label, score } = prediction;
  return {
    predictionId,
    service,
    rolloutId,
    epoch,
    arm,
    version,
    segment,
    label,
    score,
    at: prediction.at,
    features: { x },
  };
}

/** What every `MonitorData` keeps to. */
export function monitorDataContract(store: () => Store): void {
  const data = () => store().monitorData;
  const spanOf = (service: string, from = 0, to = 60) => ({ service, version: 'v1', since: at(from), until: at(to) });

  test('outputs of one version, newest first; no shadow, nothing unread, the end left out', async () => {
    const service = newService();
    const mine = [0, 1, 2, 3].map((minute) => predictionOf(service, { at: at(minute), label: `l${minute}` }));
    await store().appendObservations(
      batchOf({
        predictions: [
          ...mine,
          predictionOf(service, { at: at(1), version: 'v2' }),
          predictionOf(service, { at: at(1), arm: 'shadow' }),
          predictionOf(service, { at: at(1), label: null, score: null }),
        ],
      }),
    );
    expect(await data().outputs(spanOf(service, 0, 3), newest(2))).toEqual([
      { at: at(2), label: 'l2', score: 0.9 },
      { at: at(1), label: 'l1', score: 0.9 },
    ]);
    expect(await data().countOutputs(spanOf(service, 0, 3))).toBe(3);
    const drawn = await data().outputs(spanOf(service), even(2));
    expect(drawn).toHaveLength(2);
    expect(await data().outputs(spanOf(service), even(2))).toEqual(drawn);
  });

  test('a late label is joined, the latest that came, also to what was asked', async () => {
    const service = newService();
    const [first, second, third] = [0, 1, 2].map((minute) => predictionOf(service, { at: at(minute) }));
    if (!first || !second || !third) throw new Error('three predictions');
    await store().appendObservations(
      batchOf({
        predictions: [first, second, third],
        features: [sampleOf(first, 1), sampleOf(second, 2), sampleOf(third, 3)],
        feedback: [
          labelFor(first, '7'),
          labelFor(second, '1', { receivedAt: at(500) }),
          labelFor(second, '2', { receivedAt: at(600) }),
        ],
      }),
    );
    expect(await data().outcomes(spanOf(service), newest(10))).toEqual([
      { at: at(1), predicted: '7', truth: '2' },
      { at: at(0), predicted: '7', truth: '7' },
    ]);
    expect(await data().labelledInputs(spanOf(service), newest(1))).toEqual([
      { at: at(1), features: { x: 2 }, predicted: '7', truth: '2' },
    ]);
    expect(await data().inputs(spanOf(service), newest(2))).toEqual([
      { at: at(2), features: { x: 3 } },
      { at: at(1), features: { x: 2 } },
    ]);
    expect(await data().countInputs(spanOf(service))).toBe(3);
  });

  test('traffic and feedback by version, whatever the arm', async () => {
    const service = newService();
    const span = { service, since: at(0), until: at(60) };
    const given = { predictedAt: at(1), kind: 'thumb' } as const;
    await store().appendObservations(
      batchOf({
        buckets: [
          bucketOf(service, { bucketStart: at(0) }),
          bucketOf(service, { bucketStart: at(1), epoch: 2, arm: 'candidate' }),
          bucketOf(service, { bucketStart: at(1), arm: 'shadow', version: 'v2' }),
          bucketOf(service, { bucketStart: at(1), arm: 'candidate', version: 'v2', latency: {} }),
          bucketOf(service, { bucketStart: at(60) }),
        ],
        feedback: [
          feedbackOf(service, { ...given, value: 1 }),
          feedbackOf(service, { ...given, predictionId: 'p', value: 1, receivedAt: at(5) }),
          feedbackOf(service, { ...given, predictionId: 'p', value: 0, receivedAt: at(6) }),
          feedbackOf(service, { ...given, kind: 'rating', value: 4, version: 'v2' }),
        ],
      }),
    );
    expect(await data().traffic(span)).toEqual([
      { version: 'v1', requests: 20, errors: 2, latency: { '100': 14, '-3': 6 } },
      { version: 'v2', requests: 10, errors: 1, latency: {} },
    ]);
    expect(await data().feedback(span)).toEqual([
      { version: 'v1', kind: 'thumb', count: 2, sum: 1, sumOfSquares: 1, scales: 1 },
      { version: 'v2', kind: 'rating', count: 1, sum: 4, sumOfSquares: 16, scales: 1 },
    ]);
  });

  test('a kind on several scales, or in several currencies, is there, and says so for every version', async () => {
    const service = newService();
    const given = { predictedAt: at(1), kind: 'rating', value: 4 } as const;
    const amount = { predictedAt: at(1), kind: 'revenue', value: 10 } as const;
    await store().appendObservations(
      batchOf({
        feedback: [
          feedbackOf(service, given),
          feedbackOf(service, { ...given, scale: [1, 5] }),
          feedbackOf(service, { ...given, version: 'v2', value: 9, scale: [1, 10] }),
          feedbackOf(service, { ...given, version: 'v2', kind: 'thumb', value: 1 }),
          feedbackOf(service, { ...amount, currency: 'EUR' }),
          feedbackOf(service, { ...amount, currency: 'USD' }),
          feedbackOf(service, { ...amount, currency: 'SEK' }),
        ],
      }),
    );
    expect(await data().feedback({ service, since: at(0), until: at(60) })).toMatchObject([
      { version: 'v1', kind: 'rating', count: 2, scales: 2 },
      { version: 'v1', kind: 'revenue', count: 3, scales: 3 },
      { version: 'v2', kind: 'rating', count: 1, scales: 2 },
      { version: 'v2', kind: 'thumb', count: 1, scales: 1 },
    ]);
  });

  test('units that come again, by the version they met; those who met two are left out', async () => {
    const service = newService();
    const meet = (unitHash: string, minute: number, version = 'v1') =>
      predictionOf(service, { unitHash, at: at(minute), version });
    await store().appendObservations(
      batchOf({
        predictions: [
          meet('a', 0),
          meet('b', 0),
          meet('c', 0, 'v2'),
          meet('d', 0),
          meet('d', 1, 'v2'),
          meet('a', 10, 'v2'),
          meet('c', 11),
          meet('d', 12),
          meet('b', 20),
        ],
      }),
    );
    expect(await data().returns({ service, since: at(0), until: at(10) }, at(20))).toEqual([
      { version: 'v1', units: 2, returned: 1 },
      { version: 'v2', units: 1, returned: 1 },
    ]);
  });

  test('who serves, and since when a version does', async () => {
    const service = newService();
    expect(await data().serving(service)).toBeNull();
    const route = (epoch: number, weightPercent: number): Route => ({
      service,
      protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
      epoch,
      rolloutId: 'r-1',
      salt: 'r-1',
      baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
      candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
      weightPercent,
      shadowPercent: 0,
      leaseMs: 30_000,
    });
    await store().saveRoute(route(1, 0));
    const first = await data().serving(service);
    expect(first).toEqual({ baseline: 'v1', candidate: null, since: expect.stringMatching(/Z$/) });
    await store().saveRoute(route(1, 0));
    expect(await data().serving(service)).toEqual(first);
    await store().saveRoute(route(2, 5));
    const second = await data().serving(service);
    expect(second).toMatchObject({ baseline: 'v1', candidate: 'v2' });
    expect(Date.parse(second?.since ?? '')).toBeGreaterThan(Date.parse(first?.since ?? ''));

    expect(await data().promotedAt(service, 'v2')).toBeNull();
    const cutOver = (status: 'promoted' | 'rolled-back', endedAt: string) => {
      const state = stateOf(service, { status, startedAt: endedAt });
      const cutover = { ...state.phases.cutover, status: 'passed', endedAt } as const;
      return store().saveRollout({ ...state, phases: { ...state.phases, cutover } });
    };
    await cutOver('promoted', at(1));
    await cutOver('rolled-back', at(2));
    expect(await data().promotedAt(service, 'v2')).toBe(at(1));
  });
}
