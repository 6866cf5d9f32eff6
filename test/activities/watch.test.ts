import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createWatchActivities, type WatchInput, type WatchSummary } from '../../activities/watch.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { AppliedRoute, Route } from '../../src/domain/route.js';
import { guardrail } from '../../src/domain/spec/guardrail.js';
import { createStoreMetrics } from '../../src/metrics/store-metrics.js';
import type { Store } from '../../src/ports/store.js';
import type { TrafficRouter } from '../../src/ports/traffic-router.js';
import { testStore } from '../setup/store.js';
import { batchOf, bucketOf } from '../stores/observation-fixtures.js';

let store: Store;
beforeEach(async () => {
  store = await testStore();
});
afterEach(() => store.close());

const route: Route = {
  service: 'digits',
  protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
  epoch: 3,
  rolloutId: 'digits-1',
  salt: 's',
  baseline: { version: 'v1', url: 'http://a' },
  candidate: { version: 'v2', url: 'http://b' },
  weightPercent: 10,
  shadowPercent: 0,
  leaseMs: 1000,
};
const input = (over: Partial<WatchInput> = {}): WatchInput => ({
  route,
  guardrails: [{ metric: 'error_rate', margin: 0.01, minSamples: 50, dryRun: false }],
  alpha: 0.01,
  gate: { kind: 'samples', minSamples: 100 },
  tickMs: 20,
  windowMs: 500,
  known: 'error_rate=inconclusive samples=inconclusive',
  ...over,
});
const confirms = (): TrafficRouter & { renewals: number } => ({
  renewals: 0,
  async apply() {
    this.renewals += 1;
    return [];
  },
  readBack: async () => [],
  untilTripped: async () => null,
  trip: async () => undefined,
});
const watch = (router: TrafficRouter, given: WatchInput, from: Store = store) => {
  const activities = createWatchActivities({ router, store: from, metrics: createStoreMetrics(from) });
  return new MockActivityEnvironment().run(
    (what: WatchInput) => activities.watch(what),
    given,
  ) as Promise<WatchSummary>;
};
const bucket = (arm: 'baseline' | 'candidate', requests: number, errors: number, epoch = 3) =>
  bucketOf('digits', { rolloutId: 'digits-1', epoch, arm, requests, errors, latency: {} });

describe('a watch', () => {
  test('renews the lease at every tick, and ends with its window when nothing changes', async () => {
    const router = confirms();
    const summary = await watch(router, input());
    expect(summary).toMatchObject({
      superseded: null,
      evidence: [{ verdict: 'inconclusive' }],
      gate: { verdict: 'inconclusive' },
    });
    expect(router.renewals).toBe(summary.looks);
    expect(summary.looks).toBeGreaterThanOrEqual(3);
  });

  test('returns as soon as a verdict changes', async () => {
    const watching = watch(confirms(), input({ windowMs: 60_000 }));
    await store.appendObservations(batchOf({ buckets: [bucket('baseline', 500, 0), bucket('candidate', 60, 60)] }));
    expect(await watching).toMatchObject({ evidence: [{ verdict: 'fail', candidate: { samples: 60, value: 1 } }] });
  });

  test('sees only what was answered at this weight', async () => {
    await store.appendObservations(
      batchOf({ buckets: [bucket('baseline', 500, 0, 2), bucket('candidate', 60, 60, 2)] }),
    );
    expect(await watch(confirms(), input())).toMatchObject({
      evidence: [{ verdict: 'inconclusive', candidate: { samples: 0, value: null } }],
    });
  });

  test('takes a store that can not be read for inconclusive, with the cause, and goes on renewing', async () => {
    const away = {
      ...store,
      armSummaries: () => Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'db:5432 cannot answer')),
    };
    const router = confirms();
    const summary = await watch(router, input(), away);
    expect(summary).toMatchObject({
      evidence: [{ verdict: 'inconclusive', reason: 'error_rate: could not be read: db:5432 cannot answer' }],
      gate: { verdict: 'inconclusive' },
    });
    expect(router.renewals).toBeGreaterThan(1);
  });

  test('carries what guardrails have been through: from the workflow, and from the attempt before', async () => {
    const guardrails = [
      {
        metric: 'error_rate',
        margin: 0,
        minSamples: 50,
        dryRun: false,
        failureLimit: 3,
        sequential: { samples: 1000, looks: 10, spending: 'pocock' },
      },
    ] as const;
    await store.appendObservations(batchOf({ buckets: [bucket('baseline', 500, 5), bucket('candidate', 200, 2)] }));
    const known = 'error_rate=pass samples=pass';
    const first = await watch(confirms(), input({ guardrails, known }));
    expect(first.progress).toEqual({ error_rate: { failures: 0, inconclusive: 0, errors: 0, looks: [0.2] } });

    const carried = { error_rate: { failures: 2, inconclusive: 0, errors: 0, looks: [0.1, 0.2] } };
    const second = await watch(confirms(), input({ guardrails, known, progress: carried }));
    expect(second.progress).toEqual(carried);

    const activities = createWatchActivities({ router: confirms(), store, metrics: createStoreMetrics(store) });
    const retried = new MockActivityEnvironment({ heartbeatDetails: { looks: 7, progress: carried }, attempt: 2 });
    const third = (await retried.run(
      (what: WatchInput) => activities.watch(what),
      input({ guardrails, known }),
    )) as WatchSummary;
    expect(third.progress).toEqual(carried);
  });

  test("asks Kayenta's judge over time buckets of the store", async () => {
    const guardrails = [
      guardrail.parse({
        metric: 'kayenta',
        minSamples: 20,
        config: {
          metrics: [
            {
              name: 'errors',
              query: { metric: 'error_rate' },
              analysisConfigurations: { canary: { direction: 'increase' } },
            },
          ],
        },
      }),
    ];
    const buckets = Array.from({ length: 30 }, (_, i) => {
      const at = {
        bucketStart: new Date(Date.UTC(2026, 10, 1, 8, 0, 10 * i)).toISOString(),
        epoch: 3,
        rolloutId: 'digits-1',
        latency: {},
      };
      return [
        bucketOf('digits', { ...at, arm: 'baseline', requests: 500, errors: 5 + (i % 4) }),
        bucketOf('digits', { ...at, arm: 'candidate', requests: 100, errors: 20 + (i % 5) }),
      ];
    }).flat();
    await store.appendObservations(batchOf({ buckets }));
    const { evidence } = await watch(confirms(), input({ guardrails }));
    expect(evidence[0]).toMatchObject({ metric: 'kayenta', verdict: 'fail', candidate: { samples: 30, value: 0 } });
    expect(evidence[0]?.reason).toMatch(/errors High/);
  });

  test('goes on where a gateway can not be reached: it loses its lease by itself', async () => {
    const apply = () => Promise.reject(new SluiceError('GATEWAY_UNREACHABLE', 'gateway http://x: ECONNREFUSED'));
    expect(await watch({ ...confirms(), apply }, input())).toMatchObject({ superseded: null });
  });

  test('ends where somebody has set a newer route', async () => {
    const apply = () => Promise.reject(new SluiceError('EPOCH_STALE', 'g1 has epoch 9'));
    expect(await watch({ ...confirms(), apply }, input({ windowMs: 60_000 }))).toMatchObject({
      superseded: 'g1 has epoch 9',
      looks: 1,
    });
  });
});

describe('a gateway whose records do not reach the collector', () => {
  const enough = batchOf({ buckets: [bucket('baseline', 500, 0), bucket('candidate', 200, 0)] });
  const said = (unshippedMs?: number): AppliedRoute => ({
    gatewayId: 'g2',
    route,
    effectiveWeightPercent: 10,
    effectiveShadowPercent: 0,
    leaseRemainingMs: 1000,
    trip: null,
    ...(unshippedMs === undefined ? {} : { unshippedMs }),
  });
  const saying = (...answers: AppliedRoute[]) => ({ ...confirms(), apply: async () => answers });
  const passing = input({ known: 'error_rate=pass samples=pass' });
  const held = input({ known: 'error_rate=pass samples=inconclusive', windowMs: 200 });

  test('turns the gate of sums that pass inconclusive at once, with its name and since when', async () => {
    await store.appendObservations(enough);
    const { looks, evidence, gate } = await watch(saying(said(0), said(120_000)), { ...passing, windowMs: 60_000 });
    expect([looks, evidence[0]?.verdict, gate.verdict]).toEqual([1, 'pass', 'inconclusive']);
    expect(gate).toMatchObject({ gate: 'samples', candidate: { samples: 200 } });
    expect(gate.reason).toMatch(
      /^200 of at least 100 requests answered by the candidate; records of gateway g2 have not reached the collector since 20\S+Z$/,
    );
  });

  test('is heard of once, however long it goes on; what flows again passes at the next look', async () => {
    await store.appendObservations(enough);
    expect((await watch(saying(said(120_000)), held)).looks).toBeGreaterThanOrEqual(3);
    let asked = 0;
    const apply = async () => [said((asked += 1) < 3 ? 120_000 : 800)];
    const back = await watch({ ...confirms(), apply }, { ...held, windowMs: 60_000 });
    expect([back.looks, back.gate.verdict]).toEqual([3, 'pass']);
  });

  test('holds no rollback up: a guardrail that fails still does', async () => {
    await store.appendObservations(batchOf({ buckets: [bucket('baseline', 500, 0), bucket('candidate', 200, 200)] }));
    expect(await watch(saying(said(120_000)), passing)).toMatchObject({
      evidence: [{ metric: 'error_rate', verdict: 'fail' }],
      gate: { verdict: 'inconclusive' },
    });
  });

  test('that does not say, as older ones, is believed', async () => {
    await store.appendObservations(enough);
    expect(await watch(saying(said()), passing)).toMatchObject({ gate: { verdict: 'pass' } });
  });

  test('and can not be asked holds the gate for as long as it may still have its lease', async () => {
    await store.appendObservations(enough);
    const lapses: unknown[] = [];
    const apply = async (_: Route, lapsedAfterMs?: number): Promise<AppliedRoute[]> => {
      lapses.push(lapsedAfterMs);
      if (lapses.length > 2) return [said(0)];
      throw new SluiceError('GATEWAY_UNREACHABLE', 'gateway http://x: ECONNREFUSED');
    };
    const silent = await watch({ ...confirms(), apply }, passing);
    expect([silent.looks, silent.gate.verdict]).toEqual([1, 'inconclusive']);
    expect(silent.gate.reason).toMatch(/; not every gateway says whether .*: gateway http:\/\/x: ECONNREFUSED$/);
    expect(await watch({ ...confirms(), apply }, { ...held, windowMs: 60_000 })).toMatchObject({
      looks: 2,
      gate: { verdict: 'pass' },
    });
    expect(lapses).toEqual([1000, 1000, 1000]);
  });
});

test('a store that hangs costs the candidate no lease, and the watch no heartbeat', async () => {
  const armSummaries = () =>
    new Promise<never>((_, reject) =>
      setTimeout(() => reject(new SluiceError('STORE_UNAVAILABLE', 'PostgreSQL cannot answer')), 1500),
    );
  const renewedAt: number[] = [];
  const apply = async () => {
    renewedAt.push(performance.now());
    return [];
  };
  const activities = createWatchActivities({
    router: { ...confirms(), apply },
    store: { ...store, armSummaries },
    metrics: createStoreMetrics({ ...store, armSummaries }),
  });
  const environment = new MockActivityEnvironment({ heartbeatTimeoutMs: 900 });
  let beats = 0;
  environment.on('heartbeat', () => (beats += 1));
  const given = input({ windowMs: 100, known: 'error_rate=error samples=error' });
  const began = performance.now();
  await environment.run((what: WatchInput) => activities.watch(what), given);
  // Guardrails and gate, one after the other.
  expect(performance.now() - began).toBeGreaterThan(2900);
  const gaps = renewedAt.map((at, n) => at - (renewedAt[n - 1] ?? began));
  expect(Math.max(...gaps, performance.now() - (renewedAt.at(-1) ?? 0))).toBeLessThan(1000);
  expect(beats).toBeGreaterThan(5);
});

test('a watch that was cancelled while the store hangs renews no more', async () => {
  const hangs = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('away')), 2000));
  const router = confirms();
  const from = { ...store, armSummaries: hangs } as Store;
  const activities = createWatchActivities({ router, store: from, metrics: createStoreMetrics(from) });
  const environment = new MockActivityEnvironment();
  const watching = environment.run((what: WatchInput) => activities.watch(what), input({ windowMs: 100 }));
  setTimeout(() => environment.cancel(), 400);
  await Promise.resolve(watching).catch(() => undefined);
  expect(router.renewals).toBeLessThanOrEqual(3);
});
