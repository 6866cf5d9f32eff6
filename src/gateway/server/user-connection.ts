import type { Socket } from 'node:net';
import { BadMessage } from '../http1/bad-message.js';
import { NoRoom, type RequestHead, RequestParser, TooLarge } from '../http1/request-parser.js';
import type { MemoryBudget } from '../memory-budget.js';
import { AnswerWriter } from './answer-writer.js';

/** Who answers users. */
export interface UserHandler {
  /** Called when a head is read, before the body. @returns how many bytes the body may have */
  bodyLimit(head: RequestHead): number;
  serve(head: RequestHead, body: Buffer | null, answer: AnswerWriter): void;
}

export interface UserTimeouts {
  /** Between two requests. */
  readonly idleMs: number;
  /** From a request's first byte to its last. */
  readonly requestMs: number;
  /** While the user takes nothing of an answer. */
  readonly stalledMs: number;
}

export interface UserSettings extends UserTimeouts {
  readonly bodies: MemoryBudget;
}

/** So much of the next requests may wait in memory while one is answered. */
const MOST_WAITING_BYTES = 64 * 1024;

/** One connection of a user: requests one after the other, answers in the same order. */
export class UserConnection {
  private readonly socket: Socket;
  private readonly handler: UserHandler;
  private readonly timeouts: UserTimeouts;
  private readonly parser: RequestParser;
  /** Of the bodies of all users, and what this one has of it. */
  private readonly bodies: MemoryBudget;
  private held = 0;
  private answer: AnswerWriter | null = null;
  private isClosing = false;
  /** On the monotonic clock: past it the connection is cut. Infinity while it is our turn. */
  deadline: number;

  constructor(socket: Socket, handler: UserHandler, { bodies, ...timeouts }: UserSettings, onGone: () => void) {
    this.socket = socket;
    this.handler = handler;
    this.timeouts = timeouts;
    this.bodies = bodies;
    this.deadline = performance.now() + timeouts.requestMs;
    this.parser = new RequestParser({
      onHead: (head) => this.begin(head),
      mayKeep: (bytes) => this.keep(bytes),
      onRequest: (head, body) => this.serve(head, body),
    });
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.read(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.answer?.left();
      this.release();
      onGone();
    });
  }

  get isIdle(): boolean {
    return this.answer === null && !this.parser.isInside;
  }

  /** Takes no further request: at once where none is under way, else after its answer. */
  closeSoon(): void {
    this.isClosing = true;
    if (this.isIdle) this.socket.end();
    else this.answer?.closeAfter();
  }

  cut(): void {
    this.socket.destroy();
  }

  /** @param bytes null when the turn of what waits has come */
  private read(bytes: Buffer | null): void {
    try {
      if (bytes === null) this.parser.next();
      else this.parser.feed(bytes);
      if (this.answer !== null && this.parser.waitingBytes > MOST_WAITING_BYTES) this.socket.pause();
    } catch (error) {
      if (error instanceof TooLarge) this.refuse(413, `${error.message}: too large`);
      else if (error instanceof NoRoom) this.refuse(503, error.message);
      else if (error instanceof BadMessage) this.refuse(400, error.message);
      else throw error;
    }
  }

  private begin(head: RequestHead): number {
    this.deadline = performance.now() + this.timeouts.requestMs;
    const most = this.handler.bodyLimit(head);
    const mayCome = head.bodyLength === null || (head.bodyLength > 0 && head.bodyLength <= most);
    if (head.expectsContinue && mayCome) this.socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    return most;
  }

  private keep(bytes: number): boolean {
    if (!this.bodies.take(bytes)) return false;
    this.held += bytes;
    return true;
  }

  private release(): void {
    this.bodies.release(this.held);
    this.held = 0;
  }

  private serve(head: RequestHead, body: Buffer | null): void {
    this.deadline = Number.POSITIVE_INFINITY;
    const answer = new AnswerWriter(this.socket, head, this);
    this.answer = answer;
    if (this.isClosing) answer.closeAfter();
    this.handler.serve(head, body, answer);
  }

  onAnswered(mayContinue: boolean): void {
    this.answer = null;
    this.release();
    if (!mayContinue || this.isClosing) {
      this.deadline = performance.now() + this.timeouts.stalledMs;
      return void this.socket.end();
    }
    this.deadline = performance.now() + this.timeouts.idleMs;
    if (this.socket.isPaused()) this.socket.resume();
    this.read(null);
  }

  onProgress(hasRoom: boolean): void {
    this.deadline = hasRoom ? Number.POSITIVE_INFINITY : performance.now() + this.timeouts.stalledMs;
  }

  /** What came can't be read on from here: the connection ends with the refusal. */
  private refuse(status: number, error: string): void {
    if (this.answer !== null) return this.cut();
    const head = {
      method: 'GET',
      url: '/',
      isHttp11: true,
      headers: [],
      keepAlive: false,
      expectsContinue: false,
      bodyLength: 0,
    };
    const answer = new AnswerWriter(this.socket, head, this);
    this.socket.removeAllListeners('data');
    this.socket.resume();
    answer.replyJson(status, { error });
  }
}
