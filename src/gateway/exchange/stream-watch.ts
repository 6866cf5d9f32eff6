import { performance } from 'node:perf_hooks';
import type { Protocol } from '../../domain/protocol.js';

/** Of a chat's events: one with a token in it, whatever the token is for, and one that says that the model has failed. */
const TOKEN = /"(?:content|refusal|reasoning_content|arguments)"\s*:\s*"[^"]|"tool_calls"\s*:\s*\[\s*\{/;
const FAULT = /(?:^|\n)data: ?\{\s*"error"\s*:\s*[^n\s]/;

/** Follows an answer that comes bit by bit: what counts is how long its first bit took. Bits go on as they come; none is kept. */
export class StreamWatch {
  private readonly isChat: boolean;
  /** When the first bit came, of a chat the first token; 0 while it has not. */
  firstAt = 0;
  /** When the newest bit came, whatever was in it; before the first, the head. */
  lastAt = performance.now();
  /** The model server said in the middle that it can't go on. */
  failed = false;

  constructor(kind: Protocol['kind']) {
    this.isChat = kind === 'chat';
  }

  see(chunk: Buffer): void {
    this.lastAt = performance.now();
    if (!this.isChat) {
      this.firstAt ||= this.lastAt;
      return;
    }
    const text = chunk.toString('latin1');
    // The first event of a chat only says who speaks: it comes before the model has thought.
    if (this.firstAt === 0 && TOKEN.test(text)) this.firstAt = this.lastAt;
    this.failed ||= FAULT.test(text);
  }
}
