import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createWatchActivities, type WatchInput, type WatchSummary } from '../../activities/watch.js';
import { type StartedApi, startApi } from '../../src/api/server.js';
import { createStoreMetrics } from '../../src/metrics/store-metrics.js';
import type { Store } from '../../src/ports/store.js';
import { createGatewayRouter } from '../../src/traffic/gateway-router.js';
import { ageSpool, spooled } from '../gateway/spooled.js';
import { GatewayStage, until } from '../gateway/stage.js';
import { testStore } from '../setup/store.js';

const adminToken = 'an-admin-token-of-the-suite';
let store: Store;
let api: StartedApi;
let stage: GatewayStage;
beforeEach(async () => {
  store = await testStore();
  api = await startApi({ store, adminToken, host: '127.0.0.1', port: 0 });
  stage = await GatewayStage.open();
});
afterEach(async () => {
  await stage.close();
  await api.close();
  await store.close();
});

/** The gateway starts anew, and brings this to the collector. */
async function bringing(collectorToken: string): Promise<void> {
  stage.more = { collectorUrl: api.url, collectorToken };
  await stage.restart();
}

async function usersAsk(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await stage.infer(`user-${i}`);
}

function watch(over: Pick<WatchInput, 'known' | 'windowMs'>): Promise<WatchSummary> {
  const router = createGatewayRouter({ adminUrls: [stage.gateway.adminUrl] });
  const activities = createWatchActivities({ router, store, metrics: createStoreMetrics(store) });
  const input: WatchInput = {
    route: stage.route({ weightPercent: 50 }),
    guardrails: [{ metric: 'error_rate', margin: 0.05, minSamples: 10, dryRun: false }],
    alpha: 0.01,
    gate: { kind: 'samples', minSamples: 20 },
    tickMs: 50,
    ...over,
  };
  const environment = new MockActivityEnvironment();
  return environment.run((what: WatchInput) => activities.watch(what), input) as Promise<WatchSummary>;
}

test('a gateway whose token the collector refuses holds the gate of samples that are there, until it has brought the rest', async () => {
  await bringing(adminToken);
  await stage.apply({ weightPercent: 50 });
  await usersAsk(100);
  // A gateway that stops ships all.
  await bringing('the-token-of-somebody-else');
  const all = { known: 'error_rate=pass samples=pass', windowMs: 300 };
  const passed = await watch(all);
  expect([passed.evidence[0]?.verdict, passed.gate.verdict]).toEqual(['pass', 'pass']);
  const taken = passed.gate.candidate.samples;

  await usersAsk(40);
  await until(async () => (await spooled(stage.stateDir)).length > 0);
  // A moment of it is no reason to stop.
  expect((await watch(all)).gate).toMatchObject({ verdict: 'pass', candidate: { samples: taken } });
  await stage.gateway.close();
  await ageSpool(stage.stateDir, 120_000);
  await bringing('the-token-of-somebody-else');
  const held = await watch({ ...all, windowMs: 30_000 });
  expect(held).toMatchObject({
    looks: 1,
    evidence: [{ metric: 'error_rate', verdict: 'pass' }],
    gate: { verdict: 'inconclusive', candidate: { samples: taken } },
  });
  expect(held.gate.reason).toMatch(/; records of gateway g1 have not reached the collector since 20\S+Z$/);

  await bringing(adminToken);
  const back = await watch({ known: 'error_rate=pass samples=inconclusive', windowMs: 30_000 });
  expect(back.gate.verdict).toBe('pass');
  expect(back.gate.candidate.samples).toBeGreaterThan(taken);
});
