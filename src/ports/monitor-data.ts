import type { FeatureValue, FeedbackKind, LatencyCounts, Moments } from '../domain/observation.js';

/** Answers that users had of one version in a stretch of time; copies in the shadow are no part of it. ISO; `until` is exclusive. */
export interface VersionSpan {
  readonly service: string;
  readonly version: string;
  readonly since: string;
  readonly until: string;
}

/** How many rows, and which: the newest, or some of every part of the span (the same ones whenever it is asked). */
export interface Take {
  readonly most: number;
  readonly which: 'newest' | 'even';
}

/** A sampled prediction that could be read. */
export interface OutputRow {
  /** ISO. */
  readonly at: string;
  readonly label: string;
  readonly score: number | null;
}

/** A sampled prediction that has met its true label (the latest that came). */
export interface OutcomeRow {
  readonly at: string;
  readonly predicted: string;
  readonly truth: string;
}

/** A sample of what the version was asked. */
export interface InputRow {
  readonly at: string;
  readonly features: Readonly<Record<string, FeatureValue>>;
}

export interface LabelledInputRow extends InputRow, OutcomeRow {}

export type ServiceSpan = Omit<VersionSpan, 'version'>;

/** Sums over the 10 s buckets that began in the span. */
export interface VersionTraffic {
  readonly version: string;
  readonly requests: number;
  readonly errors: number;
  readonly latency: LatencyCounts;
}

/** One value a prediction, the latest. */
export interface VersionFeedback extends Moments {
  readonly version: string;
  readonly kind: FeedbackKind;
  /** On how many scales, or in how many currencies, the kind's values of all versions are. Those of several have no mean. */
  readonly scales: number;
}

/** Units that met one version and no other in the span, and those of them that came again in the span after it. */
export interface VersionReturns {
  readonly version: string;
  readonly units: number;
  readonly returned: number;
}

export interface ServingVersions {
  readonly baseline: string;
  /** null while no user's request goes to one. */
  readonly candidate: string | null;
  /** Since when it is so, with these weights. ISO. */
  readonly since: string;
}

/** What monitors of live models read of the record. */
export interface MonitorData {
  /** By the latest route; null for a service that has none. */
  serving(service: string): Promise<ServingVersions | null>;
  /** When the newest rollout that cut over to this version, and has not gone back, did so; null: none. ISO. */
  promotedAt(service: string, version: string): Promise<string | null>;
  countOutputs(span: VersionSpan): Promise<number>;
  outputs(span: VersionSpan, take: Take): Promise<OutputRow[]>;
  outcomes(span: VersionSpan, take: Take): Promise<OutcomeRow[]>;
  countInputs(span: VersionSpan): Promise<number>;
  inputs(span: VersionSpan, take: Take): Promise<InputRow[]>;
  labelledInputs(span: VersionSpan, take: Take): Promise<LabelledInputRow[]>;
  /** Of every version that answered, in the order of their names. */
  traffic(span: ServiceSpan): Promise<VersionTraffic[]>;
  /** By the time of the prediction. */
  feedback(span: ServiceSpan): Promise<VersionFeedback[]>;
  /** @param again the end of the span after it */
  returns(span: ServiceSpan, again: string): Promise<VersionReturns[]>;
}
