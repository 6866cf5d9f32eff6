import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ObservationBatch } from '../../src/domain/observation.js';
import type { Scope, Store } from '../../src/ports/store.js';
import {
  batchOf,
  bucketOf,
  feedbackOf,
  labelFor,
  newService,
  predictionOf,
  shadowBucketOf,
  shadowPairOf,
} from './observation-fixtures.js';

export function batchContract(store: () => Store): void {
  test('a batch that comes twice counts once', async () => {
    const service = newService();
    const prediction = predictionOf(service);
    const batch = batchOf({
      buckets: [bucketOf(service)],
      predictions: [prediction],
      shadowBuckets: [shadowBucketOf(service)],
      shadowPairs: [shadowPairOf(service)],
      feedback: [labelFor(prediction, '7')],
    });
    expect(await store().appendObservations(batch)).toBe(true);
    expect(await store().appendObservations(batch)).toBe(false);
    expect(await store().appendObservations({ ...batch, buckets: [bucketOf(service, { epoch: 2 })] })).toBe(false);
    expect(await store().armSummaries({ service })).toEqual([
      { arm: 'baseline', segment: '', requests: 10, errors: 1, latency: { '100': 7, '-3': 3 } },
    ]);
    expect((await store().shadowSummary({ service })).pairs).toBe(10);
  });

  test('the same batch twice at once counts once', async () => {
    const service = newService();
    const batch = batchOf({ buckets: [bucketOf(service)] });
    const added = await Promise.all(Array.from({ length: 4 }, () => store().appendObservations(batch)));
    expect(added.toSorted((a, b) => Number(a) - Number(b))).toEqual([false, false, false, true]);
    expect((await store().armSummaries({ service }))[0]?.requests).toBe(10);
  });

  test('the next sequence, and the same sequence of another boot, are other batches', async () => {
    const service = newService();
    const batch = batchOf({ buckets: [bucketOf(service)] });
    for (const next of [batch, { ...batch, sequence: 1 }, { ...batch, bootId: randomUUID() }])
      expect(await store().appendObservations(next)).toBe(true);
    expect((await store().armSummaries({ service }))[0]?.requests).toBe(30);
  });

  test('an empty batch is kept', async () => {
    expect(await store().appendObservations(batchOf({}))).toBe(true);
  });

  const service = newService();
  const refused: [string, Partial<ObservationBatch>][] = [
    ['latency NaN', { predictions: [predictionOf(service, { latencyMs: Number.NaN })] }],
    ['latency Infinity', { predictions: [predictionOf(service, { latencyMs: Number.POSITIVE_INFINITY })] }],
    ['latency -1', { predictions: [predictionOf(service, { latencyMs: -1 })] }],
    ['score NaN', { predictions: [predictionOf(service, { score: Number.NaN })] }],
    ['score -Infinity', { predictions: [predictionOf(service, { score: Number.NEGATIVE_INFINITY })] }],
    ['pair latency NaN', { shadowPairs: [shadowPairOf(service, { baselineLatencyMs: Number.NaN })] }],
    [
      'pair latency Infinity',
      { shadowPairs: [shadowPairOf(service, { candidateLatencyMs: Number.POSITIVE_INFINITY })] },
    ],
    ['value NaN', { feedback: [feedbackOf(service, { value: Number.NaN })] }],
    ['value Infinity', { feedback: [feedbackOf(service, { kind: 'revenue', value: Number.POSITIVE_INFINITY })] }],
    ['a thumb of 3', { feedback: [feedbackOf(service, { kind: 'thumb', value: 3 })] }],
    ['a label without text', { feedback: [feedbackOf(service, { kind: 'label', label: null, value: null })] }],
    ['requests NaN', { buckets: [bucketOf(service, { requests: Number.NaN })] }],
    ['more errors than requests', { buckets: [bucketOf(service, { requests: 1, errors: 2 })] }],
    ['a latency count of 1.5', { buckets: [bucketOf(service, { latency: { '3': 1.5 } })] }],
    ['a bucket start that is no time', { buckets: [bucketOf(service, { bucketStart: 'noon' })] }],
  ];
  test.each(refused)('refuses %s, and keeps nothing of that batch', async (_, parts) => {
    const service = newService();
    const sound = bucketOf(service);
    const batch = batchOf({ ...parts, buckets: [sound, ...(parts.buckets ?? [])] });
    await expect(store().appendObservations(batch)).rejects.toThrow(RangeError);
    expect(await store().armSummaries({ service })).toEqual([]);
    // Not even its key: mended, it is added.
    expect(await store().appendObservations(batchOf({ ...batch, ...without(parts), buckets: [sound] }))).toBe(true);
  });
}

function without(parts: Partial<ObservationBatch>): Partial<ObservationBatch> {
  return Object.fromEntries(Object.keys(parts).map((key) => [key, []]));
}

export function armSummaryContract(store: () => Store): void {
  test('without data there is no arm', async () => {
    expect(await store().armSummaries({ service: newService() })).toEqual([]);
    expect(await store().armSummaries({ service: newService(), since: '2026-11-01T00:00:00Z' })).toEqual([]);
  });

  test('adds up within a batch, between batches and over versions', async () => {
    const service = newService();
    const again = bucketOf(service, {
      bucketStart: '2026-11-01T08:00:00Z',
      requests: 5,
      errors: 0,
      latency: { '100': 5 },
    });
    await store().appendObservations(batchOf({ buckets: [bucketOf(service), again] }));
    await store().appendObservations(batchOf({ buckets: [again, bucketOf(service, { version: 'v0', latency: {} })] }));
    const sum = [{ arm: 'baseline', segment: '', requests: 30, errors: 2, latency: { '100': 17, '-3': 3 } }];
    expect(await store().armSummaries({ service })).toEqual(sum);
    expect(await store().armSummaries({ service, since: '2026-11-01T00:00:00Z' })).toEqual(sum);
  });

  test('parallel batches into the same buckets add up', async () => {
    const service = newService();
    // Many rows in changing order, so that an implementation that locks them in the batch's order runs into itself.
    const buckets = Array.from({ length: 40 }, (_, i) =>
      bucketOf(service, {
        arm: i % 2 === 0 ? 'baseline' : 'candidate',
        version: `v${i % 2}`,
        bucketStart: new Date(Date.UTC(2026, 10, 1, 8, 0, 10 * (i >> 1))).toISOString(),
        requests: 100,
        errors: 1,
        latency: Object.fromEntries(Array.from({ length: 30 }, (_, k) => [String((k * 7 + i) % 50), 3])),
      }),
    );
    const rounds = 5;
    for (let round = 0; round < rounds; round += 1)
      await Promise.all(
        [0, 1, 2, 3].map((gateway) =>
          store().appendObservations(
            batchOf({ gatewayId: `g${gateway}`, buckets: gateway % 2 === 0 ? buckets : buckets.toReversed() }),
          ),
        ),
      );
    for (const scope of [{ service }, { service, since: '2026-11-01T00:00:00Z' }]) {
      const summaries = await store().armSummaries(scope);
      expect(summaries.map(({ arm, requests, errors }) => ({ arm, requests, errors }))).toEqual([
        { arm: 'baseline', requests: 20 * 100 * 4 * rounds, errors: 20 * 4 * rounds },
        { arm: 'candidate', requests: 20 * 100 * 4 * rounds, errors: 20 * 4 * rounds },
      ]);
      for (const { latency } of summaries)
        expect(Object.values(latency).reduce((a, b) => a + b, 0)).toBe(20 * 30 * 3 * 4 * rounds);
    }
  });

  test('counts beyond 32 bits come back as numbers', async () => {
    const service = newService();
    const big = { requests: 5_000_000_000, errors: 0, latency: { '100': 5_000_000_000 } };
    for (let i = 0; i < 2; i += 1)
      await store().appendObservations(batchOf({ buckets: [bucketOf(service, { ...big, epoch: i })] }));
    expect(await store().armSummaries({ service })).toEqual([
      { arm: 'baseline', segment: '', requests: 10_000_000_000, errors: 0, latency: { '100': 10_000_000_000 } },
    ]);
  });

  const T0 = '2026-11-01T08:00:00.000Z';
  const T1 = '2026-11-01T08:00:10.000Z';
  const T2 = '2026-11-01T08:00:20.000Z';
  test.each<[string, Omit<Scope, 'service'>, number]>([
    ['all', {}, 1111],
    ['one rollout', { rolloutId: 'r-1' }, 11],
    ['an epoch', { epochs: [2, 2] }, 10],
    ['epochs, both ends included', { epochs: [2, 3] }, 110],
    ['from a time on', { since: T1 }, 1100],
    ['up to a time, without it', { until: T1 }, 11],
    ['between', { since: T1, until: T2 }, 100],
    ['rollout and time', { rolloutId: 'r-1', since: T1 }, 0],
    ['rollout, epoch and time', { rolloutId: 'r-2', epochs: [3, 3], since: T0 }, 100],
    ['an unknown rollout', { rolloutId: 'r-9' }, 0],
  ])('scope: %s', async (_, scope, requests) => {
    const service = newService();
    const buckets = [
      bucketOf(service, { rolloutId: 'r-1', epoch: 1, bucketStart: T0, requests: 1, errors: 0 }),
      bucketOf(service, { rolloutId: 'r-1', epoch: 2, bucketStart: T0, requests: 10, errors: 0 }),
      bucketOf(service, { rolloutId: 'r-2', epoch: 3, bucketStart: T1, requests: 100, errors: 0 }),
      bucketOf(service, { rolloutId: null, epoch: 4, bucketStart: T2, requests: 1000, errors: 0 }),
      bucketOf(newService(), { requests: 10_000 }),
    ];
    await store().appendObservations(batchOf({ buckets }));
    expect((await store().armSummaries({ service, ...scope }))[0]?.requests ?? 0).toBe(requests);
  });
}

export function armSeriesContract(store: () => Store): void {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 1, 8, 0, seconds)).toISOString();

  test('adds buckets up to the width asked for, in order of time, arms apart', async () => {
    const service = newService();
    const buckets = [0, 10, 20, 30, 40].flatMap((seconds) => [
      bucketOf(service, { bucketStart: at(seconds), requests: 10, errors: 1, latency: { '5': 10 } }),
      bucketOf(service, { bucketStart: at(seconds), arm: 'candidate', requests: 2, errors: 0, latency: {} }),
    ]);
    await store().appendObservations(batchOf({ buckets: buckets.toReversed() }));
    expect(await store().armSeries({ service }, 30_000)).toEqual([
      { bucketStart: '2026-11-01T08:00:00Z', arm: 'baseline', requests: 30, errors: 3, latency: { '5': 30 } },
      { bucketStart: '2026-11-01T08:00:00Z', arm: 'candidate', requests: 6, errors: 0, latency: {} },
      { bucketStart: '2026-11-01T08:00:30Z', arm: 'baseline', requests: 20, errors: 2, latency: { '5': 20 } },
      { bucketStart: '2026-11-01T08:00:30Z', arm: 'candidate', requests: 4, errors: 0, latency: {} },
    ]);
    expect(await store().armSeries({ service }, 10_000)).toHaveLength(10);
  });

  test('leaves out a bucket that may still grow', async () => {
    const service = newService();
    const now = Date.now();
    const bucketStart = new Date(now - (now % 10_000)).toISOString();
    await store().appendObservations(batchOf({ buckets: [bucketOf(service, { bucketStart })] }));
    expect(await store().armSeries({ service }, 10_000)).toEqual([]);
  });

  test('keeps to its scope', async () => {
    const service = newService();
    await store().appendObservations(
      batchOf({ buckets: [bucketOf(service, { epoch: 1 }), bucketOf(service, { epoch: 2, requests: 77 })] }),
    );
    expect(await store().armSeries({ service, epochs: [2, 2] }, 10_000)).toMatchObject([{ requests: 77 }]);
    expect(await store().armSeries({ service: newService() }, 10_000)).toEqual([]);
  });
}

export function evaluationContract(store: () => Store): void {
  const at = '2026-11-01T08:00:00.000Z';

  test('sums are kept apart by segment', async () => {
    const service = newService();
    const buckets = ['', 'eu'].flatMap((segment) => [bucketOf(service, { segment }), bucketOf(service, { segment })]);
    await store().appendObservations(batchOf({ buckets, predictions: [predictionOf(service, { segment: 'eu' })] }));
    expect((await store().armSummaries({ service })).map(({ segment, requests }) => [segment, requests])).toEqual([
      ['', 20],
      ['eu', 20],
    ]);
    expect(await store().labelCounts({ service })).toMatchObject([{ segment: 'eu', count: 1 }]);
  });

  test('clicks meet the list they were made on, each item once', async () => {
    const service = newService();
    const item = (name: string, team: 'baseline' | 'candidate' | null) => ({
      item: name,
      team,
      baselineRank: 1,
      candidateRank: null,
    });
    const list = {
      predictionId: randomUUID(),
      service,
      rolloutId: 'r-1',
      epoch: 1,
      method: 'team-draft' as const,
      at,
      unitHash: 'u',
      items: [item('a', 'baseline'), item('b', 'candidate'), item('c', null)],
    };
    const click = (clicked: string) =>
      feedbackOf(service, { predictionId: list.predictionId, kind: 'click', item: clicked });
    await store().appendObservations(batchOf({ interleaved: [list], feedback: [click('b'), click('b'), click('a')] }));
    expect(await store().experiments.lists({ service })).toEqual([
      { predictionId: list.predictionId, unitHash: 'u', method: 'team-draft', items: list.items, clicked: ['a', 'b'] },
    ]);
  });

  test('samples of features come back, the newest first', async () => {
    const service = newService();
    // What PostgreSQL keeps in no text is replaced, in names as in values.
    let names: Record<string, string> = { 'half \ud83d': 'a\0' };
    const sample = (predictionId: string, second: number) => ({
      predictionId,
      service,
      rolloutId: null,
      epoch: 1,
      arm: 'candidate' as const,
      version: 'v2',
      segment: '',
      at: `2026-11-01T08:00:0${second}.000Z`,
      features: { x: 1.5, city: 'Ulm', gone: null, ...names },
      label: '7',
      score: 0.5,
    });
    const [older, newer] = [sample(randomUUID(), 1), sample(randomUUID(), 2)];
    await store().appendObservations(batchOf({ features: [older, newer] }));
    names = { 'half \ufffd': 'a\ufffd' };
    expect(await store().featureSamples({ service }, 'v2', 10)).toEqual([
      sample(newer.predictionId, 2),
      sample(older.predictionId, 1),
    ]);
    expect(await store().featureSamples({ service }, 'v1', 10)).toEqual([]);
  });
}
