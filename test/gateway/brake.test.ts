import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import type { Brake as BrakeLimits } from '../../src/domain/spec/traffic.js';
import { Brake } from '../../src/gateway/brake/brake.js';
import { answers, GatewayStage, predicts, until } from './stage.js';
import { policyOf } from './traffic-policy.js';

const limits = (over: object): BrakeLimits => {
  const { brake } = policyOf({ brake: { minRequests: 10, ...over } });
  if (brake === undefined) throw new Error('no brake');
  return brake;
};
type Answers = readonly [count: number, latencyMs: number, failed: boolean];
/** Feeds answers of one arm, and says after how many of them the brake tripped. */
const feed = (brake: Brake, arm: 'baseline' | 'candidate', ...given: Answers[]) => {
  let n = 0;
  for (const [count, latencyMs, failed] of given)
    for (let i = 0; i < count; i += 1) {
      n += 1;
      const why = brake.take(arm, latencyMs, failed, 1000);
      if (why !== null) return { n, why };
    }
  return null;
};

describe('a brake', () => {
  test('trips at the answer that crosses the limit, not before there are enough', () => {
    const brake = new Brake(limits({ errorRate: { max: 0.5 } }));
    expect(feed(brake, 'candidate', [20, 5, true])).toMatchObject({ n: 10, why: expect.stringContaining('10 of the') });
    const mixed = new Brake(limits({ errorRate: { max: 0.5 } }));
    expect(feed(mixed, 'candidate', [10, 5, false], [20, 5, true])).toMatchObject({ n: 21 });
  });
  test('looks at the newest answers only', () => {
    const brake = new Brake(limits({ requests: 20, errorRate: { max: 0.5 } }));
    expect(feed(brake, 'candidate', [1000, 5, false], [30, 5, true])).toMatchObject({ n: 1011 });
  });
  test('forgets answers that are too old', () => {
    const brake = new Brake(limits({ within: '1s', errorRate: { max: 0.5 } }));
    for (let i = 0; i < 100; i += 1) expect(brake.take('candidate', 5, true, i * 200)).toBeNull();
  });
  test('compares errors with the baseline, once that has enough answers', () => {
    const brake = new Brake(limits({ errorRate: { aboveBaseline: 0.2 } }));
    expect(feed(brake, 'candidate', [5, 5, true], [15, 5, false])).toBeNull();
    feed(brake, 'baseline', [90, 5, false], [10, 5, true]);
    expect(feed(brake, 'candidate', [5, 5, true])).toMatchObject({
      why: expect.stringContaining("the baseline's 10 of 100"),
    });
  });
  test('measures latency against a limit and against the baseline', () => {
    const absolute = new Brake(limits({ latency: { quantile: 0.9, max: '100ms' } }));
    expect(feed(absolute, 'candidate', [95, 20, false], [10, 200, false])).toBeNull();
    expect(feed(absolute, 'candidate', [1, 200, false])).toMatchObject({ why: expect.stringContaining('100.0 ms') });
    const relative = new Brake(limits({ latency: { timesBaseline: 3 } }));
    feed(relative, 'baseline', [50, 10, false]);
    expect(feed(relative, 'candidate', [100, 29, false])).toBeNull();
    expect(feed(relative, 'candidate', [30, 31, false])).toMatchObject({ n: 11 });
  });
  test.each([
    ['no limit', { brake: {} }],
    ['more to wait for than is looked at', { brake: { requests: 10, minRequests: 11, errorRate: { max: 0.1 } } }],
    ['a share above 1', { brake: { errorRate: { max: 2 } } }],
  ])('with %s is refused', (_, given) => {
    expect(() => policyOf(given)).toThrow();
  });
});

describe('in a gateway', () => {
  let stage: GatewayStage;
  let peer: GatewayStage;
  beforeEach(async () => {
    [stage, peer] = [await GatewayStage.open(), await GatewayStage.open()];
    stage.more = { gatewayId: 'g1', peers: () => [peer.gateway.adminUrl] };
    await stage.restart();
  });
  afterEach(() => Promise.all([stage.close(), peer.close()]));

  const traffic = policyOf({ brake: { minRequests: 10, errorRate: { max: 0.3 } } });

  test('takes the candidate out at once, here and at its peers, and stays out until a newer route', async () => {
    const route = { weightPercent: 100, traffic };
    await Promise.all([stage.apply(route), peer.apply({ ...route, candidate: stage.route().candidate })]);
    stage.v2.behaviour = answers(500);
    for (let i = 0; i < 10; i += 1) expect((await stage.infer(`user-${i}`)).version).toBe('v1');
    expect(await stage.effectiveWeight()).toBe(0);
    await until(async () => (await peer.effectiveWeight()) === 0, 1000);
    expect(stage.v2.requests).toHaveLength(10);
    await stage.infer('user-1');
    expect(stage.v2.requests).toHaveLength(10);
    // A renewal is no second chance; neither is a restart.
    const renewed = await stage.apply(route);
    expect(renewed).toMatchObject({ status: 200, body: { effectiveWeightPercent: 0, trip: { gatewayId: 'g1' } } });
    await stage.restart();
    expect(await stage.effectiveWeight()).toBe(0);
    stage.v2.behaviour = predicts('two');
    await stage.apply({ ...route, epoch: 2 });
    expect((await stage.infer('user-1')).version).toBe('v2');
    const metrics = await (await fetch(`${peer.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toContain('sluice_gateway_brake_trips_total{service="digits"} 1');
  });

  test('tells a peer that is away for a moment once it is back', async () => {
    const route = { weightPercent: 100, traffic };
    await Promise.all([stage.apply(route), peer.apply({ ...route, candidate: stage.route().candidate })]);
    const adminPort = Number(new URL(peer.gateway.adminUrl).port);
    await peer.gateway.close();
    stage.v2.behaviour = answers(500);
    for (let i = 0; i < 10; i += 1) await stage.infer(`user-${i}`);
    expect(await stage.effectiveWeight()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // It asks nobody: it only hears what it is told.
    peer.more = { adminPort };
    await peer.restart();
    await until(async () => (await peer.effectiveWeight()) === 0);
  });

  test('tells whoever waits for it', async () => {
    await stage.apply({ weightPercent: 100, traffic });
    const waiting = fetch(`${stage.gateway.adminUrl}/v1/routes/digits/trip?epoch=1&waitMs=10000`);
    stage.v2.behaviour = answers(500);
    for (let i = 0; i < 10; i += 1) await stage.infer(`user-${i}`);
    expect(await (await waiting).json()).toMatchObject({
      trip: { gatewayId: 'g1', reason: expect.stringContaining('10 of') },
    });
    const other = await fetch(`${stage.gateway.adminUrl}/v1/routes/digits/trip?epoch=9&waitMs=10`);
    expect(await other.json()).toEqual({ trip: null });
  });

  test('a trip of an older epoch changes nothing; garbage is refused', async () => {
    await stage.apply({ epoch: 5, weightPercent: 100 });
    const post = (body: string) =>
      fetch(`${stage.gateway.adminUrl}/v1/routes/digits/trip`, { method: 'POST', body }).then((r) => r.status);
    const trip = { at: new Date().toISOString(), reason: 'late', gatewayId: 'g9' };
    expect(await post(JSON.stringify({ epoch: 4, ...trip }))).toBe(200);
    expect(await stage.effectiveWeight()).toBe(100);
    expect(await post('{"epoch":5}')).toBe(422);
    expect(await post('garbage')).toBe(422);
    expect(await stage.effectiveWeight()).toBe(100);
  });
});
