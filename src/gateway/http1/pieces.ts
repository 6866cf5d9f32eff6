/** Smaller ones are put together. */
const SMALL_BYTES = 1024;
const BLOCK_BYTES = 16 * 1024;

/**
 * Bytes that come in pieces, and are asked for whole. Whoever sends says how small the pieces are, and each buffer costs a hundred bytes beside
 * what is in it: so small ones are copied together.
 */
export class Pieces {
  private readonly parts: Buffer[];
  private block: Buffer | null = null;
  /** Of the block: what is in `parts` already, and what is written. */
  private sealed = 0;
  private used = 0;

  constructor(first?: Buffer) {
    this.parts = first === undefined ? [] : [first];
  }

  add(piece: Buffer): void {
    // The first is often the only one.
    if (piece.length >= SMALL_BYTES || (this.parts.length === 0 && this.used === 0)) {
      this.seal();
      this.parts.push(piece);
      return;
    }
    if (this.block === null || this.used + piece.length > BLOCK_BYTES) {
      this.seal();
      this.block = Buffer.allocUnsafe(BLOCK_BYTES);
      this.sealed = 0;
      this.used = 0;
    }
    this.used += piece.copy(this.block, this.used);
  }

  /** A single piece comes out as it came in. */
  whole(): Buffer {
    this.seal();
    const [first] = this.parts;
    return first !== undefined && this.parts.length === 1 ? first : Buffer.concat(this.parts);
  }

  /** The rest of the block is written on, so that small and large pieces in turn waste none. */
  private seal(): void {
    if (this.block === null || this.sealed === this.used) return;
    this.parts.push(this.block.subarray(this.sealed, this.used));
    this.sealed = this.used;
  }
}
