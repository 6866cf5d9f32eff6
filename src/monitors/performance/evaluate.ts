import type { Finding, MonitorOutcome, MonitorRun, MonitorValue } from '../../domain/monitor.js';
import { formatMs, formatNumber, formatShare } from '../../domain/quantity.js';
import type {
  PerformanceLimit,
  PerformanceMetric,
  PerformanceMonitor,
} from '../../domain/spec/monitors/performance.js';
import type { ServingVersions, VersionTraffic } from '../../ports/monitor-data.js';
import { sketchCount, sketchQuantile } from '../../stats/sketch/latency-sketch.js';
import { type Comparison, findingsOf } from '../windows/comparison.js';
import { outcomeOf } from '../windows/outcome.js';
import { compareTraffic } from './compare.js';

export interface PerformanceRows {
  readonly serving: ServingVersions;
  /** By version. */
  readonly traffic: ReadonlyMap<string, VersionTraffic>;
  /** The baseline's own past; why it can't be had; null where none is asked for. */
  readonly reference: VersionTraffic | { readonly why: string } | null;
  readonly window: { readonly since: string; readonly until: string };
  /** Of the window, in what whole buckets there are. */
  readonly seconds: number;
  /** Whether the weights have been the same for as long as the spec's window: else nobody can tell a version that gets no requests. */
  readonly isWhole: boolean;
}

export function evaluatePerformance(
  spec: PerformanceMonitor,
  rows: PerformanceRows,
  run: Pick<MonitorRun, 'service' | 'monitor' | 'at' | 'state'>,
): MonitorOutcome {
  const { serving, traffic } = rows;
  const expected = [serving.baseline, ...(serving.candidate === null ? [] : [serving.candidate])];
  const ofVersion = (version: string) => traffic.get(version) ?? { version, requests: 0, errors: 0, latency: {} };
  const silent = expected.filter((version) => ofVersion(version).requests === 0);
  const scarce = expected.filter((version) => {
    const { requests } = ofVersion(version);
    return requests > 0 && requests < spec.minRequests;
  });
  const judged = expected.map(ofVersion).filter(({ requests }) => requests >= spec.minRequests);
  const compared = comparisons(spec, rows, judged);
  // Others may have been asked for by name, or be in the middle of leaving: they are shown, and nobody waits for them.
  const shown = [...new Set([...expected, ...traffic.keys()])].map(ofVersion);
  const measured = shown.map((one) => ({ one, of: metricsOf(one, rows.seconds) }));
  return outcomeOf(run, {
    kind: 'performance',
    window: rows.window,
    findings: [
      ...(rows.isWhole ? silent : []).map((version) => noTraffic(version, silent.length < expected.length, spec)),
      ...spec.limits
        .filter(({ metric }) => metric !== 'throughput' || rows.isWhole)
        .flatMap((limit) => brokenLimits(limit, judged, expected.length, rows)),
      ...findingsOf(compared.comparisons, spec.alpha),
    ],
    gaps: [
      ...silent.map((version) => `${version} has had no request in ${rows.seconds} s`),
      ...scarce.map(
        (version) => `${version} has had ${ofVersion(version).requests} requests, ${spec.minRequests} are needed`,
      ),
      ...compared.gaps,
    ],
    values: measured.flatMap(({ one, of }) => valuesOf(one, of)),
    summary: measured.map(({ one, of }) => sentence(one, of)).join('; '),
    state: run.state,
  });
}

type Metrics = Readonly<Record<PerformanceMetric, number | null>>;

const QUANTILES = { latency_p50: 0.5, latency_p95: 0.95, latency_p99: 0.99 } as const;

function metricsOf({ requests, errors, latency }: VersionTraffic, seconds: number): Metrics {
  const timed = sketchCount(latency) > 0;
  const quantile = (q: number) => (timed ? sketchQuantile(latency, q) : null);
  return {
    throughput: requests / seconds,
    error_rate: requests === 0 ? null : errors / requests,
    latency_p50: quantile(QUANTILES.latency_p50),
    latency_p95: quantile(QUANTILES.latency_p95),
    latency_p99: quantile(QUANTILES.latency_p99),
  };
}

function valuesOf({ version, requests }: VersionTraffic, metrics: Metrics): MonitorValue[] {
  return (Object.keys(metrics) as PerformanceMetric[]).map((metric) => ({
    metric,
    subject: null,
    version,
    value: metrics[metric],
    samples: requests,
    ...(metrics[metric] === null ? { why: 'no request' } : {}),
  }));
}

function noTraffic(version: string, hasOthers: boolean, { noTraffic: severity }: PerformanceMonitor): Finding {
  return {
    key: `performance:no_traffic:${version}`,
    severity,
    // Where nobody has any, it is not the version that keeps users away.
    cause: hasOthers ? 'version' : 'environment',
    version,
    subject: null,
    message: `${version} should serve and has had no request`,
    value: 0,
    limit: null,
  };
}

/** It is the version's own fault where another one, asked at the same time, keeps to the limit. */
function brokenLimits(
  { metric, min, max, severity }: PerformanceLimit,
  judged: readonly VersionTraffic[],
  expected: number,
  { seconds }: PerformanceRows,
): Finding[] {
  const broken = judged.flatMap((one) => {
    const value = metricsOf(one, seconds)[metric];
    if (value === null) return [];
    const limit = max !== undefined && value > max ? max : min !== undefined && value < min ? min : null;
    return limit === null ? [] : [{ one, value, limit }];
  });
  const isOwn = expected > 1 && judged.length > broken.length;
  return broken.map(({ one, value, limit }) => ({
    key: `performance:${metric}:${severity}:${one.version}`,
    severity,
    cause: isOwn ? 'version' : 'environment',
    version: one.version,
    subject: null,
    message: `${metric} of ${one.version} is ${formatMetric(metric, value)} over ${one.requests} requests, limit ${formatMetric(metric, limit)}`,
    value,
    limit,
  }));
}

function comparisons(
  spec: PerformanceMonitor,
  { serving, reference }: PerformanceRows,
  judged: readonly VersionTraffic[],
): { comparisons: Comparison[]; gaps: string[] } {
  const baseline = judged.find(({ version }) => version === serving.baseline);
  const candidate = judged.find(({ version }) => version === serving.candidate);
  const found: Comparison[] = [];
  const gaps: string[] = [];
  if (baseline !== undefined && candidate !== undefined)
    found.push(...compareTraffic(candidate, baseline, `the baseline ${baseline.version}`, 'version', spec));
  if (reference !== null && 'why' in reference) gaps.push(reference.why);
  else if (reference !== null && reference.requests < spec.minRequests)
    gaps.push(`the reference has ${reference.requests} requests, ${spec.minRequests} are needed`);
  else if (reference !== null && baseline !== undefined)
    found.push(...compareTraffic(baseline, reference, 'its reference', 'environment', spec));
  return { comparisons: found, gaps };
}

function sentence({ version }: VersionTraffic, { throughput, error_rate, latency_p95 }: Metrics): string {
  return `${version} answers ${formatNumber(Number((throughput ?? 0).toFixed(2)))} requests a second, p95 ${formatMs(latency_p95)}, errors ${formatShare(error_rate)}`;
}

function formatMetric(metric: PerformanceMetric, value: number): string {
  switch (metric) {
    case 'error_rate':
      return formatShare(value);
    case 'throughput':
      return `${formatNumber(value)} requests a second`;
    case 'latency_p50':
    case 'latency_p95':
    case 'latency_p99':
      return formatMs(value);
  }
}
