import type { Arm, ArmBucket, FeedbackRecord, PredictionRecord, ShadowPair } from '../domain/observation.js';
import type { Route } from '../domain/route.js';
import { bucketIndex } from '../stats/latency-sketch.js';
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

/** Sums and records between two shipments; bounded, and what does not fit is counted. */
export class Recorder {
  private readonly buckets = new Map<string, OpenBucket>();
  private predictions: PredictionRecord[] = [];
  private shadowPairs: ShadowPair[] = [];
  private feedback: FeedbackRecord[] = [];
  private readonly most: number;
  droppedPredictions = 0;

  constructor(most: number) {
    this.most = most;
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
    if (this.isFull(this.predictions)) return;
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
    if (!this.isFull(this.shadowPairs)) this.shadowPairs.push(pair);
  }

  feed(records: readonly FeedbackRecord[]): boolean {
    if (this.isFull(this.feedback)) return false;
    this.feedback.push(...records);
    return true;
  }

  /** Gives away what has gathered, and begins anew; null where nothing has. */
  take(): Recorded | null {
    const taken = {
      buckets: [...this.buckets.values()],
      predictions: this.predictions,
      shadowPairs: this.shadowPairs,
      feedback: this.feedback,
    };
    this.buckets.clear();
    [this.predictions, this.shadowPairs, this.feedback] = [[], [], []];
    return Object.values(taken).some((list) => list.length > 0) ? taken : null;
  }

  private isFull(list: readonly unknown[]): boolean {
    if (list.length < this.most) return false;
    this.droppedPredictions += 1;
    return true;
  }
}
