import { describe, expect, test } from '@jest/globals';
import { SluiceError } from '../../src/domain/errors.js';
import type { MetricDefinition } from '../../src/domain/spec/metric-definition.js';
import type { EventRow } from '../../src/ports/experiment-data.js';
import type { Store } from '../../src/ports/store.js';
import { at, DAY, exposed, HOUR, METRICS, moments, never, questionOf, routeOf, UNTIL } from './experiment-fixtures.js';
import {
  batchOf,
  bucketOf,
  feedbackOf,
  labelFor,
  newService,
  OF_NO_PREDICTION,
  predictionOf,
} from './observation-fixtures.js';

/** What every `ExperimentData` keeps to. */
export function experimentContract(store: () => Store): void {
  const read = (question: ReturnType<typeof questionOf>) => store().experiments.read(question, { signal: never });

  describe('of an experiment', () => {
    test('without units, all is empty and nothing is known', async () => {
      const reading = await read(questionOf(newService()));
      expect(reading.integrity).toEqual({
        units: { baseline: 0, candidate: 0 },
        expectedShare: 'not-noted',
        segments: { eu: { baseline: 0, candidate: 0 }, nobody: { baseline: 0, candidate: 0 } },
        inBothArms: 0,
        salts: 0,
        bots: { baseline: 0, candidate: 0 },
        beforeExposure: 0,
        fromFuture: 0,
        unexposed: 0,
        dropped: { baseline: null, candidate: null },
        currencies: {},
      });
      expect(moments(reading, 'bought')).toEqual({
        kind: 'moments',
        columns: ['value'],
        arms: {
          baseline: { units: 0, sums: [0], products: [[0]] },
          candidate: { units: 0, sums: [0], products: [[0]] },
        },
      });
    });

    test('salts and weights are those of the epochs; segments with a weight of their own stand apart', async () => {
      const service = newService();
      for (const [epoch, salt] of [
        [1, 'r-1'],
        [2, 'other'],
      ] as const)
        await store().saveRoute(routeOf(service, epoch, salt));
      await store().appendObservations(
        batchOf({
          exposures: [
            exposed(service, 'a'),
            exposed(service, 'b', { arm: 'candidate', segment: 'eu' }),
            exposed(service, 'c', { epoch: 2, arm: 'candidate' }),
          ],
        }),
      );
      const { integrity } = await read(questionOf(service, { apart: ['eu'] }));
      expect(integrity).toMatchObject({ salts: 1, expectedShare: 0.5, units: { baseline: 1, candidate: 1 } });
      expect(integrity.segments.eu).toEqual({ baseline: 0, candidate: 1 });
      await store().saveRoute({ ...routeOf(service, 3, 'r-1'), weightPercent: 20 });
      await store().appendObservations(batchOf({ exposures: [exposed(service, 'd', { epoch: 3 })] }));
      const later = await read(questionOf(service, { scope: { service, epochs: [1, 3] } }));
      expect(later.integrity.expectedShare).toBeNull();
    });

    test('a unit counts once, in the arm that it met first', async () => {
      const service = newService();
      const candidate = { arm: 'candidate' } as const;
      await store().appendObservations(
        batchOf({ exposures: [exposed(service, 'a'), exposed(service, 'b', candidate)] }),
      );
      await store().appendObservations(
        batchOf({ exposures: [exposed(service, 'a', candidate), exposed(service, 'c', candidate)] }),
      );
      const { integrity } = await read(questionOf(service));
      expect(integrity).toMatchObject({ inBothArms: 0, units: { baseline: 1, candidate: 2 } });
    });

    test('a unit that other answers were given to than its arm’s is in both', async () => {
      const service = newService();
      await store().appendObservations(
        batchOf({
          exposures: [exposed(service, 'a'), exposed(service, 'b', { arm: 'candidate' })],
          predictions: [predictionOf(service, { unitHash: 'a', arm: 'candidate', at: at(HOUR) })],
        }),
      );
      const { integrity } = await read(questionOf(service));
      expect(integrity).toMatchObject({ inBothArms: 1, units: { baseline: 0, candidate: 1 } });
    });

    test('a survey is one question: answers to others are on other scales', async () => {
      const service = newService();
      const answer = (feedbackId: string, survey: string, value: number) =>
        feedbackOf(service, {
          feedbackId,
          ...OF_NO_PREDICTION,
          unitHash: 'a',
          kind: 'survey',
          survey,
          value,
          scale: [0, 10],
          receivedAt: at(HOUR),
        });
      await store().appendObservations(
        batchOf({
          exposures: [exposed(service, 'a')],
          feedback: [answer('f-1', 'nps', 9), answer('f-2', 'csat', 2), answer('f-3', 'nps', 7)],
        }),
      );
      const nps: MetricDefinition = {
        name: 'nps',
        kind: 'ratio',
        goal: 'increase',
        source: { feedback: 'survey', survey: 'nps' },
      };
      const { arms } = moments(await read(questionOf(service, { metrics: [nps], beforeMs: null })), 'nps');
      expect(arms.baseline).toMatchObject({ units: 1, sums: [16, 2] });
    });

    test('bots are left out, by arm', async () => {
      const service = newService();
      const busy = Array.from({ length: 4 }, (_, i) =>
        predictionOf(service, { unitHash: 'b', arm: 'candidate', at: at(i * 60_000) }),
      );
      const calm = Array.from({ length: 4 }, (_, i) => predictionOf(service, { unitHash: 'a', at: at(i * HOUR) }));
      await store().appendObservations(
        batchOf({
          exposures: [exposed(service, 'a'), exposed(service, 'b', { arm: 'candidate' })],
          predictions: [...busy, ...calm],
          feedback: [
            feedbackOf(service, {
              predictionId: null,
              epoch: null,
              arm: null,
              version: null,
              predictedAt: null,
              unitHash: 'b',
              occurredAt: at(5 * 60_000),
              receivedAt: at(5 * 60_000),
            }),
          ],
        }),
      );
      const { integrity } = await read(questionOf(service, { maxEventsPerHour: 4 }));
      expect(integrity).toMatchObject({ bots: { baseline: 0, candidate: 1 }, units: { baseline: 1, candidate: 0 } });
      expect((await read(questionOf(service, { maxEventsPerHour: 5 }))).integrity.bots.candidate).toBe(0);
    });

    test('feedback from before exposure, from the future, of strangers; currencies', async () => {
      const service = newService();
      const far = new Date(Date.now() + DAY).toISOString();
      const of = (unitHash: string, ms: number, parts = {}) =>
        feedbackOf(service, {
          unitHash,
          kind: 'revenue',
          value: 3,
          predictedAt: at(ms),
          occurredAt: at(ms),
          receivedAt: at(ms),
          ...parts,
        });
      await store().appendObservations(
        batchOf({
          exposures: [exposed(service, 'a', { at: at(DAY) })],
          feedback: [
            of('a', 2 * DAY, { currency: 'EUR' }),
            of('a', 3 * DAY),
            of('a', HOUR),
            of('a', 2 * DAY, { occurredAt: at(2 * DAY + 6 * 60_000) }),
            of('a', 2 * DAY, { receivedAt: far, occurredAt: far }),
            of('stranger', 2 * DAY),
            of('tester', 2 * DAY, { arm: 'other' }),
            of('before the experiment', -DAY),
          ],
        }),
      );
      const reading = await read(questionOf(service));
      expect(reading.integrity).toMatchObject({
        beforeExposure: 1,
        fromFuture: 2,
        unexposed: 1,
        currencies: { EUR: 1, '': 1 },
      });
      expect(moments(reading, 'revenue').arms.baseline).toMatchObject({ units: 1, sums: [6] });
    });

    test('records that one arm lost', async () => {
      const service = newService();
      const many = (arm: 'baseline' | 'candidate', n: number) =>
        Array.from({ length: n }, () => predictionOf(service, { arm }));
      await store().appendObservations(
        batchOf({
          buckets: (['baseline', 'candidate'] as const).map((arm) =>
            bucketOf(service, { arm, requests: 410, errors: 10 }),
          ),
          predictions: [...many('baseline', 400), ...many('candidate', 380)],
        }),
      );
      expect((await read(questionOf(service))).integrity.dropped).toEqual({ baseline: 0, candidate: 20 });
    });

    test('where the candidate failed and another answered, it failed', async () => {
      const service = newService();
      await store().saveRoute(routeOf(service, 1, 'r-1'));
      await store().appendObservations(
        batchOf({
          exposures: [exposed(service, 'b', { arm: 'candidate' })],
          predictions: [
            predictionOf(service, { unitHash: 'b', arm: 'candidate', at: at(HOUR) }),
            predictionOf(service, { unitHash: 'b', arm: 'other', version: 'v1', at: at(2 * HOUR) }),
            predictionOf(service, { unitHash: 'b', arm: 'other', version: 'v3', at: at(2 * HOUR) }),
          ],
        }),
      );
      expect(moments(await read(questionOf(service)), 'errors').arms.candidate).toMatchObject({
        units: 1,
        sums: [1, 2],
      });
    });

    test('a label that was corrected counts once, as it was said last', async () => {
      const service = newService();
      const prediction = predictionOf(service, { unitHash: 'a', at: at(HOUR) });
      await store().appendObservations(
        batchOf({
          exposures: [exposed(service, 'a')],
          predictions: [prediction],
          feedback: [
            labelFor(prediction, '7', { receivedAt: at(2 * HOUR) }),
            labelFor(prediction, '1', { receivedAt: at(3 * HOUR) }),
          ],
        }),
      );
      expect(moments(await read(questionOf(service)), 'accuracy').arms.baseline.sums).toEqual([0, 1]);
    });

    test('a truth that was there long before it was predicted counts when it was predicted', async () => {
      const service = newService();
      const prediction = predictionOf(service, { unitHash: 'a', at: at(HOUR) });
      const known = labelFor(prediction, '7', { occurredAt: at(-30 * DAY), receivedAt: at(2 * HOUR) });
      await store().appendObservations(
        batchOf({ exposures: [exposed(service, 'a')], predictions: [prediction], feedback: [known] }),
      );
      expect(moments(await read(questionOf(service)), 'labels').arms.baseline.sums[0]).toBe(1);
    });
  });

  describe('of other databases', () => {
    const elsewhere = (name: string, query: string): MetricDefinition => ({
      name,
      kind: 'mean',
      goal: 'increase',
      source: { sql: { connection: 'SHOP', query } },
    });

    test('events are joined with exposures; a query that fails spoils its own metric only', async () => {
      const service = newService();
      await store().appendObservations(
        batchOf({ exposures: [exposed(service, 'a'), exposed(service, 'b', { arm: 'candidate' })] }),
      );
      const rows: EventRow[] = [
        { unitHash: 'a', at: at(HOUR), value: 2.5 },
        { unitHash: 'b', at: at(HOUR), value: 4 },
        { unitHash: 'b', at: at(2 * HOUR), value: 1 },
        { unitHash: 'stranger', at: at(HOUR), value: 100 },
        { unitHash: 'a', at: at(-HOUR), value: 7 },
      ];
      const metrics = [elsewhere('good', 'SELECT 1'), elsewhere('bad', 'SELECT 2'), METRICS[2] as MetricDefinition];
      const spans: unknown[] = [];
      const reading = await store().experiments.read(questionOf(service, { metrics }), {
        signal: never,
        async *events({ query }, span) {
          spans.push(span);
          if (query === 'SELECT 2') throw new SluiceError('SPEC_INVALID', 'no such table');
          yield rows.slice(0, 2);
          yield rows.slice(2);
        },
      });
      expect(spans).toEqual([
        { since: at(-3 * DAY), until: UNTIL },
        { since: at(-3 * DAY), until: UNTIL },
      ]);
      expect(moments(reading, 'good')).toMatchObject({
        columns: ['value', 'valueBefore'],
        arms: {
          baseline: {
            units: 1,
            sums: [2.5, 7],
            products: [
              [6.25, 17.5],
              [17.5, 49],
            ],
          },
          candidate: { units: 1, sums: [5, 0] },
        },
      });
      expect(reading.metrics[1]?.all).toEqual({ kind: 'unreadable', reason: 'no such table' });
      expect(moments(reading, 'bought').arms.baseline.units).toBe(1);
    });

    test('without a source of events, they are unreadable', async () => {
      const reading = await read(questionOf(newService(), { metrics: [elsewhere('x', 'SELECT 1')] }));
      expect(reading.metrics[0]?.all).toEqual({ kind: 'unreadable', reason: 'this worker runs no queries of metrics' });
    });

    test('a SELECT of a spec changes nothing, and says what is wrong with it', async () => {
      const select = (text: string) => store().experiments.select({ text, values: [1] }, 5000);
      expect(await select('SELECT 1 AS one LIMIT $1')).toEqual([{ one: 1 }]);
      await expect(select('SELECT * FROM nowhere LIMIT $1')).rejects.toMatchObject({
        code: 'SPEC_INVALID',
        message: expect.stringMatching(/42P01: .*nowhere/),
      });
      await expect(select('DELETE FROM sluice.exposure WHERE epoch = $1::int8')).rejects.toMatchObject({
        code: 'SPEC_INVALID',
      });
      await expect(select('SELECT $1::int4; DROP TABLE sluice.exposure')).rejects.toMatchObject({
        code: 'SPEC_INVALID',
      });
      await expect(select("SELECT 'secret'::int4 LIMIT $1")).rejects.toThrow(/^the store says 22P02$/);
    });
  });

  test('a forecast: units by day, and the primary metric of all of them', async () => {
    const service = newService();
    const until = at(4 * DAY + HOUR);
    const seen = [
      ['a', 0],
      ['a', DAY],
      ['b', DAY + 1],
      ['c', 3 * DAY],
      ['d', 4 * DAY + 1],
    ] as const;
    await store().appendObservations(
      batchOf({
        predictions: seen.map(([unitHash, ms]) => predictionOf(service, { unitHash, at: at(ms) })),
        feedback: [
          feedbackOf(service, {
            unitHash: 'b',
            predictedAt: at(DAY),
            occurredAt: at(2 * DAY),
            receivedAt: at(2 * DAY),
          }),
        ],
      }),
    );
    const primary = METRICS[2] as MetricDefinition;
    const forecast = await store().experiments.forecast(
      { service, until, historyMs: 14 * DAY, primary, beforeMs: DAY },
      { signal: never },
    );
    expect(forecast.days).toBeCloseTo(4 + 1 / 24, 9);
    expect(forecast.unitsByDay).toEqual([1, 2, 2, 3]);
    expect(forecast.primary).toEqual({
      kind: 'moments',
      columns: ['value'],
      arms: { baseline: { units: 4, sums: [1], products: [[1]] }, candidate: { units: 0, sums: [0], products: [[0]] } },
    });
    const none = await store().experiments.forecast(
      { service: newService(), historyMs: DAY, primary, beforeMs: null },
      { signal: never },
    );
    expect(none).toMatchObject({ days: 0, unitsByDay: [] });
  });

  test('lists that were clicked on, with who saw them', async () => {
    const service = newService();
    const item = { item: 'x', team: 'candidate', baselineRank: null, candidateRank: 1 } as const;
    const common = { service, epoch: 1, rolloutId: 'r-1', method: 'team-draft', at: at(0), unitHash: 'a' } as const;
    const listOf = (predictionId: string) => ({ ...common, predictionId, items: [item] });
    const [seen, clicked] = [`${service}-1`, `${service}-2`];
    const click = feedbackOf(service, { predictionId: clicked, kind: 'click', item: 'x' });
    await store().appendObservations(
      batchOf({
        interleaved: [listOf(seen), listOf(clicked)],
        feedback: [click, { ...click, feedbackId: `${service}-again` }],
      }),
    );
    expect(await store().experiments.lists({ service, epochs: [1, 1] })).toEqual([
      { predictionId: clicked, unitHash: 'a', method: 'team-draft', items: [item], clicked: ['x'] },
    ]);
  });

  test('a reading that is called off says so', async () => {
    const signal = AbortSignal.abort(new Error('called off'));
    await expect(store().experiments.read(questionOf(newService()), { signal })).rejects.toThrow('called off');
  });
}
