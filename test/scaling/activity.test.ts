import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createScalingActivities, type ScalingActivities, type ScalingInput } from '../../activities/scaling.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { AppliedRoute } from '../../src/domain/route.js';
import { scaling } from '../../src/domain/spec/scaling.js';
import type { Scaler } from '../../src/ports/scaler.js';
import type { TrafficRouter } from '../../src/ports/traffic-router.js';
import { createKubernetesClient } from '../../src/scaling/kubernetes-client.js';
import { createKubernetesScaler } from '../../src/scaling/kubernetes-scaler.js';
import { createScaler } from '../../src/scaling/scaler.js';
import { type FakeKubernetes, startKubernetes } from './fake-kubernetes.js';

const kubernetes = { driver: 'kubernetes', namespace: 'ml', name: 'digits-v2' };
const specOf = (over: object = {}): ScalingInput => ({
  service: 'digits',
  baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
  candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
  scaling: scaling.parse({
    candidate: kubernetes,
    percentPerReplica: 10,
    readyTimeout: '1500ms',
    poll: '20ms',
    ...over,
  }),
});

let api: FakeKubernetes;
let routes: AppliedRoute[];
beforeEach(async () => {
  api = await startKubernetes();
  routes = [];
});
afterEach(() => api.close());

const realScaler = () => {
  const driver = createKubernetesScaler(createKubernetesClient(api.access));
  return createScaler({ http: driver as never, local: null, kubernetes: driver });
};
function attempt<T>(
  body: (activities: ScalingActivities) => Promise<T>,
  { scaler = realScaler(), heartbeatDetails }: { scaler?: Scaler; heartbeatDetails?: unknown } = {},
) {
  const environment = new MockActivityEnvironment({ heartbeatDetails }, { logger: new DefaultLogger('ERROR') });
  const router = { readBack: () => Promise.resolve(routes) } as unknown as TrafficRouter;
  const done = environment.run(() => body(createScalingActivities({ scaler, router }))) as Promise<T>;
  return { done, environment };
}
const serving = (baseline: string, candidate: string | null, weight: number, more: object = {}): AppliedRoute =>
  ({
    gatewayId: 'gw-1',
    route: { baseline: { version: baseline }, candidate: candidate && { version: candidate }, ...more },
    effectiveWeightPercent: weight,
    effectiveShadowPercent: 0,
  }) as unknown as AppliedRoute;

describe('before a weight rises', () => {
  test('replicas are asked for, and waited for', async () => {
    setTimeout(() => Object.assign(api, { ready: 3 }), 150);
    const result = await attempt((all) => all.scaleFor(specOf({ readyTimeout: '10s' }), 25)).done;
    expect(result).toEqual({ isReady: true, replicas: 3, ready: 3, reason: 'v2: 3 of 3 replicas are ready' });
    expect(api.seen.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  test('none are taken away', async () => {
    Object.assign(api, { replicas: 8, ready: 8 });
    expect(await attempt((all) => all.scaleFor(specOf(), 25)).done).toMatchObject({ isReady: true, replicas: 8 });
    expect(api.replicas).toBe(8);
  });

  test('those that do not get ready in time are a result', async () => {
    const result = await attempt((all) => all.scaleFor(specOf(), 25)).done;
    expect(result).toEqual({
      isReady: false,
      replicas: 3,
      ready: 1,
      reason: 'v2: 1 of 3 replicas are ready, after 1500 ms',
    });
  });

  test('an API server that is away for a while is waited for', async () => {
    api.fails = (response) => void response.writeHead(503).end();
    setTimeout(() => Object.assign(api, { fails: null, ready: 3 }), 200);
    expect(await attempt((all) => all.scaleFor(specOf({ readyTimeout: '10s' }), 30)).done).toMatchObject({
      isReady: true,
    });
  });

  test('one that stays away is a result, and what can not be mended is one at once', async () => {
    api.fails = (response) => void response.writeHead(503).end();
    const away = await attempt((all) => all.scaleFor(specOf(), 25)).done;
    expect(away).toMatchObject({ isReady: false, replicas: null, reason: expect.stringContaining('status 503') });
    api.fails = null;
    const other = specOf({ candidate: { ...kubernetes, namespace: 'other' }, readyTimeout: '1h' });
    const refused = await attempt((all) => all.scaleFor(other, 25)).done;
    expect(refused).toMatchObject({ isReady: false, reason: expect.stringContaining('status 403') });
  });

  test('another worker goes on with the same end', async () => {
    const start = performance.now();
    const late = { heartbeatDetails: { endsAt: Date.now() + 50 } };
    const result = await attempt((all) => all.scaleFor(specOf({ readyTimeout: '1h' }), 25), late).done;
    expect(result.isReady).toBe(false);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('a cancellation ends the wait', async () => {
    const { done, environment } = attempt((all) => all.scaleFor(specOf({ readyTimeout: '1h' }), 25));
    setTimeout(() => environment.cancel(), 100);
    await expect(done).rejects.toThrow(/CANCELLED/i);
  });

  test('a defect of ours is no result', async () => {
    const scaler = { replicas: () => Promise.reject(new TypeError('a defect')) } as unknown as Scaler;
    await expect(attempt((all) => all.scaleFor(specOf(), 25), { scaler }).done).rejects.toThrow('a defect');
  });
});

describe('after it has gone', () => {
  test('replicas go down to idle, once', async () => {
    Object.assign(api, { replicas: 5 });
    routes = [serving('v1', null, 0)];
    expect(await attempt((all) => all.scaleDown(specOf({ idle: 1 }), 'candidate')).done).toEqual({
      from: 5,
      to: 1,
    });
    expect(await attempt((all) => all.scaleDown(specOf({ idle: 1 }), 'candidate')).done).toEqual({
      from: 1,
      to: 1,
    });
    expect(api.replicas).toBe(1);
  });

  test('idle never starts any', async () => {
    Object.assign(api, { replicas: 0 });
    expect(await attempt((all) => all.scaleDown(specOf({ idle: 2 }), 'candidate')).done).toEqual({
      from: 0,
      to: 0,
    });
  });

  test.each([
    ['candidate', serving('v1', 'v2', 5), 'v2 still serves digits at gateway gw-1'],
    ['candidate', serving('v2', null, 0), 'v2 still serves'],
    ['baseline', serving('v1', null, 0), 'v1 still serves'],
    ['baseline', serving('v2', null, 0, { holdback: { target: { version: 'v1' }, percent: 5 } }), 'v1 still serves'],
    ['baseline', serving('v2', null, 0, { traffic: { others: [{ version: 'v1', weight: 5 }] } }), 'v1 still serves'],
  ] as const)('a %s that still serves is left alone', async (role, route, message) => {
    Object.assign(api, { replicas: 5 });
    routes = [serving('v3', null, 0), route];
    const down = attempt((all) => all.scaleDown(specOf({ baseline: kubernetes }), role)).done;
    await expect(down).rejects.toMatchObject({ code: 'SCALING_FAILED', message: expect.stringContaining(message) });
    expect(api.replicas).toBe(5);
  });

  test('a candidate whose lease has run out serves no more', async () => {
    Object.assign(api, { replicas: 5 });
    routes = [serving('v1', 'v2', 0)];
    expect(await attempt((all) => all.scaleDown(specOf(), 'candidate')).done).toEqual({ from: 5, to: 0 });
  });

  test('a version whose fixed share is nothing serves no more', async () => {
    Object.assign(api, { replicas: 5 });
    routes = [serving('v1', null, 0, { traffic: { others: [{ version: 'v2', weight: 0 }] } })];
    expect(await attempt((all) => all.scaleDown(specOf(), 'candidate')).done).toEqual({ from: 5, to: 0 });
  });

  test('a baseline of which the spec says nothing is refused', async () => {
    const down = attempt((all) => all.scaleDown(specOf(), 'baseline')).done;
    await expect(down).rejects.toBeInstanceOf(SluiceError);
  });
});
