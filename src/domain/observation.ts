import type { InterleavingMethod } from './route.js';

/**
 * What gateways record and ship: the wire format between the gateway, the collector and the store.
 * Times are ISO strings in UTC. Every number is finite; what is not known is null.
 */

/**
 * Who answered: the two arms under comparison, the candidate's discarded answers to copied requests, and whoever else: further versions,
 * versions that testers asked for, merged lists.
 */
export const ARMS = ['baseline', 'candidate', 'shadow', 'other'] as const;
export type Arm = (typeof ARMS)[number];

/** Sparse counts by bucket of the latency sketch (src/stats/latency-sketch.ts): bucket index -> count. */
export type LatencyCounts = Readonly<Record<string, number>>;

/** Beyond any rating or amount of money; its square still is a small number for a double. */
export const LARGEST_VALUE = 1e15;

/** Characters of the key of a unit, as gateways take it from requests and feedback. */
export const LONGEST_UNIT = 1024;

/** What every record says of the route it was made under. */
interface OfRoute {
  readonly service: string;
  readonly rolloutId: string | null;
  readonly epoch: number;
}

/** And of the version that answered. */
interface OfVersion extends OfRoute {
  readonly arm: Arm;
  readonly version: string;
  /** The segment of the route that the units are in; empty for none. */
  readonly segment: string;
}

/** Additive sufficient statistics of all requests that one arm answered under one epoch in one time bucket. */
export interface ArmBucket extends OfVersion {
  /** Start of the 10 s bucket. */
  readonly bucketStart: string;
  readonly requests: number;
  /** Requests that the version failed: status 5xx, a broken connection, a time-out. */
  readonly errors: number;
  readonly latency: LatencyCounts;
}

/** One sampled prediction. */
export interface PredictionRecord extends OfVersion {
  readonly predictionId: string;
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

/** One feature of a request; null where it is missing or no number. */
export type FeatureValue = number | string | null;

/** What a version was asked and what it said: an even sample of each version's requests, for drift. */
export interface FeatureSample extends OfVersion {
  readonly predictionId: string;
  readonly at: string;
  /** By name of the input; `name.0`, `name.1` where a tensor has several columns. */
  readonly features: Readonly<Record<string, FeatureValue>>;
  readonly label: string | null;
  readonly score: number | null;
}

/** One request that both the baseline (for the user) and the candidate (for comparison) answered. */
export interface ShadowPair extends OfRoute {
  readonly predictionId: string;
  readonly at: string;
  readonly baselineLabel: string | null;
  readonly candidateLabel: string | null;
  readonly baselineScore: number | null;
  readonly candidateScore: number | null;
  readonly baselineLatencyMs: number;
  readonly candidateLatencyMs: number;
  readonly baselineError: boolean;
  readonly candidateError: boolean;
}

/** Enough for a mean. */
export interface Total {
  readonly count: number;
  readonly sum: number;
}

/** Enough for a mean and a variance. */
export interface Moments extends Total {
  readonly sumOfSquares: number;
}

/** Additive sufficient statistics of all pairs of one epoch in one time bucket; single pairs are a sample. */
export interface ShadowBucket extends OfRoute {
  /** Start of the 10 s bucket. */
  readonly bucketStart: string;
  readonly pairs: number;
  /** Pairs in which both answers could be read, and those of them that say the same. */
  readonly compared: number;
  readonly agreed: number;
  readonly baselineErrors: number;
  readonly candidateErrors: number;
  /** Candidate minus baseline, over pairs without an error. */
  readonly latencyDifferenceMs: Total;
  /** Candidate minus baseline, over pairs in which both gave a score; of one pair at most LARGEST_VALUE either way. */
  readonly scoreDifference: Total;
}

/** The first meeting of a unit with a version, at one weight: what an A/B evaluation counts units by. */
export interface ExposureRecord extends OfVersion {
  readonly unitHash: string;
  readonly at: string;
}

/** One merged list, with the team that contributed each item: what clicks are credited by. */
export interface InterleavedList extends OfRoute {
  readonly predictionId: string;
  readonly method: InterleavingMethod;
  readonly at: string;
  readonly unitHash: string;
  /** In the order users saw them. */
  readonly items: readonly InterleavedItem[];
}

export interface InterleavedItem {
  readonly item: string;
  /** Who contributed it; null for the rest of the longer ranking, once the other had nothing left to set against it. */
  readonly team: 'baseline' | 'candidate' | null;
  /** Place in each version's ranking, from 1; null where it has not got the item. */
  readonly baselineRank: number | null;
  readonly candidateRank: number | null;
}

/** Gateways count in such stretches of time. */
export const BUCKET_MS = 10_000;

export const FEEDBACK_KINDS = [
  'label',
  'thumb',
  'rating',
  'survey',
  'conversion',
  'revenue',
  'continued-use',
  'click',
] as const;
export type FeedbackKind = (typeof FEEDBACK_KINDS)[number];

/** Whether the value of such feedback is 1 or 0. */
export function isYesOrNo(kind: FeedbackKind): boolean {
  return kind === 'thumb' || kind === 'conversion' || kind === 'continued-use' || kind === 'click';
}

/**
 * A user's or a label source's word on one prediction, or on what a unit did. Of a prediction, its id was verified and says service, arm, version, epoch
 * and time; of a unit alone, these five are null, and its exposure says on reading which arm it met.
 */
export interface FeedbackRecord {
  /** Makes a repeat harmless: the client's own id, else a digest of what it says. */
  readonly feedbackId: string;
  readonly service: string;
  readonly predictionId: string | null;
  readonly epoch: number | null;
  readonly arm: Arm | null;
  readonly version: string | null;
  readonly predictedAt: string | null;
  /** The unit, hashed as in predictions and exposures; null only for prediction ids of older gateways, which do not carry it. */
  readonly unitHash: string | null;
  /** When it happened: as its sender says, else when it was received. */
  readonly occurredAt: string;
  readonly receivedAt: string;
  /** Received later than feedback of its kind is waited for. */
  readonly late: boolean;
  readonly kind: FeedbackKind;
  /** The true label, as text, for `label`; otherwise null. */
  readonly label: string | null;
  /** The number, for `rating`, `survey` and `revenue`; 1 or 0 for `thumb`, `conversion` and `continued-use`; 1 for `click`; otherwise null. */
  readonly value: number | null;
  /** The item of a list that was clicked, for `click`; otherwise null. */
  readonly item: string | null;
  /** ISO 4217, for `revenue` where its sender says it; otherwise null. */
  readonly currency: string | null;
  /** Which question was answered, for `survey`; otherwise null. */
  readonly survey: string | null;
  /** The least and the greatest answer there is, for `rating` and `survey`; otherwise null. */
  readonly scale: readonly [number, number] | null;
  /** Who says so: `http` where its sender did not say, `import`, or a name. */
  readonly source: string;
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
  readonly shadowBuckets: readonly ShadowBucket[];
  readonly shadowPairs: readonly ShadowPair[];
  readonly exposures: readonly ExposureRecord[];
  readonly interleaved: readonly InterleavedList[];
  readonly features: readonly FeatureSample[];
  readonly feedback: readonly FeedbackRecord[];
  /** What this gateway has had to drop since its start, by what it was. */
  readonly dropped: { readonly shadowCopies: number; readonly predictions: number; readonly batches: number };
}
