import { Pieces } from '../http1/pieces.js';

/** Memory of all answers that are held back until they are whole; more is refused, so that a broken candidate can't fill it. */
export class HeldAnswers {
  private bytes = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** @returns false where there is no room */
  take(bytes: number): boolean {
    if (this.bytes + bytes > this.most) return false;
    this.bytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.bytes -= bytes;
  }
}

/** One candidate's answer, held until it is known to be one. */
export class HeldAnswer {
  private pieces = new Pieces();
  private bytes = 0;
  private readonly memory: HeldAnswers;
  private readonly most: number;

  constructor(memory: HeldAnswers, most: number) {
    this.memory = memory;
    this.most = most;
  }

  /** @returns false where it is larger than may be held */
  add(part: Buffer): boolean {
    if (this.bytes + part.length > this.most || !this.memory.take(part.length)) return false;
    this.bytes += part.length;
    this.pieces.add(part);
    return true;
  }

  /** The whole answer; gives the memory back. */
  take(): Buffer {
    const whole = this.pieces.whole();
    this.drop();
    return whole;
  }

  drop(): void {
    this.memory.release(this.bytes);
    this.bytes = 0;
    this.pieces = new Pieces();
  }
}
