import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
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

export function labelContract(store: () => Store): void {
  test('counts labels by arm, whatever text they are, and answers without one; failures are none', async () => {
    const service = newService();
    const odd = ['', 'NULL', '__proto__', 'a"b\\c,{é}\n', '[1,2]'];
    const predictions = [
      ...odd.map((label) => predictionOf(service, { label })),
      predictionOf(service, { label: 'NULL', arm: 'candidate' }),
      predictionOf(service, { label: null }),
      predictionOf(service, { label: null, status: 503 }),
      predictionOf(service, { label: null, status: 0 }),
      predictionOf(service, { label: 'NULL', score: null }),
      predictionOf(service, { label: 'x', arm: 'shadow' }),
    ];
    await store().appendObservations(batchOf({ predictions }));
    const counts = await store().labelCounts({ service });
    const of = (arm: string) => new Map(counts.filter((c) => c.arm === arm).map(({ label, count }) => [label, count]));
    expect(of('baseline')).toEqual(new Map([...odd, null].map((label) => [label, label === 'NULL' ? 2 : 1])));
    expect(of('candidate')).toEqual(new Map([['NULL', 1]]));
    expect(of('shadow')).toEqual(new Map([['x', 1]]));
  });

  test('a prediction that is shipped again in another batch counts once', async () => {
    const service = newService();
    const prediction = predictionOf(service);
    await store().appendObservations(batchOf({ predictions: [prediction, prediction] }));
    await store().appendObservations(batchOf({ predictions: [{ ...prediction, label: '1' }] }));
    expect(await store().labelCounts({ service })).toEqual([{ arm: 'baseline', segment: '', label: '7', count: 1 }]);
  });

  test('labels meet their predictions, before or after them, and once', async () => {
    const service = newService();
    const [early, late, unread, never] = [
      predictionOf(service),
      predictionOf(service, { arm: 'candidate' }),
      predictionOf(service, { label: null }),
      predictionOf(service),
    ];
    const label = labelFor(early, '7');
    await store().appendObservations(batchOf({ feedback: [label, labelFor(unread, '7')] }));
    expect(await store().labelledOutcomes({ service })).toEqual([]);
    await store().appendObservations(batchOf({ predictions: [early, late, unread, never] }));
    await store().appendObservations(batchOf({ feedback: [label, labelFor(late, '1')] }));
    expect(await store().labelledOutcomes({ service })).toEqual([
      { arm: 'baseline', segment: '', joined: 1, correct: 1, unread: 1 },
      { arm: 'candidate', segment: '', joined: 1, correct: 0, unread: 0 },
    ]);
  });

  test('of several labels the latest received counts, whatever the order of arrival', async () => {
    const service = newService();
    const prediction = predictionOf(service, { label: '7' });
    const corrected = labelFor(prediction, '7', { receivedAt: '2026-11-03T00:00:00.000Z' });
    const first = labelFor(prediction, '1', { receivedAt: '2026-11-02T00:00:00.000Z' });
    await store().appendObservations(batchOf({ predictions: [prediction], feedback: [corrected] }));
    await store().appendObservations(batchOf({ feedback: [first] }));
    expect(await store().labelledOutcomes({ service })).toEqual([
      { arm: 'baseline', segment: '', joined: 1, correct: 1, unread: 0 },
    ]);
  });

  test('a feedback id counts once in a service, and again in another', async () => {
    const [service, other] = [newService(), newService()];
    const [ours, theirs] = [predictionOf(service), predictionOf(other)];
    const feedback = [
      labelFor(ours, '7', { feedbackId: 'fb-1' }),
      labelFor(ours, '1', { feedbackId: 'fb-1', receivedAt: '2026-12-01T00:00:00.000Z' }),
      labelFor(theirs, '1', { feedbackId: 'fb-1' }),
    ];
    await store().appendObservations(batchOf({ predictions: [ours, theirs], feedback }));
    expect(await store().labelledOutcomes({ service })).toEqual([
      { arm: 'baseline', segment: '', joined: 1, correct: 1, unread: 0 },
    ]);
    expect(await store().labelledOutcomes({ service: other })).toEqual([
      { arm: 'baseline', segment: '', joined: 1, correct: 0, unread: 0 },
    ]);
  });

  test('ten thousand labels are joined in seconds, without statistics of the tables', async () => {
    const service = newService();
    const predictions = Array.from({ length: 10_000 }, () => predictionOf(service));
    await store().appendObservations(batchOf({ predictions, feedback: predictions.map((p) => labelFor(p, '7')) }));
    const scope: Scope = { service, rolloutId: 'r-1', epochs: [1, 1] };
    const start = performance.now();
    expect(await store().labelledOutcomes(scope)).toEqual([
      { arm: 'baseline', segment: '', joined: 10_000, correct: 10_000, unread: 0 },
    ]);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test.each<[string, Omit<Scope, 'service'>, number]>([
    ['all', {}, 4],
    ['rollout', { rolloutId: 'r-1' }, 2],
    ['epochs', { epochs: [2, 3] }, 2],
    ['since, included', { since: '2026-11-01T02:00:00.000Z' }, 3],
    ['until, excluded', { until: '2026-11-01T03:00:00.000Z' }, 2],
  ])('scope of predictions: %s', async (_, scope, expected) => {
    const service = newService();
    const predictions = [1, 2, 3, 4].map((n) =>
      predictionOf(service, { epoch: n, rolloutId: n < 3 ? 'r-1' : null, at: `2026-11-01T0${n}:00:00.000Z` }),
    );
    const feedback = predictions.map((p) => labelFor(p, '7', { receivedAt: '2026-11-09T00:00:00.000Z' }));
    await store().appendObservations(batchOf({ predictions, feedback }));
    expect((await store().labelCounts({ service, ...scope })).map(({ count }) => count)).toEqual([expected]);
    expect((await store().labelledOutcomes({ service, ...scope })).map(({ joined }) => joined)).toEqual([expected]);
  });
}

export function feedbackContract(store: () => Store): void {
  test('sums one value a prediction, the latest, of the kind that was asked for', async () => {
    const service = newService();
    const revised = feedbackOf(service, { kind: 'revenue', value: 100 });
    const feedback = [
      revised,
      feedbackOf(service, { ...revised, feedbackId: randomUUID(), value: 2.5, receivedAt: '2026-11-05T00:00:00.000Z' }),
      feedbackOf(service, { kind: 'revenue', value: -4 }),
      feedbackOf(service, { kind: 'revenue', value: 3, arm: 'candidate' }),
      feedbackOf(service, { kind: 'rating', value: 5, predictionId: revised.predictionId }),
      labelFor(predictionOf(service), '7'),
    ];
    await store().appendObservations(batchOf({ feedback: feedback.toReversed() }));
    expect(await store().feedbackSummaries({ service }, 'revenue')).toEqual([
      { arm: 'baseline', count: 2, sum: -1.5 },
      { arm: 'candidate', count: 1, sum: 3 },
    ]);
    expect(await store().feedbackSummaries({ service }, 'rating')).toEqual([{ arm: 'baseline', count: 1, sum: 5 }]);
    expect(await store().feedbackSummaries({ service }, 'thumb')).toEqual([]);
    expect(await store().feedbackSummaries({ service }, 'label')).toEqual([]);
  });

  test.each<[string, Omit<Scope, 'service'>, number]>([
    ['all', {}, 4],
    ['rollout, through its epochs', { rolloutId: 'r-1' }, 2],
    ['rollout and epoch', { rolloutId: 'r-1', epochs: [2, 2] }, 1],
    ['an unknown rollout', { rolloutId: 'r-9' }, 0],
    ['epochs', { epochs: [2, 3] }, 2],
    ['since, included', { since: '2026-11-01T02:00:00.000Z' }, 3],
    ['until, excluded', { until: '2026-11-01T03:00:00.000Z' }, 2],
  ])('scope of feedback: %s', async (_, scope, expected) => {
    const service = newService();
    await store().appendObservations(
      batchOf({
        buckets: [1, 2].map((epoch) => bucketOf(service, { epoch, rolloutId: 'r-1' })),
        feedback: [1, 2, 3, 4].map((n) =>
          feedbackOf(service, { epoch: n, predictedAt: `2026-11-01T0${n}:00:00.000Z`, value: n % 2 }),
        ),
      }),
    );
    const summaries = await store().feedbackSummaries({ service, ...scope }, 'conversion');
    expect(summaries[0]?.count ?? 0).toBe(expected);
  });
}

export function shadowContract(store: () => Store): void {
  const nothing = { count: 0, sum: 0 };
  test('without pairs there are zeros', async () => {
    expect(await store().shadowSummary({ service: newService() })).toEqual({
      pairs: 0,
      compared: 0,
      agreed: 0,
      baselineErrors: 0,
      candidateErrors: 0,
      latencyDifferenceMs: nothing,
      scoreDifference: nothing,
    });
  });

  test('sums add up over batches and gateways, also twice in one batch; single pairs are only a sample', async () => {
    const service = newService();
    const bucket = shadowBucketOf(service);
    await store().appendObservations(
      batchOf({ shadowBuckets: [bucket, bucket], shadowPairs: [shadowPairOf(service)] }),
    );
    await Promise.all(
      [1, 2].map((epoch) =>
        store().appendObservations(batchOf({ shadowBuckets: [shadowBucketOf(service, { epoch })] })),
      ),
    );
    expect(await store().shadowSummary({ service })).toEqual({
      pairs: 40,
      compared: 32,
      agreed: 24,
      baselineErrors: 4,
      candidateErrors: 8,
      latencyDifferenceMs: { count: 28, sum: 56 },
      scoreDifference: { count: 20, sum: -2 },
    });
    expect((await store().shadowSummary({ service, epochs: [1, 1] })).pairs).toBe(30);
    expect((await store().shadowSummary({ service, rolloutId: 'r-9' })).pairs).toBe(0);
    expect((await store().shadowSummary({ service, since: '2026-11-01T08:00:00.001Z' })).pairs).toBe(0);
  });
}
