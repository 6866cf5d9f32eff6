import { setTimeout as sleep } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { SluiceError } from '../../domain/errors.js';
import { datasetFault, datasetUnreachable } from '../dataset-fault.js';
import { type ByteSource, LARGEST_DATASET } from './byte-source.js';
import { contentRange, type Identity, identityOf, sameIdentity, validatorOf } from './http-identity.js';
import { BrokenOff, bodyOf, type HttpOrigin, requestPart } from './http-request.js';

/** Times in a row that nothing came through, before it is given up. */
const MOST_FAILURES = 5;

export interface HttpSourceOptions {
  readonly dispatcher: Dispatcher;
  /** Before the first further try; doubled each time. */
  readonly pauseMs?: number;
  readonly largest?: number;
}

/** Bytes behind an http or https URL. A broken connection is gone on with where it broke, as long as the server says that they are still the same bytes. */
export class HttpSource implements ByteSource {
  readonly name: string;
  private readonly origin: HttpOrigin;
  private readonly options: Required<HttpSourceOptions>;
  /** Of the first answer; all later ones must match it. */
  private identity: Identity | null = null;

  constructor(origin: HttpOrigin, options: HttpSourceOptions) {
    this.name = origin.name;
    this.origin = origin;
    this.options = { pauseMs: 250, largest: LARGEST_DATASET, ...options };
  }

  async *bytes(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    let received = 0;
    for (let failures = 0; ; failures += 1) {
      try {
        for await (const chunk of this.part(received, null, signal)) {
          received += chunk.length;
          failures = 0;
          this.assertSize(received);
          yield chunk;
        }
        const size = this.identity?.size ?? received;
        if (received >= size) return;
        throw new BrokenOff(`it ended after ${received} of ${size} bytes`);
      } catch (error) {
        await this.pauseAfter(error, failures, signal);
        if (received > 0 && validatorOf(this.identity) === null)
          throw this.unreachable(`broken off after ${received} bytes, and it has no ETag by which to go on`, error);
      }
    }
  }

  async size(signal?: AbortSignal): Promise<number> {
    if (typeof this.identity?.size === 'number') return this.identity.size;
    await this.range(0, 1, signal);
    if (typeof this.identity?.size !== 'number') throw datasetFault(this.name, 'the server does not tell its size');
    return this.identity.size;
  }

  async range(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let received = 0;
    for (let failures = 0; received < end - start; failures += 1) {
      try {
        for await (const chunk of this.part(start + received, end, signal)) {
          received += chunk.length;
          failures = 0;
          parts.push(chunk);
        }
        if (received < end - start) throw new BrokenOff(`it ended at byte ${start + received}, before byte ${end}`);
      } catch (error) {
        await this.pauseAfter(error, failures, signal);
      }
    }
    return Buffer.concat(parts).subarray(0, end - start);
  }

  /** One request. @param end exclusive; null: to the end */
  private async *part(start: number, end: number | null, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const whole = start === 0 && end === null;
    const validator = validatorOf(this.identity);
    const answer = await requestPart(this.origin, this.options.dispatcher, {
      range: whole ? null : `bytes=${start}-${end === null ? '' : end - 1}`,
      ifRange: whole ? null : validator,
      signal,
    });
    const identity = identityOf(answer);
    try {
      this.learn(identity);
      if (identity.size !== null) this.assertSize(identity.size);
      if (answer.statusCode === 206) this.assertRange(answer.headers['content-range'], start);
      else if (end !== null) throw datasetFault(this.name, 'the server sends no ranges, which Parquet needs');
    } catch (error) {
      answer.body.on('error', () => undefined).destroy();
      throw error;
    }
    // A server without ranges begins again.
    let skip = answer.statusCode === 206 ? 0 : start;
    for await (const chunk of bodyOf(answer)) {
      if (skip < chunk.length) yield skip === 0 ? chunk : chunk.subarray(skip);
      skip = Math.max(0, skip - chunk.length);
    }
  }

  private learn(identity: Identity): void {
    if (this.identity === null) this.identity = identity;
    else if (!sameIdentity(this.identity, identity)) throw this.unreachable('it changed while it was read');
  }

  private assertRange(header: unknown, start: number): void {
    const range = contentRange(header);
    if (range?.start !== start) throw datasetFault(this.name, `asked from byte ${start}, got ${String(header)}`);
  }

  private assertSize(size: number): void {
    const { largest } = this.options;
    if (size > largest) throw datasetFault(this.name, `it has ${size} bytes or more, at most ${largest} are read`);
  }

  /** @throws what another try can not mend, or the last of several failures */
  private async pauseAfter(error: unknown, failures: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (!(error instanceof BrokenOff)) throw error;
    if (failures + 1 >= MOST_FAILURES)
      throw this.unreachable(`${error.message}, ${MOST_FAILURES} times in a row`, error);
    await sleep(this.options.pauseMs * 2 ** failures, undefined, signal === undefined ? {} : { signal });
  }

  private unreachable(why: string, cause?: unknown): SluiceError {
    return datasetUnreachable(this.name, why, cause);
  }
}
