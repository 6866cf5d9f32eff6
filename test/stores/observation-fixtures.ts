import { randomUUID } from 'node:crypto';
import type {
  ArmBucket,
  FeedbackRecord,
  ObservationBatch,
  PredictionRecord,
  ShadowBucket,
  ShadowPair,
} from '../../src/domain/observation.js';

const AT = '2026-11-01T08:00:00.000Z';

/** A service of its own keeps a test apart from the others in one store. */
export function newService(): string {
  return `svc-${randomUUID()}`;
}

/** A batch with a key of its own. */
export function batchOf(parts: Partial<ObservationBatch>): ObservationBatch {
  return {
    gatewayId: 'gateway-1',
    bootId: randomUUID(),
    sequence: 0,
    sentAt: AT,
    buckets: [],
    predictions: [],
    shadowBuckets: [],
    shadowPairs: [],
    exposures: [],
    interleaved: [],
    features: [],
    feedback: [],
    dropped: { shadowCopies: 0, predictions: 0, batches: 0 },
    ...parts,
  };
}

export function bucketOf(service: string, parts: Partial<ArmBucket> = {}): ArmBucket {
  return {
    service,
    rolloutId: 'r-1',
    epoch: 1,
    arm: 'baseline',
    version: 'v1',
    segment: '',
    bucketStart: AT,
    requests: 10,
    errors: 1,
    latency: { '100': 7, '-3': 3 },
    ...parts,
  };
}

export function predictionOf(service: string, parts: Partial<PredictionRecord> = {}): PredictionRecord {
  return {
    predictionId: randomUUID(),
    service,
    rolloutId: 'r-1',
    epoch: 1,
    arm: 'baseline',
    version: 'v1',
    segment: '',
    at: AT,
    unitHash: 'u',
    status: 200,
    latencyMs: 12.5,
    label: '7',
    score: 0.9,
    ...parts,
  };
}

export function shadowPairOf(service: string, parts: Partial<ShadowPair> = {}): ShadowPair {
  return {
    predictionId: randomUUID(),
    service,
    rolloutId: 'r-1',
    epoch: 1,
    at: AT,
    baselineLabel: '7',
    candidateLabel: '7',
    baselineScore: 0.9,
    candidateScore: 0.8,
    baselineLatencyMs: 10,
    candidateLatencyMs: 14,
    baselineError: false,
    candidateError: false,
    ...parts,
  };
}

export function shadowBucketOf(service: string, parts: Partial<ShadowBucket> = {}): ShadowBucket {
  return {
    service,
    rolloutId: 'r-1',
    epoch: 1,
    bucketStart: AT,
    pairs: 10,
    compared: 8,
    agreed: 6,
    baselineErrors: 1,
    candidateErrors: 2,
    latencyDifferenceMs: { count: 7, sum: 14 },
    scoreDifference: { count: 5, sum: -0.5 },
    ...parts,
  };
}

export function feedbackOf(service: string, parts: Partial<FeedbackRecord> = {}): FeedbackRecord {
  return {
    feedbackId: randomUUID(),
    predictionId: randomUUID(),
    service,
    epoch: 1,
    arm: 'baseline',
    version: 'v1',
    predictedAt: AT,
    receivedAt: '2026-11-01T09:00:00.000Z',
    unitHash: null,
    occurredAt: parts.receivedAt ?? '2026-11-01T09:00:00.000Z',
    late: false,
    kind: 'conversion',
    label: null,
    value: 1,
    item: null,
    currency: null,
    survey: null,
    scale: null,
    source: 'http',
    ...parts,
  };
}

/** Feedback on a unit alone. */
export const OF_NO_PREDICTION = { predictionId: null, epoch: null, arm: null, version: null, predictedAt: null };

export function labelFor(
  prediction: PredictionRecord,
  label: string,
  parts: Partial<FeedbackRecord> = {},
): FeedbackRecord {
  const { service, predictionId, epoch, arm, version, at } = prediction;
  return feedbackOf(service, {
    predictionId,
    epoch,
    arm,
    version,
    predictedAt: at,
    kind: 'label',
    label,
    value: null,
    ...parts,
  });
}
