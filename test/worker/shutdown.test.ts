import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createWatchActivities, type WatchInput, type WatchSummary } from '../../activities/watch.js';
import type { Route } from '../../src/domain/route.js';
import { createStoreMetrics } from '../../src/metrics/store-metrics.js';
import type { Store } from '../../src/ports/store.js';
import type { TrafficRouter } from '../../src/ports/traffic-router.js';
import { testStore } from '../setup/store.js';
import { openProbe, type Probe } from './probe.js';

const LEASE_MS = 2000;
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
  leaseMs: LEASE_MS,
};
const input: WatchInput = {
  route,
  guardrails: [{ metric: 'error_rate', margin: 0.01, minSamples: 50, dryRun: false }],
  alpha: 0.01,
  gate: { kind: 'samples', minSamples: 100 },
  tickMs: 200,
  windowMs: 8000,
  known: 'error_rate=inconclusive samples=inconclusive',
};

interface Renewal {
  readonly by: string;
  readonly at: number;
}

let probe: Probe;
/** A connection of its own: the SDK keeps two workers of one queue apart by it. */
let other: Probe;
let store: Store;
beforeAll(async () => {
  [probe, other] = [await openProbe(), await openProbe()];
  store = await testStore();
});
afterAll(async () => {
  await probe?.close();
  await other?.close();
  await store?.close();
});

describe('a worker that is told to end in the middle of a watch', () => {
  test('ends soon, and another one renews the lease before it runs out, from where the watch was', async () => {
    const renewals: Renewal[] = [];
    const activitiesOf = (by: string) => {
      const router: TrafficRouter = {
        apply: async () => {
          renewals.push({ by, at: performance.now() });
          return [];
        },
        readBack: async () => [],
        untilTripped: async () => null,
        trip: async () => undefined,
      };
      // A reading that fails is counted in the progress: the only trace of the looks before.
      const away = { ...store, armSummaries: () => Promise.reject(new Error('away')) };
      return createWatchActivities({ router, store: away, metrics: createStoreMetrics(away) });
    };
    const queue = `shutdown-${process.pid}`;
    const first = await probe.worker(queue, activitiesOf('first'));
    const firstEnded = first.run();
    const handle = await probe.link.client.workflow.start('watching', {
      workflowId: queue,
      taskQueue: queue,
      args: [input],
    });
    await until(() => renewals.length >= 5);
    const second = await other.worker(queue, activitiesOf('second'));
    const secondEnded = second.run();

    const toldAt = performance.now();
    first.shutdown();
    await firstEnded;
    expect(performance.now() - toldAt).toBeLessThan(5000);
    await until(() => renewals.some(({ by }) => by === 'second'));

    const summary = (await handle.result()) as WatchSummary;
    second.shutdown();
    await secondEnded;
    const gaps = renewals.map(({ at }, i) => at - (renewals[i - 1]?.at ?? at));
    expect(Math.max(...gaps)).toBeLessThan(LEASE_MS);
    const byFirst = renewals.filter(({ by }) => by === 'first').length;
    expect(summary.looks).toBe(renewals.length - byFirst);
    // Nothing that the first one had seen is forgotten; its very last look may not have been told.
    expect(summary.progress['error_rate']?.errors).toBeGreaterThanOrEqual(renewals.length - 1);
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !holds(); ) {
    if (performance.now() > end) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
