import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Route } from '../../src/domain/route.js';
import type { Store } from '../../src/ports/store.js';
import { feedbackStoreContract } from '../feedback/feedback-contract.js';
import { concurrentAliasContract, modelContract } from '../registry/model-contract.js';
import { freezeContract } from './freeze-contract.js';
import { incidentContract, monitorContract } from './incident-contract.js';
import { logContract } from './log-contract.js';
import { monitorDataContract } from './monitor-data-contract.js';
import { armSeriesContract, armSummaryContract, batchContract, evaluationContract } from './observation-contract.js';
import { newService } from './observation-fixtures.js';
import { feedbackContract, labelContract, shadowContract } from './outcome-contract.js';
import { decisionOf, stateOf } from './rollout-fixtures.js';
import { validationContract } from './validation-contract.js';

/** What every implementation of `Store` keeps to. One store serves the whole suite; each test has a service of its own. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`store contract: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    }, 120_000);
    afterAll(() => store?.close());

    describe('routes', () => routeContract(() => store));
    describe('batches', () => batchContract(() => store));
    describe('arm summaries', () => armSummaryContract(() => store));
    describe('arm series', () => armSeriesContract(() => store));
    describe('labels', () => labelContract(() => store));
    describe('feedback', () => feedbackContract(() => store));
    describe('shadow pairs', () => shadowContract(() => store));
    describe('evaluation', () => evaluationContract(() => store));
    describe('imported and forgotten feedback', () => feedbackStoreContract(() => store));
    describe('rollouts and decisions', () => rolloutContract(() => store));
    describe('freezes', () => freezeContract(() => store));
    describe('models', () => {
      modelContract(() => store.models);
      concurrentAliasContract(() => store.models);
    });
    describe('validations', () => validationContract(() => store.validations));
    describe('logs', () => logContract(() => store.logs));
    describe('monitors', () => monitorContract(() => store.monitors));
    describe('incidents', () => incidentContract(() => store.incidents));
    describe('data of monitors', () => monitorDataContract(() => store));
    test('answers a ping', () => expect(store.ping()).resolves.toBeUndefined());
  });
}

function routeOf(service: string, epoch: number, weightPercent = 5): Route {
  return {
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
  };
}

function routeContract(store: () => Store): void {
  test('an unknown service has none', async () => {
    expect(await store().latestRoute(newService())).toBeNull();
  });

  test('keeps the newest, and takes the same one again', async () => {
    const service = newService();
    await store().saveRoute(routeOf(service, 1));
    await store().saveRoute(routeOf(service, 3, 25.01));
    await store().saveRoute(routeOf(service, 3, 25.01));
    expect(await store().latestRoute(service)).toEqual(routeOf(service, 3, 25.01));
  });

  test('lists the newest of every service, in the order of their names', async () => {
    const services = [newService(), newService()];
    for (const service of services) for (const epoch of [1, 2]) await store().saveRoute(routeOf(service, epoch));
    const listed = await store().latestRoutes();
    const ours = listed.filter(({ service }) => services.includes(service));
    expect(ours).toEqual([...services].sort().map((service) => routeOf(service, 2)));
    const names = listed.map(({ service }) => service);
    expect(names).toEqual([...names].sort());
  });

  test.each([
    ['an older epoch', 2, 5, /epoch 2 .*older than epoch 3/],
    ['another route with the same epoch', 3, 6, /epoch 3 .*another route/],
  ])('refuses %s', async (_, epoch, weight, message) => {
    const service = newService();
    await store().saveRoute(routeOf(service, 3, 5));
    await expect(store().saveRoute(routeOf(service, epoch, weight))).rejects.toMatchObject({
      code: 'EPOCH_STALE',
      message: expect.stringMatching(message),
    });
    expect(await store().latestRoute(service)).toEqual(routeOf(service, 3, 5));
  });

  test('of many epochs saved at once, the highest stays', async () => {
    const service = newService();
    await Promise.allSettled([4, 9, 2, 7, 1].map((epoch) => store().saveRoute(routeOf(service, epoch))));
    expect((await store().latestRoute(service))?.epoch).toBe(9);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a weight of %p', async (weight) => {
    await expect(store().saveRoute(routeOf(newService(), 1, weight))).rejects.toThrow(RangeError);
  });
}

function rolloutContract(store: () => Store): void {
  test('an unknown rollout is null and has no decisions', async () => {
    expect(await store().rollout('r-unknown')).toBeNull();
    expect(await store().decisions('r-unknown')).toEqual([]);
    expect(await store().rollouts({ service: newService(), limit: 5 })).toEqual([]);
  });

  test('keeps the view with the highest revision', async () => {
    const state = stateOf(newService(), { revision: 2, reason: 'second' });
    await store().saveRollout(state);
    await store().saveRollout({ ...state, revision: 1, reason: 'first' });
    await store().saveRollout({ ...state, reason: 'second again' });
    expect(await store().rollout(state.rolloutId)).toEqual(state);
    await store().saveRollout({ ...state, revision: 3, reason: 'third' });
    expect((await store().rollout(state.rolloutId))?.reason).toBe('third');
  });

  test('lists newest first, of one service or of all, up to a limit', async () => {
    const service = newService();
    const states = [3, 1, 2].map((n) => stateOf(service, { startedAt: `2027-01-0${n}T00:00:00.000Z` }));
    for (const state of states) await store().saveRollout(state);
    const other = stateOf(newService(), { startedAt: '2027-01-02T12:00:00.000Z' });
    await store().saveRollout(other);
    const [third, first, second] = states;
    expect(await store().rollouts({ service, limit: 10 })).toEqual([third, second, first]);
    expect(await store().rollouts({ service, limit: 2 })).toEqual([third, second]);
    expect(await store().rollouts({ limit: 2 })).toEqual([third, other]);
  });

  test('decisions come in their order; a number is written once', async () => {
    const rolloutId = `r-${randomUUID()}`;
    for (const sequence of [2, 1, 10]) await store().appendDecision(decisionOf(rolloutId, sequence));
    await store().appendDecision({ ...decisionOf(rolloutId, 2), reason: 'rewritten' });
    await store().appendDecision(decisionOf('r-other', 1));
    expect(await store().decisions(rolloutId)).toEqual([1, 2, 10].map((n) => decisionOf(rolloutId, n)));
  });

  test('a reason with characters that the database can not keep is recorded all the same', async () => {
    const rolloutId = `r-${randomUUID()}`;
    await store().appendDecision({ ...decisionOf(rolloutId, 1), reason: 'a\0b\ud800c \\u0000 😀' });
    expect((await store().decisions(rolloutId))[0]?.reason).toBe('a\u{FFFD}b\u{FFFD}c \\u0000 😀');
  });

  test('refuses numbers that are not finite', async () => {
    const state = stateOf(newService(), { weightPercent: Number.NaN });
    await expect(store().saveRollout(state)).rejects.toThrow(/weightPercent is NaN/);
    const decision = { ...decisionOf('r-1', 1), weightPercent: Number.POSITIVE_INFINITY };
    await expect(store().appendDecision(decision)).rejects.toThrow(RangeError);
  });
}
