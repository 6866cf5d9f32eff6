import type { Metric } from '../domain/metric.js';
import type { Arm, FeedbackKind } from '../domain/observation.js';
import type { Measurement, Proportion } from '../ports/metric-source.js';
import type { ArmSummary, LabelCount, Scope, Store } from '../ports/store.js';
import { mergeSketches } from '../stats/sketch/latency-sketch.js';

/** How each metric is read from the store. Its kind is the one that the metric's row in src/domain/metric.ts says. */
export const READERS: Readonly<Record<Metric, MetricReader>> = {
  error_rate: requests(({ errors, requests }) => ({ successes: errors, trials: requests })),
  latency_p50: latency,
  latency_p90: latency,
  latency_p95: latency,
  latency_p99: latency,
  prediction_drift: async (store, scope) => readingOf(comparable(await store.labelCounts(scope)), categories),
  accuracy: async (store, scope) => {
    const outcomes = await store.labelledOutcomes(scope);
    const isRead = outcomes.some(({ arm, joined }) => arm === 'baseline' && joined > 0);
    return readingOf(outcomes, (rows) =>
      proportion(
        rows.map(({ correct, joined, unread }) => ({ successes: correct, trials: isRead ? joined + unread : joined })),
      ),
    );
  },
  conversion: feedback('conversion'),
  thumb: feedback('thumb'),
};

export type MetricReader = (store: Store, scope: Scope) => Promise<MetricReading>;

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

/** A share of requests, from their sums. */
function requests(shareOf: (sums: ArmSummary) => Proportion): MetricReader {
  return async (store, scope) => readingOf(await store.armSummaries(scope), (rows) => proportion(rows.map(shareOf)));
}

/** Which quantile is meant, the judge reads from the metric's name. */
async function latency(store: Store, scope: Scope): Promise<MetricReading> {
  return readingOf(await store.armSummaries(scope), (rows) => ({
    kind: 'latency',
    counts: mergeSketches(...rows.map(({ latency }) => latency)),
  }));
}

/** A share of yeses: values are 1 or 0, so their sum is the number of them. */
function feedback(kind: FeedbackKind): MetricReader {
  return async (store, scope) =>
    readingOf(await store.feedbackSummaries(scope, kind), (rows) =>
      proportion(rows.map(({ sum, count }) => ({ successes: sum, trials: count }))),
    );
}

function proportion(parts: readonly Proportion[]): Measurement {
  const successes = parts.reduce((sum, part) => sum + part.successes, 0);
  const trials = parts.reduce((sum, part) => sum + part.trials, 0);
  return { kind: 'proportion', value: { successes, trials } };
}

/** What an answer without a prediction counts as. */
const NO_LABEL = '(no prediction)';

/**
 * A model that has begun to say nothing (NaN, which is no JSON; an error with status 200) must not be judged by the rest of its answers. Where the
 * baseline says nothing either, it is not known what its answers are, and there is nothing to compare.
 */
function comparable(rows: readonly LabelCount[]): readonly LabelCount[] {
  const isRead = rows.some(({ arm, label }) => arm === 'baseline' && label !== null);
  return isRead ? rows : rows.filter(({ label }) => label !== null);
}

function categories(rows: readonly LabelCount[]): Measurement {
  // A model's label may be any text, `__proto__` as well: a Map and fromEntries keep it an ordinary key.
  const counts = new Map<string, number>();
  for (const { label, count } of rows) counts.set(label ?? NO_LABEL, (counts.get(label ?? NO_LABEL) ?? 0) + count);
  return { kind: 'categories', counts: Object.fromEntries(counts) };
}
