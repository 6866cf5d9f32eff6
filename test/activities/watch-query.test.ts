import { expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createWatchActivities, type WatchInput, type WatchSummary } from '../../activities/watch.js';
import type { Route } from '../../src/domain/route.js';
import { guardrail } from '../../src/domain/spec/guardrail.js';
import { createStoreMetrics } from '../../src/metrics/store-metrics.js';
import type { QueryQuestion, QueryReader } from '../../src/ports/query-reader.js';
import type { Store } from '../../src/ports/store.js';
import type { TrafficRouter } from '../../src/ports/traffic-router.js';

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
  leaseMs: 4000,
};
const query = (more: object) =>
  guardrail.parse({
    metric: 'query',
    provider: { prometheus: { query: 'errors{version="{{version}}"}' } },
    max: 0.1,
    ...more,
  });
const input = (over: Partial<WatchInput> = {}): WatchInput => ({
  route,
  guardrails: [query({ name: 'errors', interval: '10s' }), query({ name: 'fast', interval: '1ms', min: 0 })],
  alpha: 0.01,
  gate: { kind: 'samples', minSamples: 100 },
  tickMs: 40,
  windowMs: 150,
  known: 'query:errors=pass query:fast=pass samples=inconclusive',
  ...over,
});
const router: TrafficRouter = {
  apply: async () => [],
  readBack: async () => [],
  untilTripped: async () => null,
  trip: async () => undefined,
};
const nothing = { pairs: 0, agreed: 0, baselineErrors: 0, shadowErrors: 0 };
const store = { armSummaries: async () => [], shadowSummary: async () => nothing } as unknown as Store;

async function watch(given: WatchInput, answer?: QueryReader, environment = new MockActivityEnvironment()) {
  const asked: QueryQuestion[] = [];
  const queries: QueryReader | undefined = answer && ((question) => (asked.push(question), answer(question)));
  const activities = createWatchActivities({
    router,
    store,
    metrics: createStoreMetrics(store),
    ...(queries === undefined ? {} : { queries }),
  });
  const run = environment.run((what: WatchInput) => activities.watch(what), given);
  return { asked, summary: (await run) as WatchSummary };
}

test('queries are asked by their own intervals, of both arms, and for no longer than a quarter of the lease', async () => {
  const { asked, summary } = await watch(input(), async ({ variables }) => ({
    kind: 'value',
    value: variables.version === 'v2' ? 0.05 : 0.01,
  }));
  expect(summary.evidence).toMatchObject([
    { metric: 'query:errors', verdict: 'pass', baseline: { value: 0.01 }, candidate: { value: 0.05 } },
    { metric: 'query:fast', verdict: 'pass' },
  ]);
  expect(summary.looks).toBeGreaterThan(1);
  expect(summary.looks).toBeLessThan(10);
  // Once for both arms, and at every look for both.
  expect(asked).toHaveLength(2 + 2 * summary.looks);
  expect(asked[0]?.variables).toEqual({
    service: 'digits',
    rolloutId: 'digits-1',
    baseline: 'v1',
    candidate: 'v2',
    version: 'v2',
    window: '1s',
  });
  expect(new Set(asked.map(({ timeoutMs }) => timeoutMs))).toEqual(new Set([1000]));
  expect(asked[0]?.at).toBe(asked[1]?.at);
});

test('the window is the time since the weight was set, which a retry and the next watch know of', async () => {
  const since = new Date(Date.now() - 60_000).toISOString();
  const of = (askedAt: string) => ({
    'query:errors': {
      failures: 0,
      inconclusive: 0,
      errors: 0,
      looks: [],
      query: { since, askedAt, passes: 3, evidence: null },
    },
  });
  const guardrails = [query({ name: 'errors', interval: '30s', window: '5m', failureLimit: 1 })];
  const known = 'query:errors=inconclusive samples=inconclusive';
  const fails: QueryReader = async () => ({ kind: 'value', value: 1 });
  const given = input({ guardrails, known, progress: of(since) });
  const retry = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: { looks: 3, progress: of(since) } });
  for (const environment of [new MockActivityEnvironment(), retry]) {
    const fresh = environment === retry ? { ...given, progress: {} } : given;
    const { asked, summary } = await watch(
      fresh,
      async (question) => (question.variables.version === 'v2' ? fails(question) : { kind: 'value', value: 0 }),
      environment,
    );
    expect(asked[0]?.variables.window).toMatch(/^6[0-2]s$/);
    expect(asked).toHaveLength(2);
    expect(summary.progress['query:errors']).toMatchObject({ failures: 1, query: { since, passes: 3 } });
  }
});

test('in a shadow phase too', async () => {
  const plan = { sample: 100, minSamples: 20, minAgreement: 0.9, maxDuration: 1000 };
  const { asked } = await watch(
    input({ gate: { kind: 'shadow', plan } as WatchInput['gate'], windowMs: 1 }),
    async () => ({ kind: 'none', why: 'no series' }),
  );
  expect(asked.length).toBeGreaterThan(0);
});

test('a worker that can ask nobody says so, and passes nothing', async () => {
  const { summary } = await watch(input());
  expect(summary.evidence.map(({ verdict, rule }) => [verdict, rule])).toEqual([
    ['inconclusive', 'unreadable'],
    ['inconclusive', 'unreadable'],
  ]);
});
