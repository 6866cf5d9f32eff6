import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createImpactActivities } from '../../activities/impact.js';
import type { ImpactState } from '../../src/domain/impact-state.js';
import type { AppliedRoute, Route } from '../../src/domain/route.js';
import { createStoreMetrics } from '../../src/metrics/store-metrics.js';
import type { Store } from '../../src/ports/store.js';
import type { TrafficRouter } from '../../src/ports/traffic-router.js';
import { testStore } from '../setup/store.js';
import { freshNames, Stage, World } from '../workflow/harness.js';
import { record } from './recorded.js';

const DAY = 86_400_000;
const DAYS = { before: 28, rollout: 2, after: 14 };
const cutover = Math.floor((Date.now() - 15 * DAY) / DAY) * DAY;
const cutoverAt = new Date(cutover).toISOString();
const startedAt = new Date(cutover - DAYS.rollout * DAY).toISOString();

let stage: Stage;
let store: Store;
beforeAll(async () => {
  [stage, store] = await Promise.all([Stage.open(), testStore()]);
}, 120_000);
afterAll(() => Promise.all([stage.close(), store.close()]));

/** The workflow and the real activities over a real store; gateways that hold one route. */
class StoreWorld extends World {
  route: Route;

  constructor(service: string) {
    super();
    this.route = {
      service,
      protocol: { kind: 'open-inference', model: 'm', unitKey: 'header:x-user' } as Route['protocol'],
      epoch: 9,
      rolloutId: `r-${service}`,
      salt: 's',
      baseline: { version: 'v2', url: 'http://127.0.0.1:2' },
      candidate: null,
      weightPercent: 0,
      shadowPercent: 0,
      leaseMs: null,
      holdback: { target: { version: 'v1', url: 'http://127.0.0.1:1' }, percent: 10 },
    };
  }

  override activities() {
    const applied = async () => [{ route: this.route } as AppliedRoute];
    const router: TrafficRouter = {
      apply: (route) => {
        this.route = route;
        return applied();
      },
      readBack: applied,
      untilTripped: async () => null,
      trip: async () => undefined,
    };
    const alerts = { send: async () => 'no-rollout' as const, close: async () => undefined };
    return {
      ...super.activities(),
      ...createImpactActivities({ store, metrics: createStoreMetrics(store), router, alerts }),
    };
  }
}

const fresh = freshNames('impact-course');

/** A cutover two weeks ago, looked at as if the worker had been away since: both looks are due. */
async function observe(ratingEffect: number) {
  const service = fresh();
  await record(store, { service, cutoverAt, days: DAYS, shares: [0.4, 0.4], holdback: 10, ratingEffect, seed: 77 });
  const world = new StoreWorld(service);
  const rolloutId = `r-${service}`;
  const input = {
    rolloutId,
    service,
    baseline: 'v1',
    candidate: 'v2',
    definitions: [{ name: 'rating', kind: 'ratio', goal: 'increase', source: { feedback: 'rating' } }],
    plan: {
      metrics: ['rating'],
      before: DAYS.before * DAY,
      after: DAYS.after * DAY,
      every: 7 * DAY,
      holdback: 10,
      expected: { metric: 'rating', direction: 'increase', effect: 0.03 },
    },
    startedAt,
    cutoverAt,
  };
  const state: ImpactState = await stage.run(world, service, () =>
    stage.temporal.client.workflow.execute('impact', {
      workflowId: `impact/${service}/${rolloutId}`,
      taskQueue: service,
      args: [input],
    }),
  );
  return { state, world, reports: await store.impact.reports(rolloutId) };
}

describe('from the record to the verdict', () => {
  test('5 % more, under a weekly rhythm: found by every method, within its interval, and placebos are clean', async () => {
    const { state, world, reports } = await observe(0.05);
    expect(state).toMatchObject({
      status: 'done',
      verdict: 'pass',
      course: { impact: 'improved', looks: 2, holdback: null },
    });
    expect(state.course?.hypothesis).toMatchObject({ outcome: 'confirmed' });
    expect(reports.map(({ look, isFinal }) => [look, isFinal])).toEqual([
      [1, false],
      [2, true],
    ]);
    const [rating] = reports.at(-1)?.metrics ?? [];
    expect(rating).toMatchObject({ verdict: 'improved', placebo: { verdict: 'clean' } });
    for (const { mean } of rating?.findings ?? []) {
      expect(mean?.relativeInterval?.[0]).toBeLessThan(0.05);
      expect(mean?.relativeInterval?.[1]).toBeGreaterThan(0.05);
    }
    expect(world.route).toMatchObject({ epoch: 10 });
    expect(world.route).not.toHaveProperty('holdback');
  });

  test('no change: no claim', async () => {
    const { state, reports } = await observe(0);
    expect(state).toMatchObject({ course: { impact: 'unharmed', harmedAtLook: null }, verdict: 'pass' });
    const [rating] = reports.at(-1)?.metrics ?? [];
    expect(rating?.findings.map(({ says }) => says)).toEqual(['no-change', 'no-change', 'no-change']);
    expect(state.course?.hypothesis?.outcome).toBe('refuted');
  });
});
