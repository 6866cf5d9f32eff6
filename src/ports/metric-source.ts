import type { LatencyCounts } from '../domain/observation.js';
import type { Scope } from './store.js';

/** Successes out of trials. */
export interface Proportion {
  readonly successes: number;
  readonly trials: number;
}

/** One arm's measurement of a metric, as sufficient statistics: what the analysis needs and no more. */
export type Measurement =
  | { readonly kind: 'proportion'; readonly value: Proportion }
  | { readonly kind: 'latency'; readonly counts: LatencyCounts }
  | { readonly kind: 'categories'; readonly counts: Readonly<Record<string, number>> };

export interface ArmPair {
  readonly baseline: Measurement;
  readonly candidate: Measurement;
}

/** Both arms over all traffic, and over parts of it where the source can tell them apart. */
export interface Comparison extends ArmPair {
  readonly segments?: Readonly<Record<string, ArmPair>>;
}

/** One value a time bucket, in order of time; NaN where an arm had no requests. */
export interface SeriesPair {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

/** Reads metrics. What has no data has zero trials or empty counts. */
export interface MetricSource {
  /** Over all answers that users met, baseline's and candidate's together. */
  measure(metric: string, scope: Scope): Promise<Measurement>;
  /**
   * @param candidateArm whose answers stand for the candidate: live ones, or those to shadow copies
   * @param apart segments in which the candidate has a weight of its own. Units are mixed otherwise there than in the rest, so they are compared
   *   only among themselves and left out of what is said of all traffic
   */
  compare(
    metric: string,
    scope: Scope,
    candidateArm: 'candidate' | 'shadow',
    apart?: readonly string[],
  ): Promise<Comparison>;
  /** Values by time bucket, of metrics that have one in every bucket: errors and latency. Only buckets that have ended. */
  series(metric: string, scope: Scope, candidateArm: 'candidate' | 'shadow', intervalMs: number): Promise<SeriesPair>;
}
