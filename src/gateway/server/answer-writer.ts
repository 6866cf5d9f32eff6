import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { HeaderList } from '../http1/head.js';
import type { RequestHead } from '../http1/request-parser.js';

/** Up to this size, head and body as one text are cheaper to send than as two buffers. */
const ONE_PIECE_BYTES = 8192;

/** `Date` is the same for a second. */
let dateSecond = 0;
let dateLine = '';
function date(): string {
  const now = Date.now();
  const second = Math.floor(now / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateLine = `date: ${new Date(now).toUTCString()}\r\n`;
  }
  return dateLine;
}

/** What an answer tells the connection it goes out on. */
export interface AnswerOwner {
  /** The answer is out. @param mayContinue whether the connection may carry another */
  onAnswered(mayContinue: boolean): void;
  /** Bytes went out (`true`), or wait for a user who takes none. */
  onProgress(hasRoom: boolean): void;
}

/** The answer to one request, written to the user's connection. */
export class AnswerWriter {
  private readonly socket: Socket;
  private readonly request: RequestHead;
  private readonly owner: AnswerOwner;
  private head = '';
  private isChunked = false;
  private hasBody = true;
  private mayContinue: boolean;
  private isOver = false;
  headersSent = false;
  private leaving: (() => void) | null = null;

  constructor(socket: Socket, request: RequestHead, owner: AnswerOwner) {
    this.socket = socket;
    this.request = request;
    this.owner = owner;
    this.mayContinue = request.keepAlive;
  }

  /** The user has gone, or the connection was cut. */
  get destroyed(): boolean {
    return this.socket.destroyed;
  }

  /** The connection ends with this answer: what the client sent after the request can't be understood. */
  closeAfter(): void {
    this.mayContinue = false;
  }

  /** Calls back once when the connection closes before the answer is out. */
  onLeave(callback: () => void): void {
    this.leaving = callback;
  }

  /** @param headers of the answer, without those of the connection; a length where it is known */
  writeHead(status: number, headers: HeaderList): void {
    this.headersSent = true;
    let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
    let [hasLength, hasDate] = [false, false];
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] as string;
      if (name.length === 14 && name.toLowerCase() === 'content-length') hasLength = true;
      else if (name.length === 4 && name.toLowerCase() === 'date') hasDate = true;
      text += `${name}: ${headers[i + 1]}\r\n`;
    }
    this.hasBody = this.request.method !== 'HEAD' && status !== 204 && status !== 304;
    this.isChunked = this.hasBody && !hasLength && this.request.isHttp11;
    if (this.isChunked) text += 'transfer-encoding: chunked\r\n';
    else if (this.hasBody && !hasLength) this.mayContinue = false;
    if (!hasDate) text += date();
    if (!this.mayContinue) text += 'connection: close\r\n';
    else if (!this.request.isHttp11) text += 'connection: keep-alive\r\n';
    this.head = `${text}\r\n`;
  }

  /** @returns false where the user takes it slowly: wait for `onceDrained` */
  write(chunk: Buffer): boolean {
    const hasRoom = this.send(chunk);
    this.owner.onProgress(hasRoom);
    return hasRoom;
  }

  onceDrained(callback: () => void): void {
    this.socket.once('drain', () => {
      this.owner.onProgress(true);
      callback();
    });
  }

  end(last: Buffer | null = null): void {
    if (this.isOver) return;
    this.isOver = true;
    if (last !== null && this.hasBody && !this.isChunked && this.head !== '' && last.length <= ONE_PIECE_BYTES) {
      this.socket.write(this.head + last.toString('latin1'), 'latin1');
      this.head = '';
    } else {
      if (last !== null && last.length > 0) this.send(last);
      this.flushHead();
      if (this.isChunked) this.socket.write('0\r\n\r\n', 'latin1');
    }
    this.owner.onAnswered(this.mayContinue);
  }

  /** An answer of the gateway itself. */
  replyJson(status: number, body: unknown): void {
    if (this.headersSent || this.destroyed) return this.destroy();
    const text = Buffer.from(`${JSON.stringify(body)}\n`);
    this.writeHead(status, ['content-type', 'application/json', 'content-length', String(text.length)]);
    this.end(text);
  }

  /** Part of an answer is out: only a broken connection tells the user that it is not whole. */
  destroy(): void {
    this.isOver = true;
    this.socket.destroy();
  }

  /** The connection has closed. */
  left(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.leaving?.();
  }

  private send(chunk: Buffer): boolean {
    if (!this.hasBody) return this.flushHead();
    if (!this.isChunked) {
      this.flushHead();
      return this.socket.write(chunk);
    }
    this.socket.cork();
    this.flushHead();
    this.socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    this.socket.write(chunk);
    const hasRoom = this.socket.write('\r\n', 'latin1');
    this.socket.uncork();
    return hasRoom;
  }

  private flushHead(): boolean {
    if (this.head === '') return true;
    const { head } = this;
    this.head = '';
    return this.socket.write(head, 'latin1');
  }
}
