import { BadResponse } from './bad-response.js';
import { ChunkedDecoder } from './chunked-decoder.js';

/** Takes an answer as it is read. `onHead` may come several times: interim answers (1xx) have no body and no end. */
export interface ResponseEvents {
  /** @param headers names and values in turn, as they came */
  onHead(status: number, headers: readonly string[]): void;
  onBody(chunk: Buffer): void;
  /** @param reusable whether the connection may carry another request */
  onComplete(reusable: boolean): void;
}

const LONGEST_HEAD = 64 * 1024;
const MOST_HEADERS = 200;
const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: [^\r\n]*)?$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** What a header's value must not hold: it could end the line for somebody who reads it less strictly. */
const CONTROL = /[^\t -~\u0080-\u00ff]/;

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

  /** @throws {BadResponse} when the bytes are not an answer, or come when none is due */
  feed(bytes: Buffer): void {
    let rest: Buffer | null = bytes;
    while (rest !== null && rest.length > 0) {
      if (!this.waiting) throw new BadResponse('bytes after the end of the answer');
      rest = this.body === null ? this.readHead(rest) : this.readBody(this.body, rest);
    }
  }

  /** The server has closed the connection. @returns whether an answer ended with it @throws {BadResponse} in the middle of one */
  end(): boolean {
    if (this.body?.kind === 'until-close') {
      this.complete();
      return true;
    }
    if (this.waiting && (this.body !== null || this.pending !== null))
      throw new BadResponse('the connection was closed in the middle of the answer');
    return false;
  }

  private readHead(bytes: Buffer): Buffer | null {
    const all = this.pending === null ? bytes : Buffer.concat([this.pending, bytes]);
    const end = all.indexOf(HEAD_END);
    if (end > LONGEST_HEAD || (end < 0 && all.length > LONGEST_HEAD))
      throw new BadResponse(`a head of more than ${LONGEST_HEAD} bytes`);
    if (end < 0) {
      this.pending = all;
      return null;
    }
    this.pending = null;
    const { status, minor, headers } = parseHead(all.toString('latin1', 0, end));
    // 101 would end HTTP on this connection, and we have not asked for it.
    if (status === 101) throw new BadResponse('a switch of protocols that nobody asked for');
    if (status >= 200) this.body = this.framing(status, minor, headers);
    this.events.onHead(status, headers);
    const isEmpty =
      this.body !== null && (this.body.kind === 'none' || (this.body.kind === 'length' && this.body.left === 0));
    if (isEmpty) this.complete();
    return end + 4 < all.length ? all.subarray(end + 4) : null;
  }

  /** How long the body is. Source: RFC 9112, section 6.3. */
  private framing(status: number, minor: number, headers: readonly string[]): Body {
    let length: string | null = null;
    let coding: string | null = null;
    let connection = '';
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] as string;
      if (name.length !== 14 && name.length !== 17 && name.length !== 10) continue;
      const value = headers[i + 1] as string;
      switch (name.toLowerCase()) {
        case 'content-length':
          if (length !== null && length !== value) throw new BadResponse(`two lengths, ${length} and ${value}`);
          length = value;
          break;
        case 'transfer-encoding':
          coding = coding === null ? value : `${coding}, ${value}`;
          break;
        case 'connection':
          connection += `,${value.toLowerCase()}`;
      }
    }
    this.keepAlive = minor === 1 ? !connection.includes('close') : connection.includes('keep-alive');
    if (length !== null && coding !== null) throw new BadResponse('both a length and a transfer coding');
    if (this.method === 'HEAD' || status === 204 || status === 304) return { kind: 'none' };
    if (coding !== null) {
      if (coding.trim().toLowerCase() !== 'chunked') throw new BadResponse(`transfer coding ${coding.slice(0, 50)}`);
      return { kind: 'chunked', decoder: new ChunkedDecoder() };
    }
    if (length === null) {
      this.keepAlive = false;
      return { kind: 'until-close' };
    }
    if (!/^\d{1,15}$/.test(length)) throw new BadResponse(`a length of ${length.slice(0, 50)}`);
    return { kind: 'length', left: Number(length) };
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
  let end = text.indexOf('\r\n');
  if (end < 0) end = text.length;
  const [, minor, status] = STATUS_LINE.exec(text.slice(0, end)) ?? [];
  if (status === undefined || Number(status) < 100) throw new BadResponse(`not a status line: ${text.slice(0, 50)}`);
  const headers: string[] = [];
  for (let start = end + 2; start < text.length; start = end + 2) {
    end = text.indexOf('\r\n', start);
    if (end < 0) end = text.length;
    const colon = text.indexOf(':', start);
    if (colon < 0 || colon > end) throw new BadResponse(`not a header: ${text.slice(start, start + 50)}`);
    const name = text.slice(start, colon);
    const value = text.slice(colon + 1, end).trim();
    if (!TOKEN.test(name) || CONTROL.test(value))
      throw new BadResponse(`not a header: ${text.slice(start, start + 50)}`);
    headers.push(name, value);
    if (headers.length > 2 * MOST_HEADERS) throw new BadResponse(`more than ${MOST_HEADERS} headers`);
  }
  return { status: Number(status), minor: Number(minor), headers };
}
