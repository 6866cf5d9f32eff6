import { SluiceError } from '../domain/errors.js';
import { isMetric, METRIC_TABLE, METRICS, type Metric } from '../domain/metric.js';
import type { Arm } from '../domain/observation.js';
import type { MetricSource } from '../ports/metric-source.js';
import type { ArmBucketSummary, Store } from '../ports/store.js';
import { sketchQuantile } from '../stats/sketch/latency-sketch.js';
import { READERS } from './readers.js';

/**
 * Metrics from what the gateways recorded.
 * @returns a source whose methods throw {SluiceError} SPEC_INVALID on a metric that is not in `METRICS`
 */
export function createStoreMetrics(store: Store): MetricSource {
  return {
    async measure(metric, scope) {
      const read = await READERS[known(metric)](store, scope);
      return read.of(['baseline', 'candidate'], () => true); // what went to a shadow, no user met
    },
    async compare(metric, scope, candidateArm, apart = []) {
      const read = await READERS[known(metric)](store, scope);
      const pair = (isCounted: (segment: string) => boolean) => ({
        baseline: read.of(['baseline'], isCounted),
        candidate: read.of([candidateArm], isCounted),
      });
      const segments = read.segments.map((name) => [name, pair((segment) => segment === name)] as const);
      return {
        ...pair((segment) => !apart.includes(segment)),
        ...(segments.length === 0 ? {} : { segments: Object.fromEntries(segments) }),
      };
    },
    async series(metric, scope, candidateArm, intervalMs) {
      const valueOf = bucketValue(known(metric));
      const buckets = await store.armSeries(scope, intervalMs);
      const starts = [...new Set(buckets.map(({ bucketStart }) => bucketStart))];
      const of = (arm: Arm) => {
        const found = new Map(buckets.filter((b) => b.arm === arm).map((b) => [b.bucketStart, b]));
        return starts.map((start) => valueOf(found.get(start)));
      };
      return { baseline: of('baseline'), candidate: of(candidateArm) };
    },
  };
}

function known(metric: string): Metric {
  if (isMetric(metric)) return metric;
  throw new SluiceError('SPEC_INVALID', `unknown metric ${metric}; known are ${METRICS.join(', ')}`);
}

/** A metric's value in one time bucket; NaN where the arm had no requests. */
function bucketValue(metric: Metric): (bucket: ArmBucketSummary | undefined) => number {
  const { kind } = METRIC_TABLE[metric];
  if (metric !== 'error_rate' && kind !== 'latency')
    throw new SluiceError(
      'SPEC_INVALID',
      `${metric} has no value in every time bucket; error_rate and latency_pNN have`,
    );
  const q = Number(metric.replace(/^\D+/, '')) / 100;
  return (bucket) => {
    if (bucket === undefined || bucket.requests === 0) return Number.NaN;
    return kind === 'latency' ? sketchQuantile(bucket.latency, q) : bucket.errors / bucket.requests;
  };
}
