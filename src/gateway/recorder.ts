import type { Arm, ArmBucket, FeedbackRecord, PredictionRecord, ShadowPair } from '../domain/observation.js';
import type { Route } from '../domain/route.js';
import { isSampled } from '../routing/bucket.js';
import { bucketIndex } from '../stats/sketch/latency-sketch.js';
import type { ReadAnswer } from './answer.js';

/** One answer of one version, as the gateway saw it. */
export interface Observed {
  readonly route: Route;
  readonly arm: Arm;
  readonly version: string;
  readonly at: number;
  readonly latencyMs: number;
  readonly status: number;
  /** The version failed: 5xx, a broken connection, a time-out. */
  readonly failed: boolean;
}

/** What is shipped at a time, without who ships it. */
export interface Recorded {
  readonly buckets: ArmBucket[];
  readonly predictions: PredictionRecord[];
  readonly shadowPairs: ShadowPair[];
  readonly feedback: FeedbackRecord[];
}

const BUCKET_MS = 10_000;

interface OpenBucket extends Omit<ArmBucket, 'requests' | 'errors' | 'latency'> {
  requests: number;
  errors: number;
  latency: Record<string, number>;
}

export interface RecorderOptions {
  /** Of each kind that may wait for a shipment. */
  readonly most: number;
  /** Of each kind in one batch. */
  readonly batchRecords: number;
  /** Share of predictions that are recorded, 0..1; buckets count all of them. */
  readonly predictionSample: number;
}

/** Sums and records between two shipments; bounded, and what does not fit is counted. */
export class Recorder {
  private readonly buckets = new Map<string, OpenBucket>();
  private predictions: PredictionRecord[] = [];
  private shadowPairs: ShadowPair[] = [];
  private feedback: FeedbackRecord[] = [];
  private readonly options: RecorderOptions;
  /** Predictions and shadow pairs that did not fit. */
  droppedPredictions = 0;

  constructor(options: RecorderOptions) {
    this.options = options;
  }

  /** Whether a prediction is to be recorded: the same for both answers to a mirrored request, so that pairs stay whole. */
  samples(predictionId: string): boolean {
    return isSampled('prediction', predictionId, this.options.predictionSample * 100);
  }

  count({ route, arm, version, at, latencyMs, failed }: Observed): void {
    const { service, rolloutId, epoch } = route;
    const start = at - (at % BUCKET_MS);
    const key = `${service}|${epoch}|${arm}|${version}|${start}`;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      const bucketStart = new Date(start).toISOString();
      bucket = { service, rolloutId, epoch, arm, version, bucketStart, requests: 0, errors: 0, latency: {} };
      this.buckets.set(key, bucket);
    }
    const index = String(bucketIndex(latencyMs));
    bucket.requests += 1;
    bucket.errors += failed ? 1 : 0;
    bucket.latency[index] = (bucket.latency[index] ?? 0) + 1;
  }

  predict(observed: Observed, predictionId: string, unitHash: string, { label, score }: ReadAnswer): void {
    if (!this.samples(predictionId) || !this.hasRoom(this.predictions)) return;
    const { route, arm, version, at, latencyMs, status } = observed;
    const { service, rolloutId, epoch } = route;
    const time = new Date(at).toISOString();
    this.predictions.push({
      predictionId,
      service,
      rolloutId,
      epoch,
      arm,
      version,
      at: time,
      unitHash,
      status,
      latencyMs,
      label,
      score,
    });
  }

  pair(pair: ShadowPair): void {
    if (this.hasRoom(this.shadowPairs)) this.shadowPairs.push(pair);
  }

  /** @returns false where nothing was taken: its sender is told, so it is not lost and not counted as dropped */
  feed(records: readonly FeedbackRecord[]): boolean {
    if (this.feedback.length + records.length > this.options.most) return false;
    this.feedback.push(...records);
    return true;
  }

  /** Gives away one batch of what has gathered, the oldest first; null where nothing has. */
  take(): Recorded | null {
    const { batchRecords } = this.options;
    const taken = {
      buckets: [...this.buckets.values()],
      predictions: this.predictions.slice(0, batchRecords),
      shadowPairs: this.shadowPairs.slice(0, batchRecords),
      feedback: this.feedback.slice(0, batchRecords),
    };
    this.buckets.clear();
    this.predictions = this.predictions.slice(batchRecords);
    this.shadowPairs = this.shadowPairs.slice(batchRecords);
    this.feedback = this.feedback.slice(batchRecords);
    return Object.values(taken).some((list) => list.length > 0) ? taken : null;
  }

  /** Whether one batch is not enough for what still waits. */
  get hasFullBatch(): boolean {
    return [this.predictions, this.shadowPairs, this.feedback].some((list) => list.length >= this.options.batchRecords);
  }

  private hasRoom(list: readonly unknown[]): boolean {
    if (list.length < this.options.most) return true;
    this.droppedPredictions += 1;
    return false;
  }
}
