import { SluiceError } from '../domain/errors.js';
import { isMetric, METRIC_TABLE, METRICS, type Metric } from '../domain/metric.js';
import type { Arm } from '../domain/observation.js';
import type { Measurement, MetricSource } from '../ports/metric-source.js';
import type { ArmBucketSummary, Scope, Store } from '../ports/store.js';
import { mergeSketches, sketchQuantile } from '../stats/sketch/latency-sketch.js';

/**
 * Metrics from what the gateways recorded.
 * @returns a source whose methods throw {SluiceError} SPEC_INVALID on a metric that is not in `METRICS`
 */
export function createStoreMetrics(store: Store): MetricSource {
  return {
    async measure(metric, scope) {
      const read = await readMetric(store, known(metric), scope);
      return read.of(['baseline', 'candidate'], () => true); // what went to a shadow, no user met
    },
    async compare(metric, scope, candidateArm, apart = []) {
      const read = await readMetric(store, known(metric), scope);
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

/** One reading of the store, which then answers for any arms and segments: both sides of a comparison come from the same moment. */
interface MetricReading {
  /** Those that were met, without the empty name of units that are in none. */
  readonly segments: readonly string[];
  of(arms: readonly Arm[], isCounted: (segment: string) => boolean): Measurement;
}

interface Row {
  readonly arm: Arm;
  /** Absent where it is not known. */
  readonly segment?: string;
}

function readingOf<Some extends Row>(
  rows: readonly Some[],
  measure: (rows: readonly Some[]) => Measurement,
): MetricReading {
  return {
    segments: [...new Set(rows.map(({ segment = '' }) => segment))].filter((name) => name !== ''),
    of: (arms, isCounted) => measure(rows.filter(({ arm, segment = '' }) => arms.includes(arm) && isCounted(segment))),
  };
}

async function readMetric(store: Store, metric: Metric, scope: Scope): Promise<MetricReading> {
  switch (metric) {
    case 'error_rate':
      return readingOf(await store.armSummaries(scope), (rows) =>
        proportion(rows.map(({ errors, requests }) => ({ successes: errors, trials: requests }))),
      );
    case 'latency_p50':
    case 'latency_p90':
    case 'latency_p95':
    case 'latency_p99':
      return readingOf(await store.armSummaries(scope), (rows) => ({
        kind: 'latency',
        counts: mergeSketches(...rows.map(({ latency }) => latency)),
      }));
    case 'prediction_drift':
      return readingOf(await store.labelCounts(scope), categories);
    case 'accuracy':
      return readingOf(await store.labelledOutcomes(scope), (rows) =>
        proportion(rows.map(({ correct, joined }) => ({ successes: correct, trials: joined }))),
      );
    case 'conversion':
    case 'thumb':
      // Values are 1 or 0, so their sum is the number of yeses.
      return readingOf(await store.feedbackSummaries(scope, metric), (rows) =>
        proportion(rows.map(({ sum, count }) => ({ successes: sum, trials: count }))),
      );
  }
}

function proportion(parts: readonly { readonly successes: number; readonly trials: number }[]): Measurement {
  const successes = parts.reduce((sum, part) => sum + part.successes, 0);
  const trials = parts.reduce((sum, part) => sum + part.trials, 0);
  return { kind: 'proportion', value: { successes, trials } };
}

function categories(rows: readonly { readonly label: string; readonly count: number }[]): Measurement {
  // A model's label may be any text, `__proto__` as well: a Map and fromEntries keep it an ordinary key.
  const counts = new Map<string, number>();
  for (const { label, count } of rows) counts.set(label, (counts.get(label) ?? 0) + count);
  return { kind: 'categories', counts: Object.fromEntries(counts) };
}
