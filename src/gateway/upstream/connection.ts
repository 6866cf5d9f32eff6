import type { Socket } from 'node:net';
import { BadMessage } from '../http1/bad-message.js';
import type { HeaderList } from '../http1/head.js';
import { ResponseParser } from '../http1/response-parser.js';

export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderList;
  readonly body: Buffer | null;
}

/** Takes an answer as it arrives. After `onError` or `onEnd` nothing more comes. */
export interface AnswerSink {
  /** Nobody waits for the answer any more: its connection is given up within moments. */
  readonly over?: boolean;
  onStart(status: number, headers: HeaderList, flow: Flow): void;
  onData(chunk: Buffer, flow: Flow): void;
  /** All that has been read was given; more will come. */
  onPause(flow: Flow): void;
  onEnd(): void;
  onError(error: UpstreamError): void;
}

/** Back-pressure, and the way to give up. Without effect once the answer is over. */
export interface Flow {
  pause(): void;
  resume(): void;
  abort(): void;
}

export type UpstreamFault = 'timeout' | 'unreachable' | 'broken' | 'bad-response' | 'overloaded' | 'closed';

/** Why there is no answer, or no more of it. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly fault: UpstreamFault;

  constructor(fault: UpstreamFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}

/** Bodies up to this size go out in one piece with the head. */
const ONE_PIECE_BYTES = 8192;

/** What a connection tells its pool. */
export interface ConnectionOwner {
  /** The answer is whole, and the connection may be used again. */
  onFree(connection: Connection): void;
  /** It may not be used any more. */
  onGone(connection: Connection): void;
}

/** One kept-alive connection to a model server: one request at a time. */
export class Connection implements Flow {
  private readonly socket: Socket;
  private readonly hostLine: string;
  private readonly owner: ConnectionOwner;
  private readonly patienceMs: number;
  private readonly parser: ResponseParser;
  private sink: AnswerSink | null = null;
  private gone = false;
  private isPaused = false;
  /** On the monotonic clock; silence past it is a failure. Infinity while the user, not the server, is slow. */
  deadline = Number.POSITIVE_INFINITY;
  /** When it was last put aside; idle ones are closed before the server does it in the middle of a request. */
  idleSince = 0;

  constructor(socket: Socket, host: string, patienceMs: number, owner: ConnectionOwner) {
    this.socket = socket;
    this.hostLine = `\r\nhost: ${host}\r\n`;
    this.patienceMs = patienceMs;
    this.owner = owner;
    this.parser = new ResponseParser({
      onHead: (status, headers) => {
        if (status >= 200) this.sink?.onStart(status, headers, this);
      },
      onBody: (chunk) => this.sink?.onData(chunk, this),
      onComplete: (reusable) => this.complete(reusable),
    });
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.read(bytes));
    socket.on('end', () => this.ended());
    socket.on('error', (error: Error) => this.fail(new UpstreamError('broken', error.message, error)));
    socket.on('close', () => this.fail(new UpstreamError('broken', 'the connection was closed')));
  }

  send(request: UpstreamRequest, sink: AnswerSink): void {
    if (this.gone) return sink.onError(new UpstreamError('broken', 'the connection was closed'));
    this.sink = sink;
    this.parser.expect(request.method);
    this.deadline = performance.now() + this.patienceMs;
    const { method, path, headers, body } = request;
    let head = `${method} ${path} HTTP/1.1${this.hostLine}`;
    for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
    if (body === null) {
      // Node sends no length with an empty body either, but a POST without one is taken for a mistake by some servers.
      head += method === 'GET' || method === 'HEAD' ? '\r\n' : 'content-length: 0\r\n\r\n';
      this.socket.write(head, 'latin1');
    } else if (body.length <= ONE_PIECE_BYTES) {
      this.socket.write(`${head}content-length: ${body.length}\r\n\r\n${body.toString('latin1')}`, 'latin1');
    } else {
      this.socket.cork();
      this.socket.write(`${head}content-length: ${body.length}\r\n\r\n`, 'latin1');
      this.socket.write(body);
      this.socket.uncork();
    }
  }

  pause(): void {
    if (this.sink === null || this.isPaused) return;
    this.isPaused = true;
    this.deadline = Number.POSITIVE_INFINITY;
    this.socket.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.deadline = performance.now() + this.patienceMs;
    this.socket.resume();
  }

  abort(): void {
    this.sink = null;
    this.leave();
  }

  /** @param now on the monotonic clock */
  failIfSilent(now: number): void {
    if (this.sink?.over) return this.abort();
    if (now > this.deadline) this.fail(new UpstreamError('timeout', `no answer for ${this.patienceMs} ms`));
  }

  close(): void {
    if (this.sink !== null) this.fail(new UpstreamError('closed', 'the gateway is closing'));
    this.leave();
  }

  private read(bytes: Buffer): void {
    if (!this.isPaused) this.deadline = performance.now() + this.patienceMs;
    const { sink } = this;
    try {
      this.parser.feed(bytes);
      // Once it has ended, the connection may serve the next answer already.
      if (sink !== null && this.sink === sink) sink.onPause(this);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      this.fail(new UpstreamError('bad-response', error.message, error));
    }
  }

  private ended(): void {
    try {
      if (!this.parser.end()) this.fail(new UpstreamError('broken', 'the connection was closed'));
    } catch (error) {
      this.fail(new UpstreamError('broken', (error as Error).message, error));
    }
  }

  private complete(reusable: boolean): void {
    const { sink } = this;
    this.sink = null;
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.isPaused) this.resume();
    this.deadline = Number.POSITIVE_INFINITY;
    if (reusable && !this.gone) this.owner.onFree(this);
    else this.leave();
    sink?.onEnd();
  }

  private fail(error: UpstreamError): void {
    const { sink } = this;
    this.sink = null;
    this.leave();
    sink?.onError(error);
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.socket.destroy();
    this.owner.onGone(this);
  }
}
