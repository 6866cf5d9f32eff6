import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import type { Headers } from './headers.js';
import type { Limits } from './limits.js';

export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Buffer | null;
}

/** Takes an answer as it arrives. After `onError` or `onEnd` nothing more comes. */
export interface AnswerSink {
  onStart(status: number, headers: IncomingHttpHeaders, flow: Flow): void;
  onData(chunk: Buffer, flow: Flow): void;
  onEnd(): void;
  onError(error: Error): void;
}

/** Back-pressure, and the way to give up. */
export interface Flow {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** Connections to model servers, one pool for each. */
export class Upstreams {
  private readonly pools = new Map<string, Pool>();
  private readonly limits: Limits;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Sends a request; the sink hears of the answer. */
  dispatch(baseUrl: string, request: UpstreamRequest, sink: AnswerSink): void {
    const { origin, pathname } = new URL(baseUrl);
    const path = `${pathname.replace(/\/$/, '')}${request.path}`;
    const options = { ...request, path, method: request.method as Dispatcher.HttpMethod };
    this.pool(origin).dispatch(options, {
      onRequestStart() {},
      onResponseStart: (controller, status, headers) => sink.onStart(status, headers, controller),
      onResponseData: (controller, chunk) => sink.onData(chunk, controller),
      onResponseEnd: () => sink.onEnd(),
      onResponseError: (_, error) => sink.onError(error),
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private pool(origin: string): Pool {
    const known = this.pools.get(origin);
    if (known !== undefined) return known;
    const { connectionsPerTarget, connectTimeoutMs, answerTimeoutMs } = this.limits;
    const pool = new Pool(origin, {
      connections: connectionsPerTarget,
      connect: { timeout: connectTimeoutMs },
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
    });
    this.pools.set(origin, pool);
    return pool;
  }
}
