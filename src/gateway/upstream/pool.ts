import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type ServerAddresses, serverAddresses } from '../../net/server-addresses.js';
import { type AnswerSink, Connection, UpstreamError, type UpstreamRequest } from './connection.js';

export interface PoolLimits {
  readonly connectionsPerTarget: number;
  readonly connectTimeoutMs: number;
  /** Until the answer begins, and between two of its parts. */
  readonly answerTimeoutMs: number;
  /** Requests that wait for a connection; more are refused at once. */
  readonly waitingPerTarget: number;
}

/** Shorter than the keep-alive of common model servers (uvicorn closes after 5 s). */
const IDLE_MS = 4000;
const SWEEP_MS = 100;

interface Waiting {
  readonly request: UpstreamRequest;
  readonly sink: AnswerSink;
  readonly deadline: number;
}

/**
 * Kept-alive connections to one origin. The one that was used last is used next, so that those a quiet hour leaves over grow old and are closed.
 */
export class Pool {
  private readonly url: URL;
  private readonly limits: PoolLimits;
  private readonly addresses: ServerAddresses;
  private readonly all = new Set<Connection>();
  private readonly idle: Connection[] = [];
  private readonly waiting: Waiting[] = [];
  /** Sockets that are being connected. */
  private connecting = 0;
  private readonly sweep: NodeJS.Timeout;
  private closed = false;

  constructor(origin: string, limits: PoolLimits, addresses: ServerAddresses = serverAddresses()) {
    this.url = new URL(origin);
    this.limits = limits;
    this.addresses = addresses;
    this.sweep = setInterval(() => this.look(performance.now()), SWEEP_MS);
    this.sweep.unref();
  }

  dispatch(request: UpstreamRequest, sink: AnswerSink): void {
    if (this.closed) return sink.onError(new UpstreamError('closed', 'the gateway is closing'));
    const free = this.idle.pop();
    if (free !== undefined) return free.send(request, sink);
    if (this.waiting.length >= this.limits.waitingPerTarget)
      return sink.onError(
        new UpstreamError('overloaded', `${this.waiting.length} requests wait for a connection already`),
      );
    this.waiting.push({ request, sink, deadline: performance.now() + this.limits.answerTimeoutMs });
    if (this.all.size + this.connecting < this.limits.connectionsPerTarget && this.connecting < this.waiting.length)
      this.connect();
  }

  get load(): { active: number; idle: number } {
    return { active: this.all.size - this.idle.length + this.waiting.length, idle: this.idle.length };
  }

  close(): void {
    this.closed = true;
    clearInterval(this.sweep);
    for (const connection of this.all) connection.close();
    for (const { sink } of this.waiting.splice(0)) sink.onError(new UpstreamError('closed', 'the gateway is closing'));
  }

  private connect(): void {
    const { hostname, protocol, host } = this.url;
    const isTls = protocol === 'https:';
    const port = Number(this.url.port) || (isTls ? 443 : 80);
    const name = hostname.replace(/^\[|\]$/g, '');
    try {
      this.addresses.assertLiteral(name);
    } catch (error) {
      return this.tellUnreachable(error as Error);
    }
    this.connecting += 1;
    const { lookup } = this.addresses;
    const socket: Socket = isTls
      ? connectTls({ host: name, port, lookup, servername: name, ALPNProtocols: ['http/1.1'] })
      : connectTcp({ host: name, port, lookup });
    const timer = setTimeout(
      () => failed(new Error(`no connection within ${this.limits.connectTimeoutMs} ms`)),
      this.limits.connectTimeoutMs,
    );
    const failed = (error: Error) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
      this.connecting -= 1;
      this.tellUnreachable(error);
    };
    socket.once('error', failed);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.removeListener('error', failed);
      this.connecting -= 1;
      const connection = new Connection(socket, host, this.limits.answerTimeoutMs, {
        onFree: (free) => this.reuse(free),
        onGone: (gone) => this.forget(gone),
      });
      this.all.add(connection);
      if (this.closed) connection.close();
      else this.reuse(connection);
    });
  }

  /** Who waits for a server that can't be reached is told at once: the baseline may still answer. */
  private tellUnreachable(error: Error): void {
    for (const { sink } of this.waiting.splice(0)) sink.onError(new UpstreamError('unreachable', error.message, error));
  }

  private reuse(connection: Connection): void {
    let next = this.waiting.shift();
    while (next?.sink.over) next = this.waiting.shift();
    if (next !== undefined) return connection.send(next.request, next.sink);
    connection.idleSince = performance.now();
    this.idle.push(connection);
  }

  private forget(connection: Connection): void {
    this.all.delete(connection);
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    if (
      !this.closed &&
      this.waiting.length > this.connecting &&
      this.all.size + this.connecting < this.limits.connectionsPerTarget
    )
      this.connect();
  }

  private look(now: number): void {
    for (const connection of this.all) connection.failIfSilent(now);
    while (this.waiting[0] !== undefined && now > this.waiting[0].deadline)
      this.waiting.shift()?.sink.onError(new UpstreamError('timeout', 'no connection became free in time'));
    while (this.idle[0] !== undefined && now - this.idle[0].idleSince > IDLE_MS) this.idle[0].close();
  }
}
