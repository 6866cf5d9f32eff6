import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { describeError } from '../../domain/errors.js';
import type { Route } from '../../domain/route.js';
import type { Log } from '../../process/log.js';
import { callHttp } from '../http-call.js';
import type { Recorder } from './recorder.js';
import type { BatchText, Spool } from './spool.js';

export interface ShipperOptions {
  readonly gatewayId: string;
  /** Null: nothing is recorded anywhere. */
  readonly collectorUrl: string | null;
  /** What the collector asks for; null where it asks for nothing. */
  readonly collectorToken: string | null;
  readonly intervalMs: number;
  readonly recorder: Recorder;
  readonly spool: Spool;
  readonly droppedShadowCopies: () => number;
  readonly isInForce: (route: Route) => boolean;
  readonly log: Log;
}

const SEND_TIMEOUT_MS = 10_000;
/** Short enough that a rollout's guardrails do not starve for long once the collector is back. */
const LONGEST_BACKOFF_MS = 5000;
/** The batch itself is wrong and will never be right. Any other refusal (a proxy's 404, a 401) may pass: the batch waits. */
const REFUSALS = [400, 413, 422];

/** Sends what was recorded to the collector, in order; what can't be sent waits on disk. A repeat is recognised by its number. */
export class Shipper {
  private readonly options: ShipperOptions;
  private readonly bootId = randomUUID();
  private readonly timer: NodeJS.Timeout;
  private readonly stop = new AbortController();
  private sequence = 0;
  private refused = 0;
  private shipping: Promise<void> | null = null;
  private isClosing = false;
  /** Failed sends in a row, and when the next may be tried, on the monotonic clock. */
  private failures = 0;
  private retryAt = 0;
  /** Since when the collector has taken nothing, though there was a batch for it, on the monotonic clock; null where it took the last one. */
  private starvedSince: number | null = null;

  constructor(options: ShipperOptions) {
    this.options = options;
    this.timer = setInterval(() => void this.ship(), options.intervalMs);
    this.timer.unref();
  }

  /** One shipment at a time: whoever asks while one is under way waits for that one. */
  ship(): Promise<void> {
    this.shipping ??= this.shipOnce()
      .catch((error: unknown) => {
        this.options.log('error', 'recorded observations could not be kept', { cause: describeError(error) });
      })
      .finally(() => {
        this.shipping = null;
      });
    return this.shipping;
  }

  /**
   * How long the collector has lacked records: by the oldest batch that waits on disk, an earlier process's too, and by batches that neither disk nor
   * collector took, until it takes one again. 0 where it lacks none.
   */
  get unshippedMs(): number {
    const { collectorUrl, spool } = this.options;
    if (collectorUrl === null) return 0;
    const waitsMs = spool.oldestAt === null ? 0 : Date.now() - spool.oldestAt;
    const starvesMs = this.starvedSince === null ? 0 : performance.now() - this.starvedSince;
    return Math.round(Math.max(0, waitsMs, starvesMs));
  }

  /** Ships the last batches. @param patienceMs after which what is not sent yet waits on disk for the next start */
  async close(patienceMs: number): Promise<void> {
    clearInterval(this.timer);
    const timer = setTimeout(() => this.stop.abort(new Error('the gateway stops')), patienceMs);
    await this.shipping;
    this.isClosing = true;
    this.retryAt = 0;
    await this.ship();
    clearTimeout(timer);
  }

  /** What waits on disk is sent also where the disk takes no more: else it would stay full for ever. */
  private async shipOnce(): Promise<void> {
    const { collectorUrl } = this.options;
    for (let hasMore = true; hasMore; )
      try {
        await this.shipRecorded();
      } finally {
        hasMore = collectorUrl !== null && (await this.shipSpooled(collectorUrl));
      }
  }

  private async shipRecorded(): Promise<void> {
    const { collectorUrl, recorder } = this.options;
    // A rest waits for the next shipment, so that a steady stream comes in few batches; at the end there is no next.
    const hasMore = () => this.isClosing || recorder.hasFullBatch;
    for (
      let taken = recorder.take(this.isClosing);
      taken !== null;
      taken = hasMore() ? recorder.take(this.isClosing) : null
    )
      if (collectorUrl !== null) await this.shipBatch(collectorUrl, this.batch(taken));
    recorder.forget(this.options.isInForce);
  }

  /**
   * Sends what waits on disk, for as long as lies between two shipments: after hours there is more than can be sent before what is recorded meanwhile finds
   * no room.
   * @returns whether more of it may be sent
   */
  private async shipSpooled(collectorUrl: string): Promise<boolean> {
    const { intervalMs, spool } = this.options;
    const endsAt = performance.now() + intervalMs;
    while (this.maySend) {
      const text = await spool.first();
      if (text === null || !(await this.send(collectorUrl, text))) return false;
      await spool.removeFirst();
      if (performance.now() >= endsAt) return true;
    }
    return false;
  }

  /** Straight through while all is well; behind the others where some wait already. */
  private async shipBatch(collectorUrl: string, batch: BatchText): Promise<void> {
    const { spool } = this.options;
    this.starvedSince ??= performance.now();
    if (spool.isEmpty && this.maySend && (await this.send(collectorUrl, batch.text))) return;
    await spool.add(batch);
  }

  private batch(records: string): BatchText {
    const { gatewayId, droppedShadowCopies, recorder, spool } = this.options;
    const dropped = {
      shadowCopies: droppedShadowCopies(),
      predictions: recorder.droppedPredictions,
      batches: spool.dropped + this.refused,
    };
    const [bootId, sequence] = [this.bootId, this.sequence];
    this.sequence += 1;
    const sentAt = new Date().toISOString();
    const head = JSON.stringify({ gatewayId, bootId, sequence, sentAt, dropped });
    return { bootId, sequence, sentAt, text: `${head.slice(0, -1)},${records}}` };
  }

  private get maySend(): boolean {
    return !this.stop.signal.aborted && performance.now() >= this.retryAt;
  }

  /** @returns false where it must be tried again */
  private async send(collectorUrl: string, body: string): Promise<boolean> {
    const { log, collectorToken } = this.options;
    try {
      const { status, text } = await callHttp({
        method: 'POST',
        url: `${collectorUrl}/v1/observations`,
        body,
        token: collectorToken,
        timeoutMs: SEND_TIMEOUT_MS,
        signal: this.stop.signal,
      });
      if (status === 401)
        throw new Error(
          'status 401: it asks for a token with the role intake (SLUICE_TOKEN) or SLUICE_ADMIN_TOKEN, and ours is none or another',
        );
      const isRefused = REFUSALS.includes(status);
      if (!isRefused && (status < 200 || status > 299)) throw new Error(`status ${status}`);
      if (this.failures > 0) log('info', 'the collector is back', { collectorUrl });
      this.failures = 0;
      if (!isRefused) {
        this.starvedSince = null;
        return true;
      }
      this.refused += 1;
      log('error', 'the collector refused a batch', { status, answer: text.slice(0, 500) });
      return true;
    } catch (error) {
      this.backOff(collectorUrl, error);
      return false;
    }
  }

  private backOff(collectorUrl: string, error: unknown): void {
    const { log, intervalMs } = this.options;
    if (this.failures === 0)
      log('warn', 'the collector is away; batches wait on disk', { collectorUrl, cause: describeError(error) });
    this.failures += 1;
    const waitMs = Math.min(intervalMs * 2 ** Math.min(this.failures - 1, 16), LONGEST_BACKOFF_MS);
    // Half of it at random: replicas that lost the same collector must not all come back at once.
    this.retryAt = performance.now() + waitMs * (0.5 + Math.random() / 2);
  }
}
