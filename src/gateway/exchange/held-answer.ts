import { Pieces } from '../http1/pieces.js';
import type { MemoryBudget } from '../memory-budget.js';

/** One candidate's answer, held until it is known to be one. */
export class HeldAnswer {
  private pieces = new Pieces();
  private bytes = 0;
  private readonly memory: MemoryBudget;
  private readonly most: number;

  constructor(memory: MemoryBudget, most: number) {
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
