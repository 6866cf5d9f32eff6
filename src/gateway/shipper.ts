import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { describeError } from '../domain/errors.js';
import type { ObservationBatch } from '../domain/observation.js';
import type { Log } from './log.js';
import type { Recorder } from './recorder.js';
import type { Spool } from './spool.js';

export interface ShipperOptions {
  readonly gatewayId: string;
  /** Null: nothing is recorded anywhere. */
  readonly collectorUrl: string | null;
  readonly intervalMs: number;
  readonly recorder: Recorder;
  readonly spool: Spool;
  readonly droppedShadowCopies: () => number;
  readonly log: Log;
}

const SEND_TIMEOUT_MS = 10_000;

/** Sends what was recorded to the collector, in order; what can't be sent waits on disk. A repeat is recognised by its number. */
export class Shipper {
  private readonly options: ShipperOptions;
  private readonly bootId = randomUUID();
  private readonly timer: NodeJS.Timeout;
  private sequence = 0;
  private droppedBatches = 0;
  private shipping: Promise<void> = Promise.resolve();
  private reachable = true;

  constructor(options: ShipperOptions) {
    this.options = options;
    this.timer = setInterval(() => void this.ship(), options.intervalMs);
    this.timer.unref();
  }

  /** One shipment after the other. */
  ship(): Promise<void> {
    this.shipping = this.shipping
      .then(() => this.shipOnce())
      .catch((error: unknown) => {
        this.options.log('error', 'recorded observations could not be kept', { cause: describeError(error) });
      });
    return this.shipping;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.ship();
  }

  private async shipOnce(): Promise<void> {
    const { collectorUrl, recorder, spool } = this.options;
    const taken = recorder.take();
    if (collectorUrl === null) return;
    if (taken !== null) {
      const { gatewayId, droppedShadowCopies } = this.options;
      const dropped = {
        shadowCopies: droppedShadowCopies(),
        predictions: recorder.droppedPredictions,
        batches: this.droppedBatches,
      };
      const batch: ObservationBatch = {
        gatewayId,
        bootId: this.bootId,
        sequence: this.sequence,
        sentAt: new Date().toISOString(),
        ...taken,
        dropped,
      };
      this.sequence += 1;
      // Straight through while all is well; behind the others where some wait already.
      if (spool.isEmpty && (await this.send(collectorUrl, JSON.stringify(batch)))) return;
      this.droppedBatches += await spool.add(batch);
    }
    for (let text = await spool.first(); text !== null; text = await spool.first()) {
      if (!(await this.send(collectorUrl, text))) return;
      await spool.removeFirst();
    }
  }

  /** @returns false where it must be tried again. A batch that the collector refuses as wrong will never be right: it is dropped. */
  private async send(collectorUrl: string, body: string): Promise<boolean> {
    const { log } = this.options;
    try {
      const { statusCode, body: answer } = await request(`${collectorUrl}/v1/observations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        headersTimeout: SEND_TIMEOUT_MS,
        bodyTimeout: SEND_TIMEOUT_MS,
      });
      const text = await answer.text();
      if (statusCode >= 500 || statusCode === 429) throw new Error(`status ${statusCode}`);
      if (!this.reachable) log('info', 'the collector is back', { collectorUrl });
      this.reachable = true;
      if (statusCode < 300) return true;
      this.droppedBatches += 1;
      log('error', 'the collector refused a batch', { status: statusCode, answer: text.slice(0, 500) });
      return true;
    } catch (error) {
      if (this.reachable)
        log('warn', 'the collector is away; batches wait on disk', { collectorUrl, cause: describeError(error) });
      this.reachable = false;
      return false;
    }
  }
}
