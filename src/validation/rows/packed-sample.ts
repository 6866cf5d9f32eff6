import { doublesOf, packed, shortsOf, wordsOf } from './packed.js';

/** More rows tell little more of an order statistic. */
const MOST_ROWS = 50_000;
/** Of all kept rows: less than 2 MB of text when saved. */
const MOST_BYTES = 1_400_000;

export interface SavedSample {
  readonly seen: number;
  readonly index: string;
  readonly ids: string;
  readonly numbers: string;
}

/**
 * The rows with the smallest hashes of their places: all of them while there is room, else a sample that depends on the places alone, not on where
 * a pass was cut. A row is some small numbers (ids, below 65,536) and some doubles.
 */
export class PackedSample {
  readonly capacity: number;
  readonly #idWidth: number;
  readonly #width: number;
  #seen = 0;
  #rows = 0;
  #index: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  #ids: Uint16Array<ArrayBuffer> = new Uint16Array(0);
  #numbers: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Rows with a larger hash can't be among the kept ones any more. */
  #bound = 0xffffffff;

  constructor(idWidth: number, width: number) {
    this.#idWidth = idWidth;
    this.#width = width;
    this.capacity = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / (4 + 2 * idWidth + 8 * width))));
  }

  /** Rows that were offered. */
  get seen(): number {
    return this.#seen;
  }

  /** @param fill is called where the row is taken */
  offer(index: number, fill: (ids: Uint16Array, numbers: Float64Array) => void): void {
    this.#seen += 1;
    if (hashOf(index) > this.#bound) return;
    if (this.#rows === 2 * this.capacity) this.#prune();
    if (this.#rows === this.#index.length) this.#grow();
    const at = this.#rows;
    this.#rows += 1;
    this.#index[at] = index;
    fill(
      this.#ids.subarray(at * this.#idWidth, (at + 1) * this.#idWidth),
      this.#numbers.subarray(at * this.#width, (at + 1) * this.#width),
    );
  }

  /** How many rows are kept, after the last prune. Slots 0 … are in the data set's order. */
  settle(): number {
    this.#prune();
    return this.#rows;
  }

  idAt(slot: number, column: number): number {
    return this.#ids[slot * this.#idWidth + column] as number;
  }

  numberAt(slot: number, column: number): number {
    return this.#numbers[slot * this.#width + column] as number;
  }

  numbersAt(slot: number, from: number, to: number): Float64Array {
    return this.#numbers.subarray(slot * this.#width + from, slot * this.#width + to);
  }

  save(): SavedSample {
    const rows = this.settle();
    return {
      seen: this.#seen,
      index: packed(this.#index.subarray(0, rows)),
      ids: packed(this.#ids.subarray(0, rows * this.#idWidth)),
      numbers: packed(this.#numbers.subarray(0, rows * this.#width)),
    };
  }

  restore({ seen, index, ids, numbers }: SavedSample): void {
    this.#seen = seen;
    this.#index = wordsOf(index);
    this.#rows = this.#index.length;
    this.#ids = shortsOf(ids);
    this.#numbers = doublesOf(numbers);
    this.#bound =
      this.#rows < this.capacity ? 0xffffffff : this.#index.reduce((most, row) => Math.max(most, hashOf(row)), 0);
  }

  /** Leaves `capacity` rows. Kept rows only move to the front, so their order stays. */
  #prune(): void {
    if (this.#rows <= this.capacity) return;
    const hashes = this.#index.subarray(0, this.#rows).map(hashOf);
    this.#bound = hashes.slice().sort()[this.capacity - 1] as number;
    let to = 0;
    for (let at = 0; at < this.#rows; at += 1) {
      if ((hashes[at] as number) > this.#bound) continue;
      this.#index[to] = this.#index[at] as number;
      this.#ids.copyWithin(to * this.#idWidth, at * this.#idWidth, (at + 1) * this.#idWidth);
      this.#numbers.copyWithin(to * this.#width, at * this.#width, (at + 1) * this.#width);
      to += 1;
    }
    this.#rows = to;
  }

  #grow(): void {
    const rows = Math.min(2 * this.capacity, Math.max(64, 2 * this.#rows));
    const [index, ids, numbers] = [this.#index, this.#ids, this.#numbers];
    this.#index = new Uint32Array(rows);
    this.#index.set(index);
    this.#ids = new Uint16Array(rows * this.#idWidth);
    this.#ids.set(ids);
    this.#numbers = new Float64Array(rows * this.#width);
    this.#numbers.set(numbers);
  }
}

/** Every bit of a place moves about half of the bits, and no two places share a hash. Source: A. Appleby, MurmurHash3's fmix32 (public domain). */
function hashOf(index: number): number {
  let h = index | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
