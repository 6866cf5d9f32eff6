import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createImpactActivities, type ImpactLook, type ImpactLookResult } from '../../activities/impact.js';
import type { Alert } from '../../src/domain/alert.js';
import { type ImpactMeasure, impactMeasureOf } from '../../src/domain/impact-measure.js';
import { withImpactDefaults } from '../../src/domain/impact-state.js';
import type { AppliedRoute, Route } from '../../src/domain/route.js';
import { metricNamed } from '../../src/domain/spec/metric-definition.js';
import { createStoreMetrics } from '../../src/metrics/store-metrics.js';
import type { Store } from '../../src/ports/store.js';
import { openStore } from '../../src/stores/open-store.js';
import { findPostgres, type PostgresServer, startPostgres } from '../setup/postgres.js';
import { newService } from '../stores/observation-fixtures.js';
import { stateOf } from '../stores/rollout-fixtures.js';
import { record } from './recorded.js';

const DAY = 86_400_000;
const DAYS = { before: 28, rollout: 2, after: 7 };
/** A while ago: a look reads what has been recorded until now. */
const CUTOVER = Math.floor((Date.now() - 10 * DAY) / DAY) * DAY;
const cutoverAt = new Date(CUTOVER).toISOString();
const startedAt = new Date(CUTOVER - DAYS.rollout * DAY).toISOString();

const measureOf = (name: string): ImpactMeasure => {
  const definition = metricNamed(name);
  const measure = definition && impactMeasureOf(definition);
  if (measure === undefined || typeof measure === 'string') throw new Error(`${name} has no measure`);
  return measure;
};

const routeOf = (service: string, parts: Partial<Route> = {}): Route => ({
  service,
  protocol: { kind: 'open-inference', model: 'm', unitKey: 'header:x-user' } as Route['protocol'],
  epoch: 9,
  rolloutId: 'r-1',
  salt: 'r-1',
  baseline: { version: 'v2', url: 'http://127.0.0.1:2' },
  candidate: null,
  weightPercent: 0,
  shadowPercent: 0,
  leaseMs: null,
  holdback: { target: { version: 'v1', url: 'http://127.0.0.1:1' }, percent: 20 },
  ...parts,
});

/** Gateways that take what they are told. */
function activitiesOver(store: Store, route: Route) {
  const routes = [route];
  const alerts: Alert[] = [];
  const applied = (): AppliedRoute[] => [{ route: routes.at(-1) as Route } as AppliedRoute];
  const activities = createImpactActivities({
    store,
    metrics: createStoreMetrics(store),
    router: {
      apply: async (next) => {
        routes.push(next);
        return applied();
      },
      readBack: async () => applied(),
      untilTripped: async () => null,
      trip: async () => undefined,
    },
    alerts: { send: async (_, alert) => (alerts.push(alert), 'sent'), close: async () => undefined },
  });
  return { activities, routes, alerts };
}

const lookAt = (service: string, plan: Partial<ImpactLook['plan']> = {}): ImpactLook => ({
  rolloutId: `r-${service}`,
  service,
  baseline: 'v1',
  candidate: 'v2',
  plan: withImpactDefaults({ metrics: ['conversion'], before: DAYS.before * DAY, after: DAYS.after * DAY, ...plan }),
  definitions: [],
  startedAt,
  cutoverAt,
  look: 1,
  isFinal: true,
});

function suite(open: () => Promise<Store>) {
  let store: Store;
  const [better, worse] = [newService(), newService()];
  beforeAll(async () => {
    store = await open();
    const common = { cutoverAt, days: DAYS };
    await record(store, { ...common, service: better, shares: [0.4, 0.6], holdback: 20 });
    await record(store, { ...common, service: worse, shares: [0.6, 0.4], holdback: 0 });
  }, 180_000);
  afterAll(() => store.close());

  const look = (service: string, plan: Partial<ImpactLook['plan']>, route = routeOf(service)) => {
    const { activities } = activitiesOver(store, route);
    const environment = new MockActivityEnvironment();
    return environment.run<[ImpactLook], ImpactLookResult, (look: ImpactLook) => Promise<ImpactLookResult>>(
      (given) => activities.lookAtImpact(given),
      lookAt(service, plan),
    );
  };

  test('series are cut at the cutover, and hold what the candidate alone has answered after it', async () => {
    const span = {
      service: better,
      since: new Date(CUTOVER - 30 * DAY).toISOString(),
      until: new Date(CUTOVER + 7 * DAY).toISOString(),
      origin: cutoverAt,
      bucketMs: DAY,
    };
    const errors = await store.impact.series(measureOf('error_rate'), { ...span, version: null });
    expect(errors).toHaveLength(35);
    expect(errors[0]).toEqual({ bucket: -30, value: 0.005, samples: 400 });
    const conversion = await store.impact.series(measureOf('conversion'), { ...span, version: 'v2' });
    expect(conversion.map(({ bucket }) => bucket)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(conversion.every(({ samples }) => samples === 320)).toBe(true);
    const latency = await store.impact.series(measureOf('latency_p50'), { ...span, version: 'v2' });
    expect(latency).toHaveLength(7);
  });

  test('units are in the group that they met after the cutover, before it as well', async () => {
    const groups = {
      service: better,
      since: cutoverAt,
      until: new Date(CUTOVER + 7 * DAY).toISOString(),
      held: 'v1',
      kept: 'v2',
    };
    expect(await store.impact.holdbackUnits(groups)).toEqual({ held: 80, kept: 320, both: 0 });
    const span = {
      service: better,
      since: new Date(CUTOVER - 7 * DAY).toISOString(),
      until: groups.until,
      origin: cutoverAt,
      bucketMs: DAY,
      version: null,
    };
    const { held, kept } = await store.impact.groupSeries(measureOf('conversion'), span, groups);
    expect(held.map(({ samples }) => samples)).toEqual(Array.from({ length: 12 }, () => 80));
    expect(kept.map(({ samples }) => samples)).toEqual(Array.from({ length: 12 }, () => 320));
    const reading = await store.impact.readOut(measureOf('conversion'), groups);
    expect(reading).toMatchObject({ kind: 'moments', arms: { baseline: { units: 80 }, candidate: { units: 320 } } });
    const latency = await store.impact.readOut(measureOf('latency_p95'), groups);
    if (latency.kind !== 'quantile') throw new Error('latency is a quantile');
    const { value, low, high } = latency.arms.candidate;
    expect([low, value, high].map(Number).every((v, i, all) => i === 0 || v >= Number(all[i - 1]))).toBe(true);
    expect(Number(value)).toBeGreaterThan(14);
  });

  test('three methods find an improvement, and agree; the report is kept', async () => {
    const plan = { holdback: 20, expected: { metric: 'conversion', direction: 'increase' as const, effect: 0.1 } };
    const { summary, gone } = await look(better, plan);
    expect(gone).toBeNull();
    expect(summary).toMatchObject({ verdict: 'improved', hypothesis: { outcome: 'confirmed' }, notes: [] });
    const report = await store.impact.report(`r-${better}`);
    const [metric] = report?.metrics ?? [];
    expect(metric?.findings.map(({ method, says }) => [method, says])).toEqual([
      ['holdback', 'better'],
      ['difference', 'better'],
      ['regression', 'better'],
    ]);
    expect(metric?.agreement).toContain('the methods agree');
    for (const { mean } of metric?.findings ?? []) {
      expect(mean?.interval[0]).toBeLessThan(0.2);
      expect(mean?.interval[1]).toBeGreaterThan(0.2);
    }
    expect(metric?.points.filter(({ when }) => when === 'after')).toHaveLength(7);
    expect(metric?.placebo.runs).toBeGreaterThanOrEqual(3);
    // Again: what was kept stays, and is what the workflow hears, whatever is found by then.
    const refuted = { ...plan, expected: { ...plan.expected, direction: 'decrease' as const } };
    expect((await look(better, refuted)).summary).toEqual(summary);
    expect(await store.impact.reports(`r-${better}`)).toHaveLength(1);
  });

  test('harm is an incident that is told once, and the rollout goes back', async () => {
    const { summary } = await look(worse, {});
    expect(summary).toMatchObject({ verdict: 'harmed' });
    const { activities, alerts } = activitiesOver(store, routeOf(worse));
    const harm = {
      rolloutId: `r-${worse}`,
      service: worse,
      candidate: 'v2',
      look: 1,
      reason: summary?.reason ?? '',
      evidence: summary?.evidence ?? [],
      isToGoBack: true,
      notify: [{ webhook: 'https://hooks.example.test/' }],
    };
    const first = await activities.actOnHarm(harm);
    const again = await activities.actOnHarm(harm);
    expect(again.incidentId).toBe(first.incidentId);
    expect(first.errands).toHaveLength(1);
    expect(alerts[0]).toMatchObject({ status: 'firing', labels: { source: 'impact', rollout: `r-${worse}` } });
    const [incident] = await store.incidents.incidents({ active: true, service: worse, source: 'impact', limit: 5 });
    expect(incident).toMatchObject({ severity: 'critical', version: 'v2', evidence: [{ what: 'conversion' }] });
  });

  test('a holdback of another size than was asked for says nothing, and says so', async () => {
    const service = newService();
    await record(store, {
      service,
      cutoverAt,
      days: { before: 2, rollout: 1, after: 2 },
      shares: [0.5, 0.5],
      holdback: 40,
    });
    const { summary } = await look(service, { holdback: 20, before: 2 * DAY, after: 2 * DAY });
    expect(summary?.notes).toEqual([expect.stringContaining('40 %')]);
    expect(summary?.verdict).toBe('inconclusive');
  });

  test('nothing is looked at once another version serves', async () => {
    const back = routeOf(worse, { epoch: 12, baseline: { version: 'v1', url: 'http://127.0.0.1:1' } });
    expect(await look(worse, {}, back)).toMatchObject({ summary: null, gone: expect.stringContaining('v1') });
  });

  test('the holdback ends in a newer epoch, but never while a rollout owns the traffic', async () => {
    const service = newService();
    const { activities, routes } = activitiesOver(store, routeOf(service));
    const running = { ...stateOf(service), rolloutId: `r-2-${service}` };
    await store.saveRollout(running);
    expect(await activities.endHoldback({ rolloutId: 'r-1', service })).toMatchObject({ result: 'busy' });
    await store.saveRollout({ ...running, status: 'failed', revision: running.revision + 1 });
    expect(await activities.endHoldback({ rolloutId: 'other', service })).toMatchObject({ result: 'gone' });
    expect(await activities.endHoldback({ rolloutId: 'r-1', service })).toMatchObject({ result: 'ended' });
    expect(routes.at(-1)).toMatchObject({ epoch: 10, baseline: { version: 'v2' } });
    expect(routes.at(-1)).not.toHaveProperty('holdback');
    expect(await activities.endHoldback({ rolloutId: 'r-1', service })).toMatchObject({ result: 'gone' });
    expect((await store.latestRoute(service))?.epoch).toBe(10);
  });
}

describe('over PGlite', () => suite(() => openStore({})));

const source = await findPostgres();
(source === null ? describe.skip : describe)('over PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(source!);
  }, 120_000);
  afterAll(() => server?.stop());
  suite(async () => openStore({ databaseUrl: await server.createDatabase() }));
});
