/** What stands for a text that is missing, or that came when the dictionary was full. */
export const NONE = 1000;
/** Classes of a data set, and slices of a column: the number after the last is `NONE`. @alias */
export const MOST_TEXTS = NONE;
/** Of all texts together: labels may be whole answers of a language model. */
const MOST_CHARACTERS = 200_000;

export interface SavedDictionary {
  readonly texts: readonly string[];
  readonly full: boolean;
}

/** Texts and their numbers, 0, 1, 2 … in order of appearance; the first 1,000 of them. */
export class Dictionary {
  #ids = new Map<string, number>();
  #texts: string[] = [];
  #characters = 0;
  #full = false;

  /** @returns NONE where it is a new one and there is no room for it */
  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length >= MOST_TEXTS || this.#characters + text.length > MOST_CHARACTERS) {
      this.#full = true;
      return NONE;
    }
    const id = this.#texts.length;
    this.#texts.push(text);
    this.#characters += text.length;
    this.#ids.set(text, id);
    return id;
  }

  find(text: string): number | undefined {
    return this.#ids.get(text);
  }

  textOf(id: number): string {
    return this.#texts[id] ?? '';
  }

  /** Whether some text found no room. */
  get full(): boolean {
    return this.#full;
  }

  get size(): number {
    return this.#texts.length;
  }

  save(): SavedDictionary {
    return { texts: [...this.#texts], full: this.#full };
  }

  restore({ texts, full }: SavedDictionary): void {
    this.#texts = [...texts];
    this.#ids = new Map(texts.map((text, id) => [text, id]));
    this.#characters = texts.reduce((sum, text) => sum + text.length, 0);
    this.#full = full;
  }
}
