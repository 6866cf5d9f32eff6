import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { performanceMonitor } from '../../../src/domain/spec/monitors/performance.js';
import { userMonitor } from '../../../src/domain/spec/monitors/users.js';
import { createPerformanceMonitor } from '../../../src/monitors/performance/run-monitor.js';
import { evaluateUsers, type UserRows } from '../../../src/monitors/users/evaluate.js';
import { createUserMonitor } from '../../../src/monitors/users/run-monitor.js';
import type { VersionFeedback } from '../../../src/ports/monitor-data.js';
import type { Store } from '../../../src/ports/store.js';
import { testStore } from '../../setup/store.js';
import { batchOf, bucketOf, feedbackOf, newService, predictionOf } from '../../stores/observation-fixtures.js';

const WINDOW = { since: '2026-11-21T11:00:00.000Z', until: '2026-11-21T12:00:00.000Z' };
const yes = (version: string, sum: number, count: number): VersionFeedback => ({
  version,
  kind: 'thumb',
  count,
  sum,
  sumOfSquares: sum,
  scales: 1,
});
const rating = (version: string, mean: number, deviation: number, count: number): VersionFeedback => ({
  version,
  kind: 'rating',
  count,
  sum: mean * count,
  sumOfSquares: count * (mean ** 2 + deviation ** 2),
  scales: 1,
});

function run(feedback: readonly VersionFeedback[], over: object = {}, rows: Partial<UserRows> = {}) {
  return evaluateUsers(
    userMonitor.parse({ kind: 'users', ...over }),
    {
      serving: { baseline: 'v1', candidate: 'v2', since: WINDOW.since },
      feedback,
      returns: [],
      window: WINDOW,
      ...rows,
    },
    { service: 's', monitor: 'm', at: WINDOW.until, state: null },
  ).reading;
}

test('as well liked as the baseline', () => {
  const reading = run([yes('v1', 800, 1000), yes('v2', 395, 500)]);
  expect(reading).toMatchObject({ verdict: 'pass', findings: [] });
  expect(reading.reason).toBe('thumb of v1 80.00 % of 1000, thumb of v2 79.00 % of 500');
});

test.each([
  ['thumbs', [yes('v1', 800, 1000), yes('v2', 300, 500)], 'users:thumb:v2'],
  ['ratings', [rating('v1', 4.2, 1, 1000), rating('v2', 3.5, 1, 500)], 'users:rating:v2'],
])('liked less: %s', (_, feedback, key) => {
  const reading = run(feedback);
  expect(reading).toMatchObject({ verdict: 'fail', findings: [{ key, cause: 'version', version: 'v2' }] });
});

test('fewer of its users come again', () => {
  const returns = [
    { version: 'v1', units: 1000, returned: 600 },
    { version: 'v2', units: 500, returned: 200 },
  ];
  const reading = run([], {}, { returns });
  expect(reading.findings).toMatchObject([{ key: 'users:returning:v2', value: 0.4 }]);
});

describe('what is not known', () => {
  test('nobody says anything', () => {
    expect(run([])).toMatchObject({
      verdict: 'inconclusive',
      reason: "can't be measured: no feedback has come, and no unit was seen",
    });
  });
  test('of one version only', () => {
    const { reason } = run([yes('v1', 800, 1000), yes('v2', 10, 20)]);
    expect(reason).toBe("can't be measured: thumb of v2 (20, 50 are needed)");
  });
  test('of a kind on several scales: its mean is none, and that is said', () => {
    const limits = [{ metric: 'rating', min: 4, severity: 'critical' }];
    const mixed = [rating('v1', 4.2, 1, 1000), rating('v2', 2, 1, 500)].map((one) => ({ ...one, scales: 2 }));
    const thumbs = [yes('v1', 800, 1000), yes('v2', 400, 500)];
    const reading = run([...thumbs, ...mixed], { limits });
    const why = 'values on 2 scales, or in as many currencies, have no mean';
    expect(reading).toMatchObject({
      verdict: 'inconclusive',
      reason: `can't be measured: rating of v1 (${why}); rating of v2 (${why})`,
    });
    expect(reading.values).toContainEqual(
      expect.objectContaining({ metric: 'rating', version: 'v2', value: null, samples: 500, why }),
    );
    expect(run([...thumbs, ...mixed]).verdict).toBe('inconclusive');
    expect(run([...thumbs, ...mixed], { metrics: ['thumb'] }).verdict).toBe('pass');
  });
  test('of a metric that has a limit', () => {
    const limits = [{ metric: 'rating', min: 4, severity: 'critical' }];
    const { verdict, reason } = run([yes('v1', 800, 1000), yes('v2', 400, 500)], { limits, metrics: ['thumb'] });
    expect(verdict).toBe('inconclusive');
    expect(reason).toBe("can't be measured: rating of v1 (0, 50 are needed); rating of v2 (0, 50 are needed)");
  });
  test('of a metric that is asked for', () => {
    const { verdict } = run([yes('v1', 800, 1000), yes('v2', 400, 500)], { metrics: ['rating'] });
    expect(verdict).toBe('inconclusive');
  });
});

test('a limit holds without a candidate', () => {
  const serving = { baseline: 'v1', candidate: null, since: WINDOW.since };
  const limits = [{ metric: 'thumb', min: 0.9, severity: 'critical' }];
  expect(run([yes('v1', 800, 1000)], { limits }, { serving })).toMatchObject({ verdict: 'fail' });
});

describe('over a store', () => {
  let store: Store;
  beforeAll(async () => {
    store = await testStore();
  });
  afterAll(() => store?.close());

  test('performance and users of both versions of a route', async () => {
    const service = newService();
    const runOf = {
      service,
      monitor: 'm',
      at: '2099-11-21T12:00:05.000Z',
      state: null,
      signal: new AbortController().signal,
    };
    const performance = createPerformanceMonitor(store.monitorData);
    const users = createUserMonitor(store.monitorData);
    const [spec, userSpec] = [
      performanceMonitor.parse({ kind: 'performance', window: '10m' }),
      userMonitor.parse({ kind: 'users', minCount: 20 }),
    ];
    expect((await performance(spec, runOf)).reading.reason).toContain('has no route');
    expect((await users(userSpec, runOf)).reading).toMatchObject({ verdict: 'inconclusive', window: null });

    await store.saveRoute({
      service,
      protocol: { kind: 'open-inference', model: 'm', unitKey: 'header:x-user-key' },
      epoch: 1,
      rolloutId: 'r-1',
      salt: 's',
      baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
      candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
      weightPercent: 50,
      shadowPercent: 0,
      leaseMs: 30_000,
    });
    const units = Array.from({ length: 30 }, (_, i) => `u${i}`);
    const meet = (at: string, version: string, of = units) =>
      of.map((unitHash) => predictionOf(service, { at, version, unitHash: `${version}-${unitHash}` }));
    await store.appendObservations(
      batchOf({
        buckets: [
          bucketOf(service, { bucketStart: '2099-11-21T11:59:40.000Z', requests: 200, errors: 1 }),
          bucketOf(service, {
            bucketStart: '2099-11-21T11:59:40.000Z',
            arm: 'candidate',
            version: 'v2',
            requests: 200,
            errors: 60,
          }),
        ],
        predictions: [
          ...meet('2099-11-21T10:30:00.000Z', 'v1'),
          ...meet('2099-11-21T10:30:00.000Z', 'v2'),
          ...meet('2099-11-21T11:30:00.000Z', 'v1'),
          ...meet('2099-11-21T11:30:00.000Z', 'v2', units.slice(0, 3)),
        ],
        feedback: ['v1', 'v2'].flatMap((version) =>
          units.map(() => feedbackOf(service, { version, predictedAt: '2099-11-21T11:30:00.000Z' })),
        ),
      }),
    );
    const { reading } = await performance(spec, runOf);
    expect(reading).toMatchObject({
      verdict: 'fail',
      window: { since: '2099-11-21T11:50:00.000Z', until: '2099-11-21T12:00:00.000Z' },
    });
    expect(reading.findings.map(({ key }) => key)).toContain('performance:errors:v2:version');
    expect((await users(userSpec, runOf)).reading.findings).toMatchObject([{ key: 'users:returning:v2', value: 0.1 }]);
  });
});
