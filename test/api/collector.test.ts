import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createApi } from '../../src/api/create-api.js';
import type { Problem } from '../../src/api/problem.js';
import type { RolloutPage } from '../../src/api/schema/rollout.js';
import { type StartedApi, startApi } from '../../src/api/server.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { ObservationBatch } from '../../src/domain/observation.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import {
  batchOf,
  bucketOf,
  feedbackOf,
  labelFor,
  newService,
  predictionOf,
  shadowBucketOf,
  shadowPairOf,
} from '../stores/observation-fixtures.js';
import { decisionOf, stateOf } from '../stores/rollout-fixtures.js';

describe('API over HTTP', () => {
  let store: Store;
  let api: StartedApi;
  beforeAll(async () => {
    store = await testStore();
    api = await startApi({ store, host: '127.0.0.1', port: 0 });
  }, 120_000);
  afterAll(async () => {
    await api?.close();
    await store?.close();
  });

  const post = (body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${api.url}/v1/observations`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const get = (path: string) => fetch(`${api.url}${path}`);
  const problemOf = async (response: Response): Promise<Problem> => {
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = (await response.json()) as Problem;
    expect(problem.status).toBe(response.status);
    return problem;
  };

  describe('collector', () => {
    test('keeps a batch, and says so of a repeat', async () => {
      const service = newService();
      const prediction = predictionOf(service);
      const batch = batchOf({
        buckets: [bucketOf(service), bucketOf(service, { rolloutId: null, latency: {} })],
        predictions: [prediction, predictionOf(service, { label: null, score: null })],
        shadowPairs: [shadowPairOf(service)],
        feedback: [labelFor(prediction, '7'), feedbackOf(service)],
      });
      for (const added of [true, false]) {
        const response = await post(batch);
        expect(response.status).toBe(202);
        expect(await response.json()).toEqual({ added });
      }
      expect((await store.armSummaries({ service }))[0]?.requests).toBe(20);
      expect(await store.labelledOutcomes({ service })).toEqual([
        { arm: 'baseline', segment: '', joined: 1, correct: 1, unread: 0 },
      ]);
    });

    test('reads what a newer gateway ships, and leaves out what it does not know', async () => {
      const service = newService();
      const batch = { ...batchOf({ buckets: [{ ...bucketOf(service), region: 'eu' } as never] }), zone: 'b' };
      expect((await post(batch)).status).toBe(202);
    });

    test('reads what an older gateway ships', async () => {
      const service = newService();
      const bucket = shadowBucketOf(service);
      const squared = { ...bucket, scoreDifference: { ...bucket.scoreDifference, sumOfSquares: null } };
      expect((await post(batchOf({ shadowBuckets: [squared] }))).status).toBe(202);
      expect((await store.shadowSummary({ service })).scoreDifference).toEqual(bucket.scoreDifference);
    });

    const service = newService();
    const refused: [string, Partial<ObservationBatch>, string, string][] = [
      ['a negative epoch', { buckets: [bucketOf(service, { epoch: -1 })] }, 'buckets[0].epoch', '-1'],
      ['half a request', { buckets: [bucketOf(service, { requests: 1.5 })] }, 'buckets[0].requests', '1.5'],
      ['more errors than requests', { buckets: [bucketOf(service, { errors: 11 })] }, 'buckets[0].errors', '11'],
      [
        'a bucket index that is none',
        { buckets: [bucketOf(service, { latency: { ten: 1 } })] },
        'buckets[0].latency.ten',
        '1',
      ],
      [
        'a latency count of 0',
        { buckets: [bucketOf(service, { latency: { '10': 0 } })] },
        'buckets[0].latency.10',
        '0',
      ],
      ['a service in capitals', { buckets: [bucketOf('Digits')] }, 'buckets[0].service', '"Digits"'],
      [
        'an unknown arm',
        { predictions: [predictionOf(service, { arm: 'control' as never })] },
        'predictions[0].arm',
        '"control"',
      ],
      [
        'a local time',
        { predictions: [predictionOf(service, { at: '2026-11-01T08:00:00' })] },
        'predictions[0].at',
        '"2026-11-01T08:00:00"',
      ],
      [
        'a day that is none',
        { predictions: [predictionOf(service, { at: '2026-02-30T08:00:00Z' })] },
        'predictions[0].at',
        '"2026-02-30T08:00:00Z"',
      ],
      [
        'a NUL in a label',
        { predictions: [predictionOf(service, { label: 'a\0' })] },
        'predictions[0].label',
        '"a\\u0000"',
      ],
      [
        'an id too long',
        { predictions: [predictionOf(service, { predictionId: 'x'.repeat(256) })] },
        'predictions[0].predictionId',
        `"${'x'.repeat(78)}…`,
      ],
      [
        'NaN, which JSON writes as null',
        { predictions: [predictionOf(service, { latencyMs: Number.NaN })] },
        'predictions[0].latencyMs',
        'null',
      ],
      [
        'a pair without its service',
        { shadowPairs: [{ ...shadowPairOf(service), service: undefined as never }] },
        'shadowPairs[0].service',
        'undefined',
      ],
      [
        'a thumb of 3',
        { feedback: [feedbackOf(service), feedbackOf(service, { kind: 'thumb', value: 3 })] },
        'feedback[1].value',
        '3',
      ],
      [
        'a label without text',
        { feedback: [feedbackOf(service, { kind: 'label', value: null })] },
        'feedback[0].label',
        'null',
      ],
      [
        'a rating without a value',
        { feedback: [feedbackOf(service, { kind: 'rating', value: null })] },
        'feedback[0].value',
        'null',
      ],
      ['a sequence beyond 2^53', { sequence: 2 ** 53 }, 'sequence', '9007199254740992'],
    ];
    test.each(refused)('refuses %s, with path and value', async (_, parts, path, value) => {
      const problem = await problemOf(await post(batchOf(parts)));
      expect(problem).toMatchObject({ status: 422, code: 'OBSERVATION_INVALID', title: 'Unprocessable Entity' });
      expect(problem.errors).toEqual([{ path, value, message: expect.any(String) }]);
      expect(problem.detail).toContain(path);
      expect(problem.detail).toContain(value);
      expect(await store.armSummaries({ service })).toEqual([]);
    });

    test('refuses 1e999, which JSON reads as Infinity', async () => {
      const text = JSON.stringify(batchOf({ predictions: [predictionOf(service, { latencyMs: 123456 })] }));
      const problem = await problemOf(await post(text.replace('123456', '1e999')));
      expect(problem.status).toBe(422);
      expect(problem.errors).toEqual([
        { path: 'predictions[0].latencyMs', value: 'Infinity', message: expect.any(String) },
      ]);
    });

    test.each([
      ['broken JSON', '{"a":', {}, 400],
      ['an empty body', '', {}, 400],
      ['a poisoned prototype', '{"__proto__": {"x": 1}}', {}, 400],
      ['another content type', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ])('refuses %s', async (_, body, headers, status) => {
      const problem = await problemOf(await post(body, { 'content-type': 'application/json', ...headers }));
      expect(problem).toMatchObject({ status, code: 'USAGE' });
    });

    test('takes 15 MB and refuses more than 16', async () => {
      const label = 'x'.repeat(15 * 1024 * 1024);
      expect((await post(batchOf({ predictions: [predictionOf(newService(), { label })] }))).status).toBe(202);
      const problem = await problemOf(await post(`"${label}${'y'.repeat(2 * 1024 * 1024)}"`));
      expect(problem).toMatchObject({ status: 413, code: 'USAGE' });
    });
  });

  describe('rollouts', () => {
    const service = newService();
    const states = [1, 2, 3].map((n) =>
      stateOf(service, { rolloutId: `${service}-${n}`, startedAt: `2026-11-0${n}T00:00:00.000Z` }),
    );
    beforeAll(async () => {
      for (const state of states) await store.saveRollout(state);
      await store.appendDecision(decisionOf(`${service}-1`));
      await store.appendDecision(decisionOf(`${service}-new`));
    });

    test('of a service, newest first, up to a limit', async () => {
      const response = await get(`/v1/rollouts?service=${service}&limit=2`);
      expect(response.status).toBe(200);
      const { items, next } = (await response.json()) as RolloutPage;
      expect(items.map(({ rolloutId }) => rolloutId)).toEqual([states[2], states[1]].map((one) => one?.rolloutId));
      expect(next).not.toBeNull();
      const all = (await (await get('/v1/rollouts')).json()) as RolloutPage;
      expect([all.items.length, all.next]).toEqual([3, null]);
    });

    test('one, and its decisions', async () => {
      expect(await (await get(`/v1/rollouts/${service}-1`)).json()).toMatchObject({ ...states[0], spec: null });
      expect(await (await get(`/v1/rollouts/${service}-1/decisions`)).json()).toEqual({
        decisions: [decisionOf(`${service}-1`)],
        next: null,
      });
      expect(await (await get(`/v1/rollouts/${service}-2/decisions`)).json()).toEqual({ decisions: [], next: null });
      expect((await get(`/v1/rollouts/${service}-new/decisions`)).status).toBe(200);
    });

    test.each([
      ['/v1/rollouts/none', 404, 'NOT_FOUND'],
      ['/v1/rollouts/none/decisions', 404, 'NOT_FOUND'],
      ['/v1/nothing?a=b', 404, 'NOT_FOUND'],
      ['/v1/rollouts/No%27', 400, 'USAGE'],
      ['/v1/rollouts?limit=0', 400, 'USAGE'],
      ['/v1/rollouts?limit=many', 400, 'USAGE'],
      ['/v1/rollouts?service=A', 400, 'USAGE'],
    ])('%s is %d', async (path, status, code) => {
      expect(await problemOf(await get(path))).toMatchObject({ status, code });
    });
  });

  test('is up, and ready while the store answers', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
  });
});

describe('API over a store that fails', () => {
  const failing = (error: Error): Store => {
    const fail = () => Promise.reject(error);
    return { ping: fail, rollout: fail, listed: { list: fail }, appendObservations: fail } as unknown as Store;
  };

  test('is up, not ready, and answers 503 with the cause', async () => {
    const cause = new SluiceError('STORE_UNAVAILABLE', 'PostgreSQL at db:5432/x cannot answer');
    const server = createApi({ store: failing(cause) });
    expect((await server.inject('/healthz')).statusCode).toBe(200);
    const ready = await server.inject('/readyz');
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ code: 'STORE_UNAVAILABLE', detail: expect.stringContaining('db:5432') });
    const posted = await server.inject({ method: 'POST', url: '/v1/observations', payload: batchOf({}) });
    expect(posted.statusCode).toBe(503);
    await server.close();
  });

  test('a defect is a 500 that gives nothing away', async () => {
    const server = createApi({ store: failing(new Error('secret detail')) });
    const response = await server.inject('/v1/rollouts');
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ code: 'INTERNAL' });
    expect(response.body).not.toContain('secret');
    await server.close();
  });
});
