import type { Protocol } from '../domain/protocol.js';
import { isEventStream } from './exchange/soundness.js';
import { headerOf } from './headers.js';
import type { HeaderList } from './http1/head.js';
import { Pieces } from './http1/pieces.js';
import { type ReadAnswer, readAnswer, readChatStream, UNREADABLE } from './read-answer.js';

/** Collects a copy of an answer that may be read: plain JSON (of a chat also a stream of events) up to a size; gives up on everything else. */
export class AnswerCopy {
  private pieces: Pieces | null;
  private bytes = 0;
  private readonly most: number;
  private readonly protocol: Protocol;
  private readonly isStream: boolean;
  /** Too large, or compressed: what it says is not known. */
  private isLost: boolean;

  constructor(headers: HeaderList, most: number, protocol: Protocol) {
    const type = headerOf(headers, 'content-type');
    const isJson = type === 'application/json' || /\bjson\b/i.test(type);
    this.isStream = !isJson && protocol.kind === 'chat' && isEventStream(headers);
    const isReadable = isJson || this.isStream;
    this.isLost = !['', 'identity'].includes(headerOf(headers, 'content-encoding'));
    this.pieces = isReadable && !this.isLost ? new Pieces() : null;
    this.most = most;
    this.protocol = protocol;
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.most) {
      this.pieces = null;
      this.isLost = true;
    }
    this.pieces?.add(chunk);
  }

  /** Never throws: what a model says must not end the gateway. @returns null where it was not kept, and may have said anything */
  read(): ReadAnswer | null {
    if (this.isLost) return null;
    if (this.pieces === null) return UNREADABLE;
    const { protocol } = this;
    try {
      const text = this.pieces.whole().toString();
      return this.isStream && protocol.kind === 'chat' ? readChatStream(protocol, text) : readAnswer(protocol, text);
    } catch {
      return UNREADABLE;
    }
  }
}
