import { describeError, SluiceError } from '../../domain/errors.js';
import { bucketIndex } from '../../stats/index.js';
import type { ProbeStage } from '../probe-stage.js';
import type { LoadPlan, LoadRun } from './load.js';
import { shortReason } from './measured-share.js';

/** Places in the sample. */
export type LoadBatch = readonly number[];

/** After so many requests it is clear whether a server bears it at all. */
const FIRST_REQUESTS = 100;
const MOST_FAILED_SHARE = 0.5;
/** A server that went away in the middle would otherwise be asked thousands of times a second. */
const MOST_FAILED_IN_A_ROW = 100;
const BEAT_MS = 1000;

/** One version under load: what its turns add up to. */
export class LoadArm {
  private requests = 0;
  private failed = 0;
  private failedInARow = 0;
  private rows = 0;
  private elapsedMs = 0;
  private next = 0;
  private beatAt = 0;
  private stopped: string | null = null;
  private firstFault: string | null = null;
  private isWarm = false;
  private readonly latencies: Record<string, number> = {};
  private readonly ask: (batch: LoadBatch) => Promise<number>;
  private readonly plan: LoadPlan;
  private readonly stage: ProbeStage;

  constructor(ask: (batch: LoadBatch) => Promise<number>, plan: LoadPlan, stage: ProbeStage) {
    this.ask = ask;
    this.plan = plan;
    this.stage = stage;
  }

  async turn(what: string, { durationMs, requests }: { durationMs: number; requests: number }): Promise<void> {
    const most = Math.min(this.plan.requests, this.requests + requests);
    if (this.stopped !== null || this.stage.sample.length === 0 || most <= this.requests) return;
    await this.warmUp(what);
    let begun = this.requests;
    const startedAt = performance.now();
    const until = startedAt + durationMs;
    const loop = async () => {
      while (begun < most && performance.now() < until && this.stopped === null) {
        this.stage.signal.throwIfAborted();
        begun += 1;
        await this.one(what);
      }
    };
    await Promise.all(Array.from({ length: this.plan.concurrency }, loop));
    this.elapsedMs += performance.now() - startedAt;
  }

  run(): LoadRun {
    const { requests, failed, rows, elapsedMs, latencies, stopped, firstFault } = this;
    return { requests, failed, rows, elapsedMs, latencies, stopped, firstFault };
  }

  /** One request that is not counted: the first one may ask for metadata, and opens a connection. */
  private async warmUp(what: string): Promise<void> {
    this.stage.beat(what);
    if (!this.isWarm) await this.ask(this.batch()).catch(ofTheServer);
    this.isWarm = true;
  }

  private async one(what: string): Promise<void> {
    const batch = this.batch();
    try {
      const latencyMs = await this.ask(batch);
      const bucket = bucketIndex(latencyMs);
      this.latencies[bucket] = (this.latencies[bucket] ?? 0) + 1;
      this.rows += batch.length;
      this.failedInARow = 0;
    } catch (error) {
      ofTheServer(error);
      this.failed += 1;
      this.failedInARow += 1;
      this.firstFault ??= shortReason(describeError(error));
    }
    this.requests += 1;
    this.stopWhereHopeless();
    if (performance.now() - this.beatAt < BEAT_MS) return;
    this.beatAt = performance.now();
    this.stage.beat(what);
  }

  /** The next rows, from the beginning again after the last. */
  private batch(): LoadBatch {
    const from = this.next;
    this.next += this.plan.batchSize;
    return Array.from({ length: this.plan.batchSize }, (_, at) => (from + at) % this.stage.sample.length);
  }

  private stopWhereHopeless(): void {
    if (this.requests === FIRST_REQUESTS && this.failed > MOST_FAILED_SHARE * FIRST_REQUESTS)
      this.stopped ??= `${this.failed} of the first ${FIRST_REQUESTS} requests failed`;
    if (this.failedInARow >= MOST_FAILED_IN_A_ROW) this.stopped ??= `${MOST_FAILED_IN_A_ROW} requests in a row failed`;
  }
}

const OF_THE_SERVER = new Set(['MODEL_UNREACHABLE', 'MODEL_ANSWER_INVALID', 'DATASET_INVALID']);

/** Lets what is wrong with our side (a secret, an address, being called off) through. */
function ofTheServer(error: unknown): void {
  if (!(error instanceof SluiceError && OF_THE_SERVER.has(error.code))) throw error;
}
