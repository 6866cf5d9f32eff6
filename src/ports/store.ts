import type { Decision } from '../domain/decision.js';
import type { Freeze, Lift, NewFreeze } from '../domain/freeze.js';
import type {
  Arm,
  FeatureSample,
  FeedbackKind,
  InterleavedItem,
  LatencyCounts,
  ObservationBatch,
  ShadowBucket,
  Total,
} from '../domain/observation.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { InterleavingMethod, Route } from '../domain/route.js';
import type { ExperimentData } from './experiment-data.js';
import type { FeedbackStore } from './feedback-store.js';
import type { ImpactData } from './impact-data.js';
import type { IncidentStore } from './incident-store.js';
import type { LogStore } from './log-store.js';
import type { ModelRegistry } from './model-registry.js';
import type { MonitorData } from './monitor-data.js';
import type { MonitorStore } from './monitor-store.js';
import type { StoredReportData } from './report-data.js';
import type { RolloutList } from './rollout-list.js';
import type { RolloutRecord } from './rollout-record.js';
import type { ValidationResults } from './validation-results.js';

/**
 * Which observations to read. Epochs keep weights apart: two weights are never pooled into one comparison.
 * Times select buckets by `bucketStart` and records by `at`: `since` is inclusive, `until` exclusive, both ISO.
 */
export interface Scope {
  readonly service: string;
  readonly rolloutId?: string;
  /** Inclusive. */
  readonly epochs?: readonly [number, number];
  readonly since?: string;
  readonly until?: string;
}

/** Sums of one arm in one segment of the traffic; the segment is empty for units that are in none. */
export interface ArmSummary {
  readonly arm: Arm;
  readonly segment: string;
  readonly requests: number;
  readonly errors: number;
  readonly latency: LatencyCounts;
}

/** The same of one time bucket, over all segments. */
export interface ArmBucketSummary extends Omit<ArmSummary, 'segment'> {
  /** ISO. */
  readonly bucketStart: string;
}

/** How often an arm predicted a label, over sampled predictions that did not fail; null where the answer says none, or could not be read. */
export interface LabelCount {
  readonly arm: Arm;
  readonly segment: string;
  readonly label: string | null;
  readonly count: number;
}

/** Sampled predictions of an arm that have met their true label, and how many of them were right. */
export interface LabelledOutcomes {
  readonly arm: Arm;
  readonly segment: string;
  readonly joined: number;
  readonly correct: number;
  /** Those that have a true label too, and whose answer says none, or could not be read. */
  readonly unread: number;
}

/** One kind of numeric feedback by arm, one value a prediction (the latest counts). */
export interface FeedbackSummary extends Total {
  readonly arm: Arm;
}

/** A rollout's pairs, over all their buckets. */
export type ShadowSummary = Omit<ShadowBucket, 'service' | 'rolloutId' | 'epoch' | 'bucketStart'>;

/** A merged list and the items of it that somebody clicked. */
export interface ClickedList {
  readonly predictionId: string;
  readonly unitHash: string;
  readonly method: InterleavingMethod;
  readonly items: readonly InterleavedItem[];
  readonly clicked: readonly string[];
}

export interface FreezeFilter {
  /** Those in force then: ISO, or `now` by the store's own clock. Absent: all that ever were. */
  readonly activeAt?: string;
  /** Those whose scope covers this service. */
  readonly service?: string;
  readonly limit: number;
}

/** The durable record. All writes may be repeated: a second one with the same key changes nothing. */
export interface Store {
  /**
   * Keeps the wanted route of a service.
   * @throws {SluiceError} EPOCH_STALE when a newer epoch, or another route with the same epoch, is kept already
   */
  saveRoute(route: Route): Promise<void>;
  latestRoute(service: string): Promise<Route | null>;
  /** Of all services, in the order of their names. */
  latestRoutes(): Promise<Route[]>;

  /** Adds a batch, all of it or nothing. @returns false where `(bootId, sequence)` was added before. */
  appendObservations(batch: ObservationBatch): Promise<boolean>;
  armSummaries(scope: Scope): Promise<ArmSummary[]>;
  /** By time bucket of that width (a whole multiple of 10 s), in order of time. */
  armSeries(scope: Scope, intervalMs: number): Promise<ArmBucketSummary[]>;
  labelCounts(scope: Scope): Promise<LabelCount[]>;
  labelledOutcomes(scope: Scope): Promise<LabelledOutcomes[]>;
  feedbackSummaries(scope: Scope, kind: FeedbackKind): Promise<FeedbackSummary[]>;
  shadowSummary(scope: Scope): Promise<ShadowSummary>;
  /** The newest samples of a version's features and outputs. */
  featureSamples(scope: Scope, version: string, most: number): Promise<FeatureSample[]>;

  /** Insert or ignore by `(rolloutId, sequence)`. */
  appendDecision(decision: Decision): Promise<void>;
  /** In the order they were made. */
  decisions(rolloutId: string): Promise<Decision[]>;

  /** Keeps the view with the highest revision. */
  saveRollout(state: RolloutState): Promise<void>;
  rollout(rolloutId: string): Promise<RolloutState | null>;
  /** Newest first; of one service where it is named. */
  rollouts(filter: { service?: string; limit: number }): Promise<RolloutState[]>;

  /** Stamps and keeps a freeze. @returns it, or the one that was made before with this id */
  createFreeze(freeze: NewFreeze): Promise<Freeze>;
  /**
   * Ends a freeze before its time. @returns it; where somebody has lifted it before, as that one did
   * @throws {SluiceError} NOT_FOUND; COMMAND_REFUSED for one that has ended by itself
   */
  liftFreeze(id: string, lift: Lift): Promise<Freeze>;
  /** Newest first. */
  freezes(filter: FreezeFilter): Promise<Freeze[]>;

  /** Model versions and their aliases, where no other registry is used. */
  readonly models: ModelRegistry;

  /** What validation suites have come to. */
  readonly validations: ValidationResults;
  /** What is kept of the logs of gateways and model servers. */
  readonly logs: LogStore;

  /** What monitors have read. */
  readonly monitors: MonitorStore;

  /** What went wrong. */
  readonly incidents: IncidentStore;

  /** What monitors of live models read of the record. */
  readonly monitorData: MonitorData;

  /** What the impact analysis reads, and what it has found. */
  readonly impact: ImpactData;

  /** What experiments read of the record. */
  readonly experiments: ExperimentData;

  /** What is done with feedback besides reading it: imports, counts, retention, erasure. */
  readonly feedback: FeedbackStore;

  /** What reports are made of. */
  readonly report: StoredReportData;

  /** Specs, and looks at A/B evaluations. */
  readonly record: RolloutRecord;

  /** What lists and followers read. */
  readonly listed: RolloutList;

  /** Cheap round trip: resolves when the store can answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
