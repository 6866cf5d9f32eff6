import { describe, expect, test } from '@jest/globals';
import type { Route } from '../../src/domain/route.js';
import { createMetrics } from '../../src/gateway/metrics.js';
import { PredictionIds } from '../../src/gateway/prediction-id.js';
import { ArmTotals, DURATION_BOUNDS } from '../../src/gateway/record/arm-counts.js';
import { Recorder } from '../../src/gateway/record/recorder.js';
import type { RouteTable } from '../../src/gateway/route-table.js';
import type { Upstreams } from '../../src/gateway/upstream/upstreams.js';

const T0 = Date.parse('2026-11-21T08:00:00Z');
const routeOf = (epoch: number): Route => ({
  service: 'digits',
  protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
  epoch,
  rolloutId: 'r-1',
  salt: 'r-1',
  baseline: { version: 'v1', url: 'http://a' },
  candidate: { version: 'v2', url: 'http://b' },
  weightPercent: 10,
  shadowPercent: 0,
  leaseMs: 1000,
});

describe('what is recorded one by one', () => {
  const ids = new PredictionIds(Buffer.from('a key for the tests'));
  const make = (at: number) => ids.make({ service: 'digits', arm: 'baseline', version: 'v1', epoch: 1, at }, 'user-1');
  const recorder = (predictionSample: number, predictionsPerSecond = 100) =>
    new Recorder({
      most: 10,
      batchRecords: 10,
      batchBytes: 1e6,
      predictionSample,
      predictionsPerSecond,
      featureSamples: 5,
      exposedUnits: 10,
    });
  /** Recorded of `rate` a second, in each of so many seconds; ends come in another order than beginnings. */
  const seconds = (from: Recorder, rate: number, count: number) =>
    Array.from(
      { length: count },
      (_, second) =>
        Array.from({ length: rate }, (_unused, i) => T0 + second * 1000 + ((i * 7919) % 1000)).filter((at) =>
          from.samples(make(at).first, at - (at % 3 === 0 ? 40 : 0)),
        ).length,
    );

  test('is everything while that is little', () => {
    expect(seconds(recorder(1), 80, 3)).toEqual([80, 80, 80]);
  });
  test('is an even share of more, from the second second on', () => {
    const [, ...later] = seconds(recorder(1), 5000, 5);
    for (const count of later) {
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(160);
    }
  });
  test('is the share that is asked for, or nothing', () => {
    const [count = 0] = seconds(recorder(0.25, 1e6), 8000, 1);
    expect(Math.abs(count - 2000)).toBeLessThan(5 * Math.sqrt(8000 * 0.25 * 0.75));
    expect(seconds(recorder(0), 100, 1)).toEqual([0]);
  });
  test('is not decided by what decides about the mirror', () => {
    const drawn = Array.from({ length: 20_000 }, () => make(T0));
    const both = drawn.filter(({ first, second }) => first < 0.5 && second < 0.5).length;
    expect(Math.abs(both / drawn.length - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / drawn.length));
  });
});

describe('counts', () => {
  const count = (totals: ArmTotals, route: Route, at: number, latencyMs: number, failed = false) =>
    totals.of(route, 'candidate', 'v2', '').count(at, latencyMs, failed);

  test('are shipped by bucket of 10 s, each once, also those that end late', () => {
    const totals = new ArmTotals();
    const route = routeOf(1);
    count(totals, route, T0, 5);
    count(totals, route, T0 + 12_000, 5, true);
    count(totals, route, T0 + 9000, 7);
    const buckets = totals.takeBuckets();
    expect(buckets.map(({ bucketStart, requests, errors }) => [bucketStart, requests, errors])).toEqual([
      ['2026-11-21T08:00:00.000Z', 2, 0],
      ['2026-11-21T08:00:10.000Z', 1, 1],
    ]);
    expect(totals.takeBuckets()).toEqual([]);
  });

  test('stay in the metrics after their route is gone, and only there', async () => {
    const totals = new ArmTotals();
    const [old, now] = [routeOf(1), routeOf(2)];
    for (let i = 0; i < 3; i += 1) count(totals, old, T0, 4);
    count(totals, now, T0, 400, true);
    totals.takeBuckets();
    totals.forget((route) => route === now);
    totals.forget((route) => route === now);
    expect(totals.takeBuckets()).toEqual([]);
    const { registry } = createMetrics({
      routes: { all: () => [] } as unknown as RouteTable,
      totals,
      upstreams: { loads: () => [] } as unknown as Upstreams,
      accessLogDropped: () => 0,
      spoolBytes: () => 0,
    });
    const text = await registry.metrics();
    const labels = 'service="digits",version="v2",arm="candidate"';
    expect(text).toContain(`sluice_gateway_requests_total{${labels},outcome="ok"} 3`);
    expect(text).toContain(`sluice_gateway_requests_total{${labels},outcome="error"} 1`);
    expect(text).toContain(`sluice_gateway_request_duration_seconds_bucket{le="0.005",${labels}} 3`);
    expect(text).toContain(`sluice_gateway_request_duration_seconds_bucket{le="0.5",${labels}} 4`);
    expect(text).toContain(`sluice_gateway_request_duration_seconds_bucket{le="+Inf",${labels}} 4`);
    expect(text).toContain('# TYPE sluice_gateway_request_duration_seconds histogram');
    expect(text).toContain(`sluice_gateway_request_duration_seconds_sum{${labels}} 0.412`);
    expect(text).toContain(`sluice_gateway_request_duration_seconds_count{${labels}} 4`);
  });

  test('of an answer that came while the last batch of its route was sent are shipped with the next', () => {
    const totals = new ArmTotals();
    const [old, now] = [routeOf(1), routeOf(2)];
    count(totals, old, T0, 4);
    totals.takeBuckets();
    count(totals, old, T0, 900, true);
    totals.forget((route) => route === now);
    expect(totals.takeBuckets().map(({ epoch, requests, errors }) => [epoch, requests, errors])).toEqual([[1, 1, 1]]);
    totals.forget((route) => route === now);
    expect(totals.takeBuckets()).toEqual([]);
    expect(totals.byVersion().map(({ requests }) => requests)).toEqual([2]);
  });

  test('of an answer on a bound belong to it', () => {
    const totals = new ArmTotals();
    count(totals, routeOf(1), T0, 5);
    const [counts] = totals.byVersion();
    expect(counts?.durations[DURATION_BOUNDS.indexOf(0.005)]).toBe(1);
  });
});
