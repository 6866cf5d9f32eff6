import { murmur3 } from '../routing/murmur3.js';
import type { AnsweredRow } from './answered-row.js';

interface Picked {
  readonly hash: number;
  readonly row: AnsweredRow;
}

/**
 * The rows whose places have the smallest hashes: the same ones whatever the order, the cuts and the version.
 * Source: bottom-k sampling, E. Cohen, H. Kaplan (2007), PODC '07, 225-234.
 */
export class RowSample {
  private readonly size: number;
  /** By hash, then by place. */
  private picked: Picked[] = [];

  constructor(size: number) {
    this.size = size;
  }

  add(row: AnsweredRow): void {
    const hash = hashOf(row.index);
    const last = this.picked.at(-1);
    if (this.picked.length >= this.size && (last === undefined || hash > last.hash)) return;
    const at = this.picked.findIndex((one) => one.hash > hash);
    this.picked.splice(at < 0 ? this.picked.length : at, 0, { hash, row });
    if (this.picked.length > this.size) this.picked.pop();
  }

  /** In the data set's order. */
  rows(): AnsweredRow[] {
    return this.picked.map(({ row }) => row).sort((a, b) => a.index - b.index);
  }

  replace(rows: readonly AnsweredRow[]): void {
    this.picked = [];
    for (const row of rows) this.add(row);
  }
}

const scratch = new DataView(new ArrayBuffer(8));
const bytes = new Uint8Array(scratch.buffer);

/** Murmur3 is a bijection over four bytes: no two places of the first four billion share a hash. */
function hashOf(index: number): number {
  scratch.setUint32(0, index >>> 0, true);
  scratch.setUint32(4, Math.floor(index / 2 ** 32), true);
  return murmur3(bytes, index < 2 ** 32 ? 4 : 8);
}
