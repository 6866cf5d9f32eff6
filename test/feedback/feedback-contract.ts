import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { FeedbackRecord } from '../../src/domain/observation.js';
import type { Store } from '../../src/ports/store.js';
import { batchOf, feedbackOf, labelFor, newService, predictionOf } from '../stores/observation-fixtures.js';

const AT = '2026-11-01T08:00:00.000Z';
const RECEIVED = '2026-11-01T09:00:00.000Z';
const SPAN = { since: '2026-11-01T00:00:00.000Z', until: '2026-11-02T00:00:00.000Z' };
const OF_UNIT = { predictionId: null, epoch: null, arm: null, version: null, predictedAt: null };
const route = { rolloutId: 'r-1', epoch: 1, segment: '' };

/** What every store keeps to in feedback that is imported, counted, pruned and forgotten. */
export function feedbackStoreContract(store: () => Store): void {
  const ofUnit = (service: string, unitHash: string, parts: Partial<FeedbackRecord> = {}) =>
    feedbackOf(service, { ...OF_UNIT, unitHash, ...parts });
  const expose = (service: string, unitHash: string, version: 'v1' | 'v2', at = AT) => {
    const arm = version === 'v1' ? ('baseline' as const) : ('candidate' as const);
    return store().appendObservations(
      batchOf({ exposures: [{ ...route, service, unitHash, arm, version, at, epoch: version === 'v1' ? 1 : 2 }] }),
    );
  };

  test('a repeat adds nothing, whichever way it comes', async () => {
    const service = newService();
    const records = [ofUnit(service, 'u1'), ofUnit(service, 'u2')];
    expect(await store().feedback.append(records)).toBe(2);
    expect(await store().feedback.append([...records, ofUnit(service, 'u3')])).toBe(1);
    await store().appendObservations(batchOf({ feedback: records }));
    const { counts } = await store().feedback.stats({ service, ...SPAN }, 60);
    expect(counts).toEqual([
      { kind: 'conversion', arm: null, version: null, items: 3, late: 0, withUnit: 3, exposed: 0, recorded: 0 },
    ]);
  });

  test('one that the table refuses takes all of its delivery along', async () => {
    const service = newService();
    const bad = ofUnit(service, 'u2', { kind: 'rating', value: 7, scale: [1, 5] });
    await expect(store().feedback.append([ofUnit(service, 'u1'), bad])).rejects.toThrow(RangeError);
    expect((await store().feedback.stats({ service, ...SPAN }, 60)).counts).toEqual([]);
  });

  test.each<[string, Partial<FeedbackRecord>]>([
    ['neither a prediction nor a unit', { ...OF_UNIT, unitHash: null }],
    ['half a prediction', { predictionId: 'p', epoch: null }],
    ['a survey without a question', { kind: 'survey', value: 1 }],
    ['a currency of a conversion', { currency: 'EUR' }],
    ['a currency that is none', { kind: 'revenue', currency: 'eur' }],
    ['NaN', { kind: 'revenue', value: Number.NaN }],
  ])('refuses %s', async (_, parts) => {
    await expect(store().feedback.append([feedbackOf(newService(), parts)])).rejects.toThrow(RangeError);
  });

  test('an id of an older gateway gets the unit of its prediction', async () => {
    const service = newService();
    const prediction = predictionOf(service, { unitHash: 'u1' });
    await store().appendObservations(batchOf({ predictions: [prediction] }));
    await store().feedback.append([labelFor(prediction, '7'), feedbackOf(service)]);
    const { counts } = await store().feedback.stats({ service, ...SPAN }, 60);
    expect(counts.map(({ kind, items, withUnit, recorded }) => ({ kind, items, withUnit, recorded }))).toEqual([
      { kind: 'conversion', items: 1, withUnit: 0, recorded: 0 },
      { kind: 'label', items: 1, withUnit: 1, recorded: 1 },
    ]);
  });

  test('what a unit did belongs to the arm that it had met last by then', async () => {
    const service = newService();
    await expose(service, 'u1', 'v1', '2026-11-01T08:00:00.000Z');
    await expose(service, 'u1', 'v2', '2026-11-01T08:30:00.000Z');
    const at = (occurredAt: string) => ofUnit(service, 'u1', { occurredAt, receivedAt: RECEIVED });
    await store().feedback.append([
      at('2026-11-01T07:59:59.000Z'),
      at('2026-11-01T08:29:59.000Z'),
      at('2026-11-01T08:30:00.000Z'),
    ]);
    const { counts } = await store().feedback.stats({ service, ...SPAN }, 60);
    expect(counts.map(({ arm, version, exposed }) => [arm, version, exposed])).toEqual([
      ['baseline', 'v1', 1],
      ['candidate', 'v2', 1],
      [null, null, 0],
    ]);
  });

  test('counts lateness, sources, currencies, answers and suspects', async () => {
    const service = newService();
    const late = { late: true, receivedAt: '2026-11-01T18:00:00.000Z' };
    const money = { kind: 'revenue', value: 5 } as const;
    await store().feedback.append([
      feedbackOf(service, { ...money, currency: 'EUR' }),
      feedbackOf(service, { ...money, currency: 'EUR', value: 7 }),
      feedbackOf(service, { ...money, currency: 'JPY', value: 900, source: 'import' }),
      feedbackOf(service, { ...money, ...late }),
      feedbackOf(service, { kind: 'survey', survey: 'nps', value: 9, scale: [0, 10] }),
      feedbackOf(service, { kind: 'survey', survey: 'nps', value: 6, scale: [0, 10] }),
      ...Array.from({ length: 11 }, () => ofUnit(service, 'bot')),
      ...Array.from({ length: 10 }, () => ofUnit(service, 'busy')),
    ]);
    const stats = await store().feedback.stats({ service, ...SPAN }, 10);
    expect(stats.counts.find(({ kind }) => kind === 'revenue')).toMatchObject({ items: 4, late: 1 });
    expect(stats.delays.find(({ kind }) => kind === 'revenue')).toEqual({
      kind: 'revenue',
      p50Ms: 3_600_000,
      p90Ms: expect.any(Number),
      p99Ms: expect.any(Number),
      maxMs: 36_000_000,
    });
    expect(stats.sources).toEqual([
      { source: 'http', items: 26 },
      { source: 'import', items: 1 },
    ]);
    expect(stats.currencies).toEqual([
      { currency: 'EUR', items: 2, sum: 12 },
      { currency: 'JPY', items: 1, sum: 900 },
      { currency: null, items: 1, sum: 5 },
    ]);
    expect(stats.surveys).toEqual([{ survey: 'nps', items: 2, mean: 7.5 }]);
    expect(stats.suspects).toEqual({ units: 1, items: 11 });
  });

  test('of nothing there is nothing to say', async () => {
    expect(await store().feedback.stats({ service: newService(), ...SPAN }, 10)).toEqual({
      counts: [],
      delays: [],
      sources: [],
      currencies: [],
      surveys: [],
      suspects: { units: 0, items: 0 },
    });
  });

  test('prunes what is old, so many at a time, of one service', async () => {
    const [service, other] = [newService(), newService()];
    const old = { receivedAt: '2025-01-01T00:00:00.000Z' };
    const records = [1, 2, 3].map(() => feedbackOf(service, old));
    await store().feedback.append([...records, feedbackOf(service), feedbackOf(other, old)]);
    const prune = () => store().feedback.prune('2025-06-01T00:00:00.000Z', service, 2);
    expect([await prune(), await prune(), await prune()]).toEqual([2, 1, 0]);
    const all = { since: '2020-01-01T00:00:00.000Z', until: SPAN.until };
    for (const one of [service, other])
      expect((await store().feedback.stats({ service: one, ...all }, 10)).counts).toMatchObject([{ items: 1 }]);
  });

  test('forgets a unit in all that is kept of it, and nobody else', async () => {
    const service = newService();
    const [gone, stays] = [randomUUID(), randomUUID()];
    const predictions = [gone, gone, stays].map((unitHash) => predictionOf(service, { unitHash }));
    await expose(service, gone, 'v1');
    await expose(service, stays, 'v1');
    const feature = { ...route, service, arm: 'baseline', version: 'v1', at: AT, label: '7', score: null } as const;
    const list = { ...route, service, method: 'team-draft', at: AT, items: [] } as const;
    await store().appendObservations(
      batchOf({
        predictions,
        features: predictions.map(({ predictionId }) => ({ ...feature, predictionId, features: { age: 42 } })),
        interleaved: [gone, stays].map((unitHash) => ({ ...list, unitHash, predictionId: randomUUID() })),
        feedback: predictions.map((prediction) => labelFor(prediction, '7')),
      }),
    );
    await store().feedback.append([ofUnit(service, gone), ofUnit(service, stays)]);
    expect(await store().feedback.forget(gone)).toEqual({
      feedback: 3,
      predictions: 2,
      exposures: 1,
      features: 2,
      lists: 1,
      pairs: 0,
    });
    expect(await store().feedback.forget(gone)).toMatchObject({ feedback: 0, predictions: 0, exposures: 0 });
    const left = await store().feedback.stats({ service, ...SPAN }, 10);
    expect(left.counts.map(({ items }) => items)).toEqual([1, 1]);
    expect(await store().featureSamples({ service }, 'v1', 10)).toHaveLength(1);
    expect(await store().feedback.forget(stays)).toMatchObject({ exposures: 1, features: 1, lists: 1 });
  });

  test('money in two currencies, or ratings on two scales, are told as such', async () => {
    const service = newService();
    const rated = { kind: 'rating', value: 4 } as const;
    const money = { kind: 'revenue', value: 4 } as const;
    await store().feedback.append([
      feedbackOf(service, { ...rated, scale: [1, 5] }),
      feedbackOf(service, rated),
      feedbackOf(service, { ...money, currency: 'EUR' }),
      feedbackOf(service, { ...money, currency: 'USD' }),
    ]);
    const told = async () =>
      (await store().monitorData.feedback({ service, ...SPAN })).map(({ kind, count, scales }) => [
        kind,
        count,
        scales,
      ]);
    expect(await told()).toEqual([
      ['rating', 2, 1],
      ['revenue', 2, 2],
    ]);
    await store().feedback.append([feedbackOf(service, { ...rated, scale: [0, 10] })]);
    expect(await told()).toEqual([
      ['rating', 3, 2],
      ['revenue', 2, 2],
    ]);
  });
}
