import { NONE } from './dictionary.js';
import { packed, wordsOf } from './packed.js';

/** Different (slice, true label, predicted label) that are counted; a few megabytes of memory, and one of text when saved. */
const MOST_CELLS = 100_000;
const WIDTH = NONE + 1;

export interface SavedCounts {
  readonly cells: string;
  readonly full: boolean;
}

/** How often each pair of true and predicted label occurs in each slice. Only pairs that occur take room. */
export class ConfusionCounts {
  #cells = new Map<number, number>();
  #full = false;

  /** @param truth id of the label; NONE where the row has none */
  add(slice: number, truth: number, predicted: number): void {
    const key = (slice * WIDTH + truth) * WIDTH + predicted;
    const count = this.#cells.get(key);
    if (count !== undefined) this.#cells.set(key, count + 1);
    else if (this.#cells.size < MOST_CELLS) this.#cells.set(key, 1);
    else this.#full = true;
  }

  /** Why its counts are not all there; null where they are. */
  get fault(): string | null {
    return this.#full ? `more than ${MOST_CELLS} different pairs of true and predicted label and slice` : null;
  }

  /** The counts of each slice that occurs. */
  bySlice(): Map<number, SliceCounts> {
    const slices = new Map<number, { truth: number; predicted: number; rows: number }[]>();
    for (const [key, rows] of this.#cells) {
      const predicted = key % WIDTH;
      const rest = Math.floor(key / WIDTH);
      const slice = Math.floor(rest / WIDTH);
      const pairs = slices.get(slice) ?? [];
      slices.set(slice, pairs);
      pairs.push({ truth: rest % WIDTH, predicted, rows });
    }
    return new Map([...slices].map(([slice, pairs]) => [slice, new SliceCounts(pairs)]));
  }

  save(): SavedCounts {
    return { cells: packed(Uint32Array.from([...this.#cells].flat())), full: this.#full };
  }

  restore({ cells, full }: SavedCounts): void {
    const words = wordsOf(cells);
    this.#cells = new Map();
    for (let i = 0; i < words.length; i += 2) this.#cells.set(words[i] as number, words[i + 1] as number);
    this.#full = full;
  }
}

/** The pairs of one slice. */
export class SliceCounts {
  readonly #pairs: readonly { readonly truth: number; readonly predicted: number; readonly rows: number }[];

  constructor(pairs: readonly { readonly truth: number; readonly predicted: number; readonly rows: number }[]) {
    this.#pairs = pairs;
  }

  /** Without the rows that have no true label. */
  labelled(): SliceCounts {
    return new SliceCounts(this.#pairs.filter(({ truth }) => truth !== NONE));
  }

  get rows(): number {
    return this.#pairs.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Labels that are true or predicted somewhere. */
  labels(): number[] {
    return [...new Set(this.#pairs.flatMap(({ truth, predicted }) => [truth, predicted]))].filter((id) => id !== NONE);
  }

  /** Rows of each label. */
  of(side: 'truth' | 'predicted'): Map<number, number> {
    const counts = new Map<number, number>();
    for (const pair of this.#pairs) counts.set(pair[side], (counts.get(pair[side]) ?? 0) + pair.rows);
    counts.delete(NONE);
    return counts;
  }

  /** @param classes their order; rows without a true label are left out @returns rows are true, columns predicted classes */
  matrix(classes: readonly number[]): number[][] {
    const place = new Map(classes.map((id, at) => [id, at]));
    const counts = classes.map(() => classes.map(() => 0));
    for (const { truth, predicted, rows } of this.#pairs) {
      const row = counts[place.get(truth) ?? -1];
      const at = place.get(predicted);
      if (row !== undefined && at !== undefined) row[at] = (row[at] as number) + rows;
    }
    return counts;
  }
}
