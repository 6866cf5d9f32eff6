import { BadMessage } from './bad-message.js';
import { ChunkedDecoder } from './chunked-decoder.js';
import { HEAD_END, type HeaderList, readFraming, readHeaders } from './head.js';

/** Takes an answer as it is read. `onHead` may come several times: interim answers (1xx) have no body and no end. */
export interface ResponseEvents {
  /** @param headers names and values in turn, as they came */
  onHead(status: number, headers: HeaderList): void;
  onBody(chunk: Buffer): void;
  /** @param reusable whether the connection may carry another request */
  onComplete(reusable: boolean): void;
}

const LONGEST_HEAD = 64 * 1024;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t -~\u0080-\u00ff]*)?$/;

type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunked'; readonly decoder: ChunkedDecoder }
  | { readonly kind: 'until-close' };

/**
 * Reads one HTTP/1.1 answer after the other from the bytes of a connection, strictly: two ways of saying how long a body is, folded lines or
 * stray bytes are refused rather than guessed at, so that nobody after us reads another answer than we do.
 * Source: RFC 9112, sections 4 to 7.
 */
export class ResponseParser {
  private readonly events: ResponseEvents;
  private method = '';
  private waiting = false;
  private pending: Buffer | null = null;
  private body: Body | null = null;
  private keepAlive = true;

  constructor(events: ResponseEvents) {
    this.events = events;
  }

  /** An answer to a request with this method is now due. */
  expect(method: string): void {
    this.method = method;
    this.waiting = true;
    this.body = null;
  }

  /** @throws {BadMessage} when the bytes are not an answer, or come when none is due */
  feed(bytes: Buffer): void {
    let rest: Buffer | null = bytes;
    while (rest !== null && rest.length > 0) {
      if (!this.waiting) throw new BadMessage('bytes after the end of the answer');
      rest = this.body === null ? this.readHead(rest) : this.readBody(this.body, rest);
    }
  }

  /** The server has closed the connection. @returns whether an answer ended with it @throws {BadMessage} in the middle of one */
  end(): boolean {
    if (this.body?.kind === 'until-close') {
      this.complete();
      return true;
    }
    if (this.waiting && (this.body !== null || this.pending !== null))
      throw new BadMessage('the connection was closed in the middle of the answer');
    return false;
  }

  private readHead(bytes: Buffer): Buffer | null {
    const all = this.pending === null ? bytes : Buffer.concat([this.pending, bytes]);
    const end = all.indexOf(HEAD_END);
    if (end > LONGEST_HEAD || (end < 0 && all.length > LONGEST_HEAD))
      throw new BadMessage(`a head of more than ${LONGEST_HEAD} bytes`);
    if (end < 0) {
      this.pending = all;
      return null;
    }
    this.pending = null;
    const { status, minor, headers } = parseHead(all.toString('latin1', 0, end));
    // 101 would end HTTP on this connection, and we have not asked for it.
    if (status === 101) throw new BadMessage('a switch of protocols that nobody asked for');
    if (status >= 200) this.body = this.framing(status, minor, headers);
    this.events.onHead(status, headers);
    const isEmpty =
      this.body !== null && (this.body.kind === 'none' || (this.body.kind === 'length' && this.body.left === 0));
    if (isEmpty) this.complete();
    return end + 4 < all.length ? all.subarray(end + 4) : null;
  }

  /** How long the body is. Source: RFC 9112, section 6.3. */
  private framing(status: number, minor: number, headers: HeaderList): Body {
    const { length, isChunked, connection } = readFraming(headers);
    this.keepAlive = minor === 1 ? !connection.includes('close') : connection.includes('keep-alive');
    if (this.method === 'HEAD' || status === 204 || status === 304) return { kind: 'none' };
    if (isChunked) return { kind: 'chunked', decoder: new ChunkedDecoder() };
    if (length !== null) return { kind: 'length', left: length };
    this.keepAlive = false;
    return { kind: 'until-close' };
  }

  /** @returns what is left after the body's end; null while it goes on */
  private readBody(body: Body, bytes: Buffer): Buffer | null {
    switch (body.kind) {
      case 'none':
        return bytes;
      case 'until-close':
        this.events.onBody(bytes);
        return null;
      case 'length': {
        const taken = Math.min(body.left, bytes.length);
        body.left -= taken;
        this.events.onBody(taken === bytes.length ? bytes : bytes.subarray(0, taken));
        if (body.left > 0) return null;
        this.complete();
        return taken === bytes.length ? null : bytes.subarray(taken);
      }
      case 'chunked': {
        const rest = body.decoder.feed(bytes, (chunk) => this.events.onBody(chunk));
        if (rest === null) return null;
        this.complete();
        return rest.length === 0 ? null : rest;
      }
    }
  }

  private complete(): void {
    this.waiting = false;
    this.body = null;
    this.events.onComplete(this.keepAlive);
  }
}

function parseHead(text: string): { status: number; minor: number; headers: string[] } {
  const end = text.indexOf('\r\n');
  const line = end < 0 ? text : text.slice(0, end);
  const [, minor, status] = STATUS_LINE.exec(line) ?? [];
  if (status === undefined) throw new BadMessage(`not a status line: ${JSON.stringify(line.slice(0, 50))}`);
  const headers = end < 0 ? [] : readHeaders(`${text.slice(end + 2)}\r\n`);
  return { status: Number(status), minor: Number(minor), headers };
}
