import type { Decision } from '../domain/decision.js';
import type { ExperimentReport } from '../domain/experiment.js';
import type { Incident } from '../domain/incident.js';
import type { Arm, FeedbackKind, LatencyCounts } from '../domain/observation.js';
import type { ImpactSeries, WeightPoint } from '../domain/report.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { Evidence } from '../domain/verdict.js';
import type { InputRow } from './monitor-data.js';

/** Some of a list, and how long it is. */
export interface Some<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

/** A rollout's own records. ISO; `until` is exclusive. */
export interface ReportSpan {
  readonly service: string;
  readonly rolloutId: string;
  readonly since: string;
  readonly until: string;
}

/** A guardrail as one decision rested on it. */
export interface EvidenceLook {
  readonly at: string;
  readonly phase: string;
  readonly evidence: Evidence;
  /** How many looks the ledger has of this metric, segment and gate. */
  readonly of: number;
}

export interface VersionSums {
  readonly version: string;
  readonly arm: Arm;
  readonly requests: number;
  readonly errors: number;
  readonly latency: LatencyCounts;
}

/** Of one version in one time bucket; discarded answers are no part of it. */
export interface VersionBucket extends Omit<VersionSums, 'arm'> {
  /** ISO; the start. */
  readonly at: string;
}

/** A mean over the predictions of one version in one time bucket. */
export interface MeanBucket {
  readonly at: string;
  readonly version: string;
  readonly metric: 'accuracy' | FeedbackKind;
  readonly samples: number;
  readonly value: number;
}

export interface ConfusionCell {
  readonly version: string;
  readonly arm: Arm;
  readonly predicted: string;
  readonly truth: string;
  readonly count: number;
}

/** What the store's own tables say of a rollout. Every list is bounded by whoever asks. */
export interface StoredReportData {
  /** The rollout with this id, else the newest of the service of this name; null: neither. */
  find(name: string): Promise<RolloutState | null>;
  /** What people said, the first lines and the newest, at most `most` of each; in their order. */
  decisions(rolloutId: string, most: number): Promise<Some<Decision>>;
  /** Whenever the weight of the candidate changed, the newest. */
  weights(rolloutId: string, most: number): Promise<Some<WeightPoint>>;
  /** What decisions rested on, in their order: some of every metric's, evenly, and all whose verdict is new. */
  looks(rolloutId: string, mostOfEach: number): Promise<EvidenceLook[]>;
  latency(span: ReportSpan): Promise<VersionSums[]>;
  /** Of all that the service answered in the span, in order of time. */
  buckets(span: ReportSpan, intervalMs: number): Promise<VersionBucket[]>;
  /** The same of what people and label sources said. */
  means(span: ReportSpan, intervalMs: number): Promise<MeanBucket[]>;
  /** Sampled predictions that met their label, the most frequent cells. */
  confusion(span: ReportSpan, most: number): Promise<Some<ConfusionCell>>;
  /** The newest samples of what a version was asked. */
  inputs(span: ReportSpan, version: string, most: number): Promise<InputRow[]>;
  /** Of the service, not over before the span began; newest first. */
  incidents(span: ReportSpan, most: number): Promise<Incident[]>;
}

/** What a report is made of. */
export interface ReportData extends StoredReportData {
  /** Looks of the A/B evaluation, in order of time. */
  experiments(rolloutId: string): Promise<readonly ExperimentReport[]>;
  impacts(rolloutId: string): Promise<readonly ImpactSeries[]>;
  /** As it was given; null where it is not known here. */
  spec(rolloutId: string): Promise<unknown>;
}
