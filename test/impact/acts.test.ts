import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createImpactActivities, type ImpactHarm } from '../../activities/impact.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { Route } from '../../src/domain/route.js';
import { RouteTable } from '../../src/gateway/route-table.js';
import { createStoreMetrics } from '../../src/metrics/store-metrics.js';
import type { AlertReceipt } from '../../src/ports/alert-sink.js';
import type { Store } from '../../src/ports/store.js';
import type { TrafficRouter } from '../../src/ports/traffic-router.js';
import { testStore } from '../setup/store.js';
import { newService } from '../stores/observation-fixtures.js';
import { stateOf } from '../stores/rollout-fixtures.js';

let store: Store;
let folder: string;
beforeAll(async () => {
  store = await testStore();
  folder = await mkdtemp(join(tmpdir(), 'sluice-impact-'));
});
afterAll(async () => {
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

const target = (version: string) => ({ version, url: `http://127.0.0.1/${version}` });
const held = (service: string): Route => ({
  service,
  protocol: { kind: 'open-inference', model: service, unitKey: 'header:x-user' } as Route['protocol'],
  epoch: 9,
  rolloutId: 'r-1',
  salt: 'r-1',
  baseline: target('v2'),
  candidate: null,
  weightPercent: 0,
  shadowPercent: 0,
  leaseMs: null,
  holdback: { target: target('v1'), percent: 5 },
});
const trial = (service: string): Route => {
  const { holdback: _, ...rest } = held(service);
  return { ...rest, epoch: 8, baseline: target('v1'), candidate: target('v2'), weightPercent: 50, leaseMs: 60_000 };
};

/** The tables of two gateways, either of which may be silent. */
class Pair {
  readonly silent = new Set<string>();
  private readonly tables: ReadonlyMap<string, RouteTable>;
  private readonly service: string;

  private constructor(tables: ReadonlyMap<string, RouteTable>, service: string) {
    this.tables = tables;
    this.service = service;
  }

  static async open(route: Route): Promise<Pair> {
    const open = async (gatewayId: string) => {
      const path = join(folder, `${route.service}-${gatewayId}`, 'routes.json');
      const table = await RouteTable.open({ gatewayId, path, log: () => undefined }, [route]);
      return [gatewayId, table] as const;
    };
    return new Pair(new Map([await open('a'), await open('b')]), route.service);
  }

  /** As a gateway router does it: all who answer take it, and whoever does not is an error afterwards. */
  readonly router: TrafficRouter = {
    apply: async (route) => {
      const applied = await Promise.all(this.answering().map((table) => table.apply(route)));
      if (this.silent.size > 0)
        throw new SluiceError('GATEWAY_UNREACHABLE', `${[...this.silent].join()} did not confirm`);
      return applied;
    },
    readBack: async () => {
      if (this.answering().length === 0) throw new SluiceError('GATEWAY_UNREACHABLE', 'nobody answers');
      return this.answering().flatMap((table) => table.applied(this.service) ?? []);
    },
    untilTripped: async () => null,
    trip: async () => undefined,
  };

  serves(): (Route | undefined)[] {
    return [...this.tables.values()].map((table) => table.applied(this.service)?.route);
  }

  private answering(): RouteTable[] {
    return [...this.tables].flatMap(([id, table]) => (this.silent.has(id) ? [] : [table]));
  }
}

function activitiesOver(router: TrafficRouter, parts: { store?: Store; receipt?: AlertReceipt } = {}) {
  return createImpactActivities({
    store: parts.store ?? store,
    metrics: createStoreMetrics(store),
    router,
    alerts: { send: async () => parts.receipt ?? 'sent', close: async () => undefined },
  });
}

describe('the end of a holdback', () => {
  const given = async () => {
    const service = newService();
    const before = held(service);
    const pair = await Pair.open(before);
    await store.saveRoute(before);
    const { holdback: _, ...rest } = before;
    return { service, pair, asked: { rolloutId: 'r-1', service }, after: { ...rest, epoch: 10 } };
  };

  test.each(['a', 'b'])('that has not reached gateway %s is brought to it and to the store', async (missing) => {
    const { service, pair, asked, after } = await given();
    const activities = activitiesOver(pair.router);
    pair.silent.add(missing);
    await expect(activities.endHoldback(asked)).rejects.toThrow(`${missing} did not confirm`);
    await expect(activities.endHoldback(asked)).rejects.toThrow(`${missing} did not confirm`);
    pair.silent.clear();
    expect(await activities.endHoldback(asked)).toMatchObject({ result: 'gone' });
    expect(pair.serves()).toEqual([after, after]);
    expect(await store.latestRoute(service)).toEqual(after);
  });

  test('that only the store has not heard of is kept there', async () => {
    const { service, pair, asked, after } = await given();
    const saveRoute = () => Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'the store is away'));
    await expect(activitiesOver(pair.router, { store: { ...store, saveRoute } }).endHoldback(asked)).rejects.toThrow(
      'away',
    );
    expect(pair.serves()).toEqual([after, after]);
    expect(await activitiesOver(pair.router).endHoldback(asked)).toMatchObject({ result: 'gone' });
    expect(await store.latestRoute(service)).toEqual(after);
  });

  test('reaches the others even while another rollout runs, in the same epoch', async () => {
    const { service, pair, asked, after } = await given();
    pair.silent.add('b');
    await expect(activitiesOver(pair.router).endHoldback(asked)).rejects.toThrow('b did not confirm');
    pair.silent.clear();
    await store.saveRollout(stateOf(service));
    expect(await activitiesOver(pair.router).endHoldback(asked)).toMatchObject({ result: 'gone' });
    expect(pair.serves()).toEqual([after, after]);
  });

  test('leaves the route of a rollout that came after it alone', async () => {
    const { service, pair, asked, after } = await given();
    const next = { ...after, epoch: 12, rolloutId: 'r-2' };
    pair.silent.add('b');
    await expect(pair.router.apply(next)).rejects.toThrow('did not confirm');
    pair.silent.clear();
    expect(await activitiesOver(pair.router).endHoldback(asked)).toMatchObject({ result: 'gone' });
    expect(pair.serves()).toEqual([next, held(service)]);
  });

  test('waits while all that is known is the trial, and never renews its lease', async () => {
    const service = newService();
    const pair = await Pair.open(held(service));
    await store.saveRoute(trial(service));
    const applied: Route[] = [];
    const { router } = pair;
    const seen = { ...router, apply: (route: Route) => (applied.push(route), router.apply(route)) };
    pair.silent.add('a').add('b');
    const asked = { rolloutId: 'r-1', service };
    expect(await activitiesOver(seen).endHoldback(asked)).toMatchObject({ result: 'busy' });
    expect(applied).toEqual([]);
    pair.silent.clear();
    expect(await activitiesOver(seen).endHoldback(asked)).toMatchObject({ result: 'ended' });
  });
});

describe('what is said of a rollback for harm', () => {
  const wordsAfter = async (views: readonly Partial<RolloutState>[], receipt: AlertReceipt = 'sent') => {
    const service = newService();
    const harm: ImpactHarm = {
      rolloutId: `r-1-${service}`,
      service,
      candidate: 'v2',
      look: 1,
      reason: 'conversion fell',
      evidence: [],
      isToGoBack: true,
      notify: [],
    };
    for (const [day, view] of views.entries())
      await store.saveRollout(
        stateOf(service, { rolloutId: `r-${day + 1}-${service}`, startedAt: `2026-11-0${day + 1}T08:00:00Z`, ...view }),
      );
    const { router } = await Pair.open(held(service));
    const { incidentId, words } = await activitiesOver(router, { receipt }).actOnHarm(harm);
    const events = (await store.incidents.incident(incidentId))?.events ?? [];
    // What the incident keeps is what the analysis says.
    expect(events.filter(({ kind }) => kind === 'signalled').map(({ text }) => text)).toEqual([words]);
    return words.replaceAll(service, 'digits');
  };

  test('it was told where it runs itself', async () => {
    expect(await wordsAfter([{ phase: 'cutover' }])).toMatch(/; the rollout was told to go back$/);
  });

  test('nothing goes back while a newer one runs', async () => {
    const words = await wordsAfter([{ status: 'promoted' }, {}]);
    expect(words).toMatch(/; nothing was rolled back: a newer rollout, r-2-digits, runs .*; a person must act$/);
    expect(words).not.toContain('told');
  });

  test.each([
    ['nothing hears it', 'no-rollout'],
    ['it only writes its last lines', 'sent'],
  ] as const)('there is no rollback where %s', async (_, receipt) => {
    expect(await wordsAfter([{ status: 'promoted' }], receipt)).toMatch(/; no rollback: the baseline is not warm any/);
  });
});
