import type {
  Arm,
  ExposureRecord,
  FeatureSample,
  FeedbackRecord,
  InterleavedList,
  ObservationBatch,
  PredictionRecord,
  ShadowPair,
} from '../../domain/observation.js';
import type { Route } from '../../domain/route.js';
import type { ReadAnswer } from '../read-answer.js';
import { ArmTotals } from './arm-counts.js';
import { Exposures } from './exposures.js';
import { FeatureReservoir } from './feature-reservoir.js';
import { LabelNames } from './label-names.js';
import { RecordList } from './record-list.js';
import { type ComparedPair, ShadowCounts } from './shadow-counts.js';

/** One answer of one version, as the gateway saw it. */
export interface Observed {
  readonly route: Route;
  readonly arm: Arm;
  readonly version: string;
  readonly segment: string;
  readonly at: number;
  readonly latencyMs: number;
  readonly status: number;
  /** The version failed: 5xx, a broken connection, a time-out, an answer that is none. */
  readonly failed: boolean;
}

/** The kinds of records in a batch. */
type Kind = keyof Omit<ObservationBatch, 'gatewayId' | 'bootId' | 'sequence' | 'sentAt' | 'dropped'>;

export interface RecorderOptions {
  /** Of each kind that may wait for a shipment. */
  readonly most: number;
  /** Of each kind in one batch, and of all of them together in UTF-8. */
  readonly batchRecords: number;
  readonly batchBytes: number;
  /** Share of predictions that are recorded, 0..1; buckets count all of them. */
  readonly predictionSample: number;
  /** Predictions recorded a second, about; of more, an even share. */
  readonly predictionsPerSecond: number;
  /** Samples of features and outputs of each version and 10 s bucket. */
  readonly featureSamples: number;
  /** Units whose exposure is remembered, of each route. */
  readonly exposedUnits: number;
}

/** Sums and records between two shipments; bounded, and what does not fit is counted. */
export class Recorder {
  private readonly predictions: RecordList<PredictionRecord>;
  private readonly shadowPairs: RecordList<ShadowPair>;
  private readonly exposures: RecordList<ExposureRecord>;
  private readonly interleaved: RecordList<InterleavedList>;
  private readonly feedback: RecordList<FeedbackRecord>;
  private readonly featureSamples: RecordList<FeatureSample>;
  private readonly shadowCounts = new ShadowCounts();
  private readonly exposed: Exposures;
  private readonly features: FeatureReservoir;
  private readonly options: RecorderOptions;
  /** All that was ever counted, and what of it waits for a shipment. */
  readonly totals = new ArmTotals();
  private readonly labelNames = new LabelNames();
  /** Predictions, pairs, exposures and lists that did not fit. */
  droppedPredictions = 0;
  private second = 0;
  private inSecond = 0;
  private sampleShare: number;

  constructor(options: RecorderOptions) {
    const { most } = options;
    this.options = options;
    this.sampleShare = options.predictionSample;
    this.predictions = new RecordList(most);
    this.shadowPairs = new RecordList(most);
    this.exposures = new RecordList(most);
    this.interleaved = new RecordList(most);
    this.feedback = new RecordList(most);
    this.featureSamples = new RecordList(most);
    this.exposed = new Exposures(options.exposedUnits);
    this.features = new FeatureReservoir(options.featureSamples);
  }

  /**
   * Whether a prediction is to be recorded. The share falls where there are more a second than wanted, so that recording costs a busy gateway
   * no more than a quiet one.
   * @param draw a number in [0, 1) that belongs to the prediction
   * @param now on the monotonic clock, milliseconds: a wall clock that is set back would hold the share as it is for as long
   */
  samples(draw: number, now: number): boolean {
    const second = Math.floor(now / 1000);
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

  count({ route, arm, version, segment, at, latencyMs, failed }: Observed): void {
    this.totals.of(route, arm, version, segment).count(at, latencyMs, failed);
  }

  predict(
    observed: Observed,
    { predictionId, unitHash, body }: { predictionId: string; unitHash: string; body: Buffer | null },
    answer: ReadAnswer,
  ): void {
    const { route, arm, version, segment, at, latencyMs, status } = observed;
    const { service, rolloutId, epoch } = route;
    const time = new Date(at).toISOString();
    const who = { predictionId, service, rolloutId, epoch, arm, version, segment, at: time, unitHash };
    this.keep(this.predictions, { ...who, status, latencyMs, ...answer });
    this.features.add(observed, predictionId, body, answer);
    const counts = this.totals.of(route, arm, version, segment);
    counts.exemplify(predictionId, latencyMs, at);
    if (answer.label !== null) counts.said(this.labelNames.shown(route, answer.label));
  }

  /** Sums a pair. */
  compare(pair: ComparedPair): void {
    this.shadowCounts.count(pair);
  }

  /** Keeps a pair itself, as one of the sample. */
  pair(pair: ShadowPair): void {
    this.keep(this.shadowPairs, pair);
  }

  /** Records a unit's first meeting with its version under a route. */
  expose({ route, arm, version, segment, at }: Observed, unitHash: string): void {
    const { service, rolloutId, epoch } = route;
    if (!this.exposed.isFirst(route, unitHash)) return;
    const time = new Date(at).toISOString();
    this.keep(this.exposures, { service, rolloutId, epoch, unitHash, arm, version, segment, at: time });
  }

  interleave(list: InterleavedList): void {
    this.keep(this.interleaved, list);
  }

  /** @returns false where nothing was taken: its sender is told, so it is not lost and not counted as dropped */
  feed(records: readonly FeedbackRecord[]): boolean {
    return this.feedback.add(...records);
  }

  /**
   * Gives away one batch of what has gathered, the oldest first, as the fields of a JSON object; null where nothing has.
   * @param all also what a bucket that has not ended yet holds
   */
  take(all = false): string | null {
    const { batchRecords, batchBytes } = this.options;
    for (const sample of this.features.take(Date.now(), all)) this.keep(this.featureSamples, sample);
    // What guardrails are judged by is first.
    const buckets = this.totals.takeBuckets().map(toText);
    const shadowBuckets = this.shadowCounts.take().map(toText);
    let left = batchBytes - bytesOf(buckets) - bytesOf(shadowBuckets);
    const takeOf = <Item>(list: RecordList<Item>) => {
      const before = list.bytes;
      const texts = list.take(batchRecords, left);
      left -= before - list.bytes;
      return texts;
    };
    const taken = {
      buckets,
      shadowBuckets,
      feedback: takeOf(this.feedback),
      exposures: takeOf(this.exposures),
      predictions: takeOf(this.predictions),
      shadowPairs: takeOf(this.shadowPairs),
      interleaved: takeOf(this.interleaved),
      features: takeOf(this.featureSamples),
    } satisfies Record<Kind, string[]>;
    if (Object.values(taken).every((texts) => texts.length === 0)) return null;
    return Object.entries(taken)
      .map(([kind, texts]) => `"${kind}":[${texts.join(',')}]`)
      .join(',');
  }

  /** Whether one batch is not enough for what still waits. */
  get hasFullBatch(): boolean {
    const { batchRecords, batchBytes } = this.options;
    const bytes = this.lists.reduce((sum, list) => sum + list.bytes, 0);
    return bytes >= batchBytes || this.lists.some((list) => list.length >= batchRecords);
  }

  private get lists(): readonly Pick<RecordList<unknown>, 'length' | 'bytes'>[] {
    const { predictions, shadowPairs, exposures, interleaved, feedback, featureSamples } = this;
    return [predictions, shadowPairs, exposures, interleaved, feedback, featureSamples];
  }

  /** Lets go of what belongs to routes that are over. */
  forget(isInForce: (route: Route) => boolean): void {
    this.totals.forget(isInForce);
    this.exposed.forget(isInForce);
  }

  private keep<Item>(list: RecordList<Item>, item: Item): void {
    if (!list.add(item)) this.droppedPredictions += 1;
  }
}

function toText(record: object): string {
  return JSON.stringify(record);
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
