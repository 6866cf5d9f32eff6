import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../src/api/server.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { MonitorReading } from '../../src/domain/monitor.js';
import type { Route } from '../../src/domain/route.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import { batchOf, labelFor, newService, predictionOf } from '../stores/observation-fixtures.js';
import { stateOf } from '../stores/rollout-fixtures.js';
import { checkMetrics } from './check-metrics.js';

let store: Store;
beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store?.close());

let api: StartedApi;
// A new one for each test: a page is kept for a while.
beforeEach(async () => {
  api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: 'the-admin-token-of-the-suite' });
});
afterEach(() => api?.close());

const page = async () => (await fetch(`${api.url}/metrics`)).text();
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const serves = (service: string, over: Partial<Route> = {}) =>
  store.saveRoute({
    service,
    protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
    epoch: 3,
    rolloutId: `${service}-1`,
    salt: service,
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
    weightPercent: 10,
    shadowPercent: 0,
    leaseMs: 30_000,
    ...over,
  });
const predicted = (service: string, version: string, count: number, label: (n: number) => string) =>
  Array.from({ length: count }, (_, n) =>
    predictionOf(service, {
      at: minutesAgo(5),
      version,
      arm: version === 'v1' ? 'baseline' : 'candidate',
      label: label(n),
    }),
  );

describe('model quality', () => {
  test('accuracy, labelled share and drift of what serves users', async () => {
    const service = newService();
    await serves(service);
    const ours = predicted(service, 'v1', 200, (n) => String(n % 2));
    const theirs = predicted(service, 'v2', 150, () => '1');
    const feedback = [
      ...ours.slice(0, 120).map((made, n) => labelFor(made, n < 90 ? (made.label ?? '') : '9')),
      ...theirs.slice(0, 99).map((made) => labelFor(made, '1')),
    ];
    await store.appendObservations(batchOf({ predictions: [...ours, ...theirs], feedback }));
    const text = await page();
    const of = (version: string) => `{service="${service}",version="${version}"}`;
    expect(text).toContain(`model_accuracy${of('v1')} 0.75\n`);
    // 99 labels say too little.
    expect(text).not.toContain(`model_accuracy${of('v2')}`);
    expect(text).toContain(`sluice_model_labelled_predictions${of('v2')} 99\n`);
    expect(text).toContain(`sluice_model_labelled_share${of('v1')} 0.6\n`);
    expect(text).toMatch(new RegExp(`sluice_model_prediction_drift\\{service="${service}",version="v2"\\} 0\\.5`));
    expect(text).toContain('sluice_api_store_up 1\n');
    expect(await checkMetrics(text)).toEqual([]);
  });

  test('nothing where nothing is known, and no candidate that no user meets', async () => {
    const service = newService();
    await serves(service, { weightPercent: 0 });
    await store.appendObservations(batchOf({ predictions: predicted(service, 'v2', 150, () => '1') }));
    const text = await page();
    expect(text).toContain(`sluice_wanted_route_epoch{service="${service}"} 3\n`);
    expect(text).toContain(`sluice_model_labelled_predictions{service="${service}",version="v1"} 0\n`);
    expect(text).not.toContain(`{service="${service}",version="v2"}`);
    expect(text).not.toMatch(new RegExp(`(?:accuracy|share|drift)\\{service="${service}"`));
  });
});

test('where the newest rollout stands', async () => {
  const service = newService();
  const state = stateOf(service, { status: 'progressing', phase: 'canary', weightPercent: 30 });
  await store.saveRollout(state);
  const text = await page();
  expect(text).toContain(`sluice_rollout_status{service="${service}",status="progressing"} 1\n`);
  expect(text).toContain(`sluice_rollout_phase{service="${service}",phase="canary"} 1\n`);
  expect(text).toContain(`sluice_rollout_weight_percent{service="${service}"} 30\n`);
  expect(text).toContain(
    `sluice_rollout_versions{service="${service}",baseline="${state.baseline}",candidate="${state.candidate}"} 1\n`,
  );
});

test('one that has run for long is there however many are newer', async () => {
  const [service, busy] = [newService(), newService()];
  await store.saveRollout(stateOf(service, { startedAt: '2026-01-01T00:00:00.000Z' }));
  for (let n = 0; n < 201; n += 1)
    await store.saveRollout(stateOf(busy, { status: 'promoted', startedAt: new Date(1.8e12 + n).toISOString() }));
  const text = await page();
  expect(text).toContain(`sluice_rollout_phase{service="${service}",phase="canary"} 1\n`);
  expect(text).toContain(`sluice_rollout_status{service="${busy}",status="promoted"} 1\n`);
});

test('what monitors last said, without what there may be thousands of', async () => {
  const service = newService();
  const value = (metric: string, subject: string | null, version: string | null, number: number | null) => ({
    metric,
    subject,
    version,
    value: number,
    samples: 10,
  });
  const reading: MonitorReading = {
    service,
    monitor: 'quality',
    kind: 'model',
    at: '2026-11-21T10:00:00.000Z',
    window: null,
    verdict: 'fail',
    reason: 'accuracy fell',
    findings: [
      {
        key: 'accuracy',
        severity: 'critical',
        cause: 'version',
        version: 'v2',
        subject: null,
        message: 'accuracy 0.8',
        value: 0.8,
        limit: 0.9,
      },
    ],
    values: [
      value('accuracy', null, 'v2', 0.8),
      value('psi', 'pixel.7', 'v2', 0.3),
      value('f1', null, 'v2', null),
      ...Array.from({ length: 100 }, (_, n) => value(`m${n}`, null, null, n)),
    ],
  };
  const memory = { kind: 'model', at: reading.at, state: null, rules: {} } as const;
  await store.monitors.save(reading, memory, '2026-01-01T00:00:00.000Z');
  const text = await page();
  const labels = `service="${service}",monitor="quality",kind="model"`;
  expect(text).toContain(`sluice_monitor_verdict{${labels},verdict="fail"} 1\n`);
  expect(text).toContain(`sluice_monitor_findings{${labels},severity="critical"} 1\n`);
  expect(text).toContain(`sluice_monitor_findings{${labels},severity="warning"} 0\n`);
  expect(text).toContain(`sluice_monitor_read_timestamp_seconds{${labels}} 1795255200\n`);
  expect(text).toContain(`sluice_monitor_value{${labels},metric="accuracy",version="v2"} 0.8\n`);
  expect(text).not.toMatch(/psi|metric="f1"/);
  expect(text.match(new RegExp(`^sluice_monitor_value\\{service="${service}"`, 'gm'))).toHaveLength(50);
});

test('requests are counted by the pattern of their path: nobody can make series', async () => {
  for (let n = 0; n < 20; n += 1) await fetch(`${api.url}/v1/rollouts/none-${n}/decisions`);
  for (let n = 0; n < 20; n += 1) await fetch(`${api.url}/${n}`);
  await fetch(`${api.url}/v1/freezes`, { method: 'POST', body: '{}' });
  const text = await page();
  const series = text.split('\n').filter((line) => line.startsWith('sluice_api_requests_total{'));
  expect(series.some((line) => line.includes('route="none",status="404"'))).toBe(true);
  expect(series.some((line) => line.includes('status="401"') && line.includes('/v1/freezes'))).toBe(true);
  expect(series.length).toBeLessThan(6);
});

test('labels that take the store too long keep nothing else from being shown, and are not asked for at once again', async () => {
  const service = newService();
  await serves(service);
  let asked = 0;
  const outcomes = () => {
    asked += 1;
    return Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'canceling statement due to statement timeout'));
  };
  const slow = { ...store, monitorData: { ...store.monitorData, outcomes } } as Store;
  const own = await startApi({ store: slow, host: '127.0.0.1', port: 0 });
  const read = async () => (await fetch(`${own.url}/metrics`)).text();
  for (const text of [await read(), await read()]) {
    expect(text).toContain('sluice_api_store_up 1\n');
    expect(text).toContain(`sluice_wanted_route_epoch{service="${service}"} 3\n`);
    expect(text).not.toContain('sluice_model_labelled_predictions{');
  }
  expect(asked).toBe(1);
  await own.close();
});

test('a store that is away: the page says so, and nothing as it was', async () => {
  const broken = { ...store, latestRoutes: () => Promise.reject(new Error('away')) } as Store;
  const lame = await startApi({ store: broken, host: '127.0.0.1', port: 0 });
  const text = await (await fetch(`${lame.url}/metrics`)).text();
  await lame.close();
  expect(text).toContain('sluice_api_store_up 0\n');
  expect(text).not.toMatch(/^sluice_(?:rollout|monitor|wanted)\w*\{/m);
});
