import { BadMessage } from './bad-message.js';
import { ChunkedDecoder } from './chunked-decoder.js';
import { HEAD_END, type HeaderList, readFraming, readHeaders } from './head.js';
import { Pieces } from './pieces.js';

/** A request's head, read. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, beginning with `/`. */
  readonly url: string;
  /** Whether it is HTTP/1.1; else 1.0. */
  readonly isHttp11: boolean;
  readonly headers: HeaderList;
  readonly keepAlive: boolean;
  /** The client waits for a word before it sends the body. */
  readonly expectsContinue: boolean;
  /** As declared; null where the body is chunked. */
  readonly bodyLength: number | null;
}

export interface RequestEvents {
  /** @returns how many bytes its body may have */
  onHead(head: RequestHead): number;
  /** @returns false where there is no room for so much more of a body */
  mayKeep(bytes: number): boolean;
  onRequest(head: RequestHead, body: Buffer | null): void;
}

/** A body that is larger than it may be. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** There is no room for a body that would fit at another time. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

const LONGEST_HEAD = 16 * 1024;
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~\dA-Za-z]{1,32}) ([!-~\u0080-\u00ff]+) HTTP\/1\.([01])$/;
const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/**
 * Reads requests from the bytes of a connection, one at a time and whole, strictly. Between two requests it keeps what has come of the next.
 * Source: RFC 9112, sections 2 to 7.
 */
export class RequestParser {
  private readonly events: RequestEvents;
  private pending: Buffer | null = null;
  private head: RequestHead | null = null;
  private first: Buffer | null = null;
  /** Only of bodies that came in several pieces. */
  private more: Pieces | null = null;
  private bytes = 0;
  private left = 0;
  private most = 0;
  private decoder: ChunkedDecoder | null = null;
  /** A request is being answered; the next has to wait. */
  private isBusy = false;

  constructor(events: RequestEvents) {
    this.events = events;
  }

  /** How much of the next requests waits while one is answered. */
  get waitingBytes(): number {
    return this.pending?.length ?? 0;
  }

  /** Whether a request has begun and is not whole. */
  get isInside(): boolean {
    return !this.isBusy && (this.head !== null || this.pending !== null);
  }

  /** @throws {BadMessage | TooLarge | NoRoom} */
  feed(bytes: Buffer): void {
    this.pending = this.pending === null ? bytes : Buffer.concat([this.pending, bytes]);
    this.go();
  }

  /** The answer is out: the next request may be read. @throws {BadMessage | TooLarge | NoRoom} */
  next(): void {
    this.isBusy = false;
    this.go();
  }

  private go(): void {
    while (this.pending !== null && !this.isBusy) {
      const bytes: Buffer = this.pending;
      this.pending = null;
      const rest = this.head === null ? this.readHead(bytes) : this.readBody(this.head, bytes);
      if (rest === null) return;
      if (rest.length > 0) this.pending = rest;
      if (this.head === null) continue;
    }
  }

  /** @returns what is left to be read; null where more has to come first */
  private readHead(bytes: Buffer): Buffer | null {
    // Some clients send an empty line after a body; RFC 9112, section 2.2, lets it pass.
    const start = bytes.length >= 2 && bytes[0] === 13 && bytes[1] === 10 ? 2 : 0;
    const end = bytes.indexOf(HEAD_END, start);
    if (end > LONGEST_HEAD || (end < 0 && bytes.length > LONGEST_HEAD))
      throw new BadMessage(`a head of more than ${LONGEST_HEAD} bytes`);
    if (end < 0) {
      this.pending = bytes;
      return null;
    }
    this.begin(readRequestHead(bytes.toString('latin1', start, end)));
    return bytes.subarray(end + 4);
  }

  private begin(head: RequestHead): void {
    this.head = head;
    this.bytes = 0;
    this.most = this.events.onHead(head);
    this.left = head.bodyLength ?? 0;
    this.decoder = head.bodyLength === null ? new ChunkedDecoder() : null;
    // What is declared too large is not even read.
    if (this.left > this.most) throw new TooLarge(`a body of ${this.left} bytes`);
    if (head.bodyLength === 0) this.finish(head);
  }

  private readBody(head: RequestHead, bytes: Buffer): Buffer | null {
    if (this.decoder !== null) {
      const rest = this.decoder.feed(bytes, (chunk) => this.keep(chunk));
      if (rest === null) return null;
      this.finish(head);
      return rest;
    }
    const taken = Math.min(this.left, bytes.length);
    this.left -= taken;
    this.keep(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    if (this.left > 0) return null;
    this.finish(head);
    return bytes.subarray(taken);
  }

  private keep(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.most) throw new TooLarge(`a body of more than ${this.most} bytes`);
    if (!this.events.mayKeep(chunk.length)) throw new NoRoom('too much is being sent at once; try again later');
    if (this.first === null) this.first = chunk;
    else (this.more ??= new Pieces(this.first)).add(chunk);
  }

  private finish(head: RequestHead): void {
    const body = this.more === null ? this.first : this.more.whole();
    this.head = null;
    this.first = null;
    this.more = null;
    this.decoder = null;
    this.isBusy = true;
    this.events.onRequest(head, body);
  }
}

function readRequestHead(text: string): RequestHead {
  const end = text.indexOf('\r\n');
  const line = end < 0 ? text : text.slice(0, end);
  const [, method = '', target = '', minor] = REQUEST_LINE.exec(line) ?? [];
  if (minor === undefined) throw new BadMessage(`not a request line: ${JSON.stringify(line.slice(0, 100))}`);
  const headers = end < 0 ? [] : readHeaders(`${text.slice(end + 2)}\r\n`);
  const isHttp11 = minor === '1';
  let [hosts, expectsContinue] = [0, false];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    else if (name.length === 6 && name.toLowerCase() === 'expect')
      expectsContinue = (headers[i + 1] as string).toLowerCase() === '100-continue';
  }
  if (hosts > 1 || (isHttp11 && hosts === 0)) throw new BadMessage(`${hosts} Host headers`);
  const { length, isChunked, connection } = readFraming(headers);
  if (isChunked && !isHttp11) throw new BadMessage('a transfer coding in HTTP/1.0');
  return {
    method,
    url: originForm(target),
    isHttp11,
    headers,
    keepAlive: isHttp11 ? !connection.includes('close') : connection.includes('keep-alive'),
    expectsContinue,
    bodyLength: isChunked ? null : (length ?? 0),
  };
}

/** Proxies send whole URLs; of those only path and query matter here. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(ABSOLUTE, '');
  if (rest !== target) return rest.startsWith('/') ? rest : `/${rest}`;
  throw new BadMessage(`a target of ${JSON.stringify(target.slice(0, 100))}`);
}
