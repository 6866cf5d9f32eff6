/**
 * What gateways record and ship: the wire format between the gateway, the collector and the store.
 * Times are ISO strings in UTC. Every number is finite; what is not known is null.
 */

/** Who answered: the two arms users meet, and the candidate's discarded answers to copied requests. */
export type Arm = 'baseline' | 'candidate' | 'shadow';

/** Sparse counts by bucket of the latency sketch (src/stats/latency-sketch.ts): bucket index -> count. */
export type LatencyCounts = Readonly<Record<string, number>>;

/** Additive sufficient statistics of all requests that one arm answered under one epoch in one time bucket. */
export interface ArmBucket {
  readonly service: string;
  readonly rolloutId: string | null;
  readonly epoch: number;
  readonly arm: Arm;
  readonly version: string;
  /** Start of the 10 s bucket. */
  readonly bucketStart: string;
  readonly requests: number;
  /** Requests that the version failed: status 5xx, a broken connection, a time-out. */
  readonly errors: number;
  readonly latency: LatencyCounts;
}

/** One sampled prediction. */
export interface PredictionRecord {
  readonly predictionId: string;
  readonly service: string;
  readonly rolloutId: string | null;
  readonly epoch: number;
  readonly arm: Arm;
  readonly version: string;
  readonly at: string;
  /** The unit of assignment, hashed: the user key itself never leaves the gateway. */
  readonly unitHash: string;
  readonly status: number;
  readonly latencyMs: number;
  /** The first predicted label, as text; null where the answer could not be read. */
  readonly label: string | null;
  /** The score of that label, where the answer gives one. */
  readonly score: number | null;
}

/** One request that both the baseline (for the user) and the candidate (for comparison) answered. */
export interface ShadowPair {
  readonly predictionId: string;
  readonly service: string;
  readonly rolloutId: string | null;
  readonly epoch: number;
  readonly at: string;
  readonly baselineLabel: string | null;
  readonly candidateLabel: string | null;
  readonly baselineLatencyMs: number;
  readonly candidateLatencyMs: number;
  readonly baselineError: boolean;
  readonly candidateError: boolean;
}

export const FEEDBACK_KINDS = ['label', 'thumb', 'rating', 'conversion', 'revenue'] as const;
export type FeedbackKind = (typeof FEEDBACK_KINDS)[number];

/** A user's or a label source's word on one prediction; the gateway has verified the prediction id and read its arm from it. */
export interface FeedbackRecord {
  /** Makes a repeat harmless: the client's own id, else a digest of prediction id, kind and value. */
  readonly feedbackId: string;
  readonly predictionId: string;
  readonly service: string;
  readonly epoch: number;
  readonly arm: Arm;
  readonly version: string;
  readonly predictedAt: string;
  readonly receivedAt: string;
  readonly kind: FeedbackKind;
  /** The true label, as text, for `label`; otherwise null. */
  readonly label: string | null;
  /** The number, for `rating` and `revenue`; 1 or 0 for `thumb` and `conversion`; otherwise null. */
  readonly value: number | null;
}

/** What one gateway ships at a time. `(bootId, sequence)` makes a batch that arrives twice count once. */
export interface ObservationBatch {
  readonly gatewayId: string;
  /** New at each start of a gateway process. */
  readonly bootId: string;
  /** Integer >= 0, one more for each batch of this boot. */
  readonly sequence: number;
  readonly sentAt: string;
  readonly buckets: readonly ArmBucket[];
  readonly predictions: readonly PredictionRecord[];
  readonly shadowPairs: readonly ShadowPair[];
  readonly feedback: readonly FeedbackRecord[];
  /** What this gateway has had to drop since its start, by what it was. */
  readonly dropped: { readonly shadowCopies: number; readonly predictions: number; readonly batches: number };
}
