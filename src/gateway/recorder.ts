import type { Arm, ArmBucket, FeedbackRecord, PredictionRecord, ShadowPair } from '../domain/observation.js';
import type { Route } from '../domain/route.js';
import type { ReadAnswer } from './answer.js';
import { ArmTotals } from './arm-counts.js';

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

export interface RecorderOptions {
  /** Of each kind that may wait for a shipment. */
  readonly most: number;
  /** Of each kind in one batch. */
  readonly batchRecords: number;
  /** Share of predictions that are recorded, 0..1; buckets count all of them. */
  readonly predictionSample: number;
  /** Predictions recorded a second, about; of more, an even share. */
  readonly predictionsPerSecond: number;
}

/** Sums and records between two shipments; bounded, and what does not fit is counted. */
export class Recorder {
  private predictions: PredictionRecord[] = [];
  private shadowPairs: ShadowPair[] = [];
  private feedback: FeedbackRecord[] = [];
  private readonly options: RecorderOptions;
  /** All that was ever counted, and what of it waits for a shipment. */
  readonly totals = new ArmTotals();
  /** Predictions and shadow pairs that did not fit. */
  droppedPredictions = 0;
  private second = 0;
  private inSecond = 0;
  private sampleShare: number;

  constructor(options: RecorderOptions) {
    this.options = options;
    this.sampleShare = options.predictionSample;
  }

  /**
   * Whether a prediction is to be recorded. The share falls where there are more a second than wanted, so that recording costs a busy gateway
   * no more than a quiet one.
   * @param draw a number in [0, 1) that belongs to the prediction
   */
  samples(draw: number, at: number): boolean {
    const second = Math.floor(at / 1000);
    // Answers do not end in the order their requests began: only a later second ends the one before.
    if (second > this.second) {
      const { predictionSample, predictionsPerSecond } = this.options;
      const fits = predictionsPerSecond / Math.max(this.inSecond, 1);
      this.sampleShare = Math.min(predictionSample, fits);
      this.second = second;
      this.inSecond = 0;
    }
    this.inSecond += 1;
    return draw < this.sampleShare;
  }

  count({ route, arm, version, at, latencyMs, failed }: Observed): void {
    this.totals.of(route, arm, version).count(at, latencyMs, failed);
  }

  predict(observed: Observed, predictionId: string, unitHash: string, { label, score }: ReadAnswer): void {
    if (!this.hasRoom(this.predictions)) return;
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
      buckets: this.totals.takeBuckets(),
      predictions: this.predictions.slice(0, batchRecords),
      shadowPairs: this.shadowPairs.slice(0, batchRecords),
      feedback: this.feedback.slice(0, batchRecords),
    };
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
