import { Dictionary, NONE, type SavedDictionary } from './dictionary.js';

export interface SavedLabelCounts {
  readonly dictionary: SavedDictionary;
  readonly counts: readonly number[];
}

/** How often each text of a column occurs. */
export class LabelCounts {
  readonly #dictionary = new Dictionary();
  #counts: number[] = [];

  add(text: string): void {
    const id = this.#dictionary.idOf(text);
    if (id !== NONE) this.#counts[id] = (this.#counts[id] ?? 0) + 1;
  }

  get full(): boolean {
    return this.#dictionary.full;
  }

  counts(): Map<string, number> {
    return new Map(this.#counts.map((count, id) => [this.#dictionary.textOf(id), count]));
  }

  save(): SavedLabelCounts {
    return { dictionary: this.#dictionary.save(), counts: [...this.#counts] };
  }

  restore({ dictionary, counts }: SavedLabelCounts): void {
    this.#dictionary.restore(dictionary);
    this.#counts = [...counts];
  }
}
