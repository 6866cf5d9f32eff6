import { describe, expect, test } from '@jest/globals';
import { performanceMonitor } from '../../../src/domain/spec/monitors/performance.js';
import { evaluatePerformance, type PerformanceRows } from '../../../src/monitors/performance/evaluate.js';
import type { VersionTraffic } from '../../../src/ports/monitor-data.js';
import { seededRandom } from '../../../src/stats/sample/random.js';
import { bucketIndex } from '../../../src/stats/sketch/latency-sketch.js';

const WINDOW = { since: '2026-11-21T11:55:00.000Z', until: '2026-11-21T12:00:00.000Z' };

/** Latencies of an even spread up to twice the median. */
function trafficOf(version: string, requests: number, errorShare: number, medianMs: number, seed = 1): VersionTraffic {
  const random = seededRandom(seed);
  const latency: Record<string, number> = {};
  let errors = 0;
  for (let i = 0; i < requests; i += 1) {
    const index = bucketIndex(2 * medianMs * random());
    latency[index] = (latency[index] ?? 0) + 1;
    if (random() < errorShare) errors += 1;
  }
  return { version, requests, errors, latency };
}

function run(traffic: readonly VersionTraffic[], over: object = {}, rows: Partial<PerformanceRows> = {}) {
  return evaluatePerformance(
    performanceMonitor.parse({ kind: 'performance', ...over }),
    {
      serving: { baseline: 'v1', candidate: 'v2', since: WINDOW.since },
      traffic: new Map(traffic.map((one) => [one.version, one])),
      reference: null,
      window: WINDOW,
      seconds: 300,
      isWhole: true,
      ...rows,
    },
    { service: 's', monitor: 'm', at: WINDOW.until, state: null },
  ).reading;
}
const keys = ({ findings }: ReturnType<typeof run>) => findings.map(({ key }) => key);

test('both well: pass, with the numbers of each', () => {
  const reading = run([trafficOf('v1', 3000, 0.01, 20), trafficOf('v2', 300, 0.01, 20, 2)]);
  expect(reading).toMatchObject({ verdict: 'pass', findings: [] });
  expect(reading.values).toHaveLength(10);
  expect(reading.values).toContainEqual({
    metric: 'throughput',
    subject: null,
    version: 'v1',
    value: 10,
    samples: 3000,
  });
  const p95 = reading.values.find(({ metric, version }) => metric === 'latency_p95' && version === 'v1')?.value;
  expect(p95).toBeGreaterThan(36);
  expect(p95).toBeLessThan(40);
});

test('a candidate that fails more, and one that is slower: the version’s fault', () => {
  const reading = run([trafficOf('v1', 3000, 0.01, 20), trafficOf('v2', 1000, 0.045, 40, 2)]);
  expect(reading.verdict).toBe('fail');
  expect(keys(reading)).toEqual(['performance:errors:v2:version', 'performance:latency:v2:version']);
  expect(reading.findings[1]?.message).toMatch(
    /of the requests of v2 take over 4\d\.\d ms, 4\.\d\d % are expected: p95 is 7/,
  );
});

describe('a limit', () => {
  test('that one alone breaks is its fault', () => {
    const reading = run([trafficOf('v1', 3000, 0.01, 20), trafficOf('v2', 3000, 0.2, 20, 2)]);
    expect(reading.findings[0]).toMatchObject({
      key: 'performance:error_rate:critical:v2',
      cause: 'version',
      limit: 0.05,
    });
  });
  test('that both break is nobody’s', () => {
    const reading = run([trafficOf('v1', 3000, 0.2, 20), trafficOf('v2', 3000, 0.2, 20, 2)]);
    expect(reading.findings.map(({ cause }) => cause)).toEqual(['environment', 'environment']);
  });
  test('below which there is too little', () => {
    const limits = [{ metric: 'throughput', min: 5, severity: 'warning' }];
    const reading = run([trafficOf('v1', 3000, 0, 20), trafficOf('v2', 300, 0, 20, 2)], { limits });
    expect(reading).toMatchObject({ verdict: 'pass' });
    expect(keys(reading)).toEqual(['performance:throughput:warning:v2']);
  });
});

describe('without traffic', () => {
  test('a version that should serve: inconclusive, and said', () => {
    const reading = run([trafficOf('v1', 3000, 0, 20)]);
    expect(reading).toMatchObject({
      verdict: 'inconclusive',
      reason: "can't be measured: v2 has had no request in 300 s",
    });
    expect(reading.findings).toMatchObject([
      { key: 'performance:no_traffic:v2', severity: 'warning', cause: 'version' },
    ]);
  });
  test('none at all is nobody’s fault', () => {
    const reading = run([], { noTraffic: 'critical' });
    expect(reading.verdict).toBe('fail');
    expect(reading.findings.map(({ cause }) => cause)).toEqual(['environment', 'environment']);
  });
  test('just after the weights have changed, no fault yet, and no pass', () => {
    const limits = [{ metric: 'throughput', min: 5, severity: 'critical' }];
    const reading = run([trafficOf('v1', 300, 0, 20)], { limits }, { isWhole: false, seconds: 10 });
    expect(reading).toMatchObject({ verdict: 'inconclusive', findings: [] });
  });
  test('too little to judge', () => {
    expect(run([trafficOf('v1', 3000, 0, 20), trafficOf('v2', 99, 0.9, 20)])).toMatchObject({
      verdict: 'inconclusive',
      findings: [],
    });
  });
});

describe('with its own past', () => {
  const serving = { baseline: 'v1', candidate: null, since: WINDOW.since };
  const reference = trafficOf('v1', 30_000, 0.01, 20, 3);
  test('as ever', () => {
    expect(run([trafficOf('v1', 3000, 0.01, 20)], {}, { serving, reference }).verdict).toBe('pass');
  });
  test('slower than it was: the same version, so it is not its fault', () => {
    const { findings } = run([trafficOf('v1', 3000, 0.01, 40)], {}, { serving, reference });
    expect(findings).toMatchObject([{ key: 'performance:latency:v1:environment', cause: 'environment' }]);
  });
  test('that is not known', () => {
    const reading = run([trafficOf('v1', 3000, 0.01, 20)], {}, { serving, reference: { why: 'no rollout' } });
    expect(reading).toMatchObject({ verdict: 'inconclusive', reason: "can't be measured: no rollout" });
  });
});

test('quiet windows: no false alarm in 300', () => {
  const alarms = Array.from({ length: 300 }, (_, i) =>
    run([trafficOf('v1', 500, 0.02, 20, 2 * i), trafficOf('v2', 200, 0.02, 20, 2 * i + 1)], {
      compare: { errorMargin: 0, latencyMargin: 0 },
    }),
  ).filter(({ findings }) => findings.length > 0);
  expect(alarms.length).toBeLessThanOrEqual(1);
});
