import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../../domain/errors.js';
import type { Change, RolloutList } from '../../ports/rollout-list.js';
import type { Principal } from '../auth/principal.js';
import { followEvents } from '../endpoints/rollouts.js';
import { AccessError } from '../problem.js';
import { ANSWERED, serve } from '../serve.js';
import { summaryOf } from '../summary.js';
import { EventHub, type Follower } from './event-hub.js';

export interface LiveOptions {
  /** Between two looks at the store. Default 300 ms. */
  readonly intervalMs?: number;
  /** Connections at most. Default 500. */
  readonly most?: number;
  /** Of these, of one subject, or of one address where nobody is known. Default 50. */
  readonly mostEach?: number;
}

const PING_MS = 15_000;
/** Then the token is looked at again, as the client comes back by itself. */
const LONGEST_MS = 15 * 60_000;
/** What a slow reader may leave unread. */
const MOST_UNREAD_BYTES = 1024 * 1024;
/** Nothing is read before the answer begins, which is after all that was missed is written: with room for what changes meanwhile. */
const MOST_MISSED_BYTES = MOST_UNREAD_BYTES / 2;

/** Server-sent events of what changes in the store, whoever has changed it. */
export function eventRoutes(
  server: FastifyInstance,
  list: RolloutList,
  { intervalMs = 300, most = 500, mostEach = 50 }: LiveOptions,
): void {
  const hub = new EventHub(list, {
    intervalMs,
    onError: (error) => server.log.warn({ err: error }, 'events stand still: the store can not be read'),
  });
  /** Each with who reads it. */
  const open = new Map<PassThrough, string>();
  server.addHook('preClose', async () => {
    for (const stream of open.keys()) stream.end();
    await hub.close();
  });
  serve(server, followEvents, async ({ query, headers, who, request, reply }) => {
    if (open.size >= most) throw tooMany(`${most} connections follow already`);
    const reader = who.isProven ? `subject ${who.subject}` : `address ${request.ip}`;
    if ([...open.values()].filter((other) => other === reader).length >= mostEach)
      throw tooMany(`${mostEach} connections of ${reader} follow already`);
    const stream = new PassThrough({ highWaterMark: MOST_UNREAD_BYTES });
    open.set(stream, reader);
    const writer = new EventWriter(stream, who, query.service);
    const lastId = headers['last-event-id'];
    let leave: () => void = () => undefined;
    stream.on('close', () => {
      writer.stop();
      open.delete(stream);
      leave();
    });
    try {
      leave = await hub.follow(lastId === undefined ? null : Number(lastId), writer);
    } catch (error) {
      stream.destroy();
      throw error instanceof SluiceError
        ? error
        : new SluiceError('STORE_UNAVAILABLE', 'the store can not be read', { cause: error });
    }
    if (stream.destroyed) leave();
    void reply
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      // Else the connection would outlive the stream, and an api that stops would wait for it.
      .header('connection', 'close')
      .type('text/event-stream')
      .send(stream);
    return ANSWERED;
  });
}

function tooMany(what: string): AccessError {
  return new AccessError('RATE_LIMITED', what, { 'retry-after': '10' });
}

/** Writes events as text; drops who does not read. */
class EventWriter implements Follower {
  private readonly stream: PassThrough;
  private readonly who: Principal;
  private readonly service: string | undefined;
  private readonly end: NodeJS.Timeout;
  private pingedAt = performance.now();

  constructor(stream: PassThrough, who: Principal, service: string | undefined) {
    this.stream = stream;
    this.who = who;
    this.service = service;
    stream.write('retry: 1000\n\n');
    this.end = setTimeout(() => stream.end(), LONGEST_MS);
    this.end.unref();
  }

  get hasRoom(): boolean {
    return this.unread < MOST_MISSED_BYTES;
  }

  tell(change: Change, id: number): void {
    if (this.service !== undefined && serviceOf(change) !== this.service) return;
    switch (change.kind) {
      case 'rollout':
        return this.write('rollout', summaryOf(change.rollout, this.who), id);
      case 'decision':
        return this.write('decision', change.decision, id);
      case 'incident':
        return this.write('incident', change.incident, id);
    }
  }

  reset(reason: string, id: number): void {
    this.write('reset', { at: new Date().toISOString(), reason }, id);
  }

  alive(): void {
    if (performance.now() - this.pingedAt < PING_MS) return;
    this.pingedAt = performance.now();
    this.write('ping', { at: new Date().toISOString() }, null);
  }

  stop(): void {
    clearTimeout(this.end);
  }

  private get unread(): number {
    return this.stream.writableLength + this.stream.readableLength;
  }

  /** JSON has no line breaks of its own, so that one line of `data` is enough. */
  private write(event: string, data: unknown, id: number | null): void {
    if (this.stream.writableEnded || this.stream.destroyed) return;
    if (this.unread > MOST_UNREAD_BYTES) return void this.stream.destroy();
    this.stream.write(`${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

function serviceOf(change: Change): string | null {
  switch (change.kind) {
    case 'rollout':
      return change.rollout.service;
    case 'decision':
      return change.service;
    case 'incident':
      return change.incident.service;
  }
}
