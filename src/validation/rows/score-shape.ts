import { MOST_TEXTS } from './dictionary.js';

/** Sums further from 1 are no probabilities; servers that reckon in 32 bits are some millionths off. */
export const SUM_TOLERANCE = 1e-3;
/** More than one label was predicted where this column's score was the highest. */
const SEVERAL = -2;
const UNSEEN = -1;

export interface SavedShape {
  readonly width: number | null;
  readonly rows: number;
  readonly odd: { readonly rows: number; readonly index: number; readonly width: number } | null;
  readonly improbable: { readonly rows: number; readonly index: number } | null;
  readonly lowest: number | null;
  readonly labels: readonly number[];
}

/** What the scores of one version look like, from all rows. The server does not say which score is of which class: where it predicts tells. */
export class ScoreShape {
  /** Scores a row, by the first row; 0 where there are none. null before the first row. */
  #width: number | null = null;
  #rows = 0;
  #odd: SavedShape['odd'] = null;
  #improbable: SavedShape['improbable'] = null;
  #lowest: number | null = null;
  /** Of each column: the label that is predicted where its score is the highest. */
  #labels: number[] = [];

  /** Fixed by the first row. */
  get width(): number {
    return this.#width ?? 0;
  }

  /** @returns whether the row has as many scores as the others */
  add(index: number, label: number, scores: readonly number[] | null): boolean {
    const width = scores?.length ?? 0;
    this.#width ??= width;
    this.#rows += 1;
    if (width !== this.#width) {
      this.#odd = {
        rows: (this.#odd?.rows ?? 0) + 1,
        index: this.#odd?.index ?? index,
        width: this.#odd?.width ?? width,
      };
      return false;
    }
    if (scores !== null && width <= MOST_TEXTS) this.#look(index, label, scores);
    return width <= MOST_TEXTS;
  }

  #look(index: number, label: number, scores: readonly number[]): void {
    let sum = 0;
    let best = 0;
    let ties = 0;
    let outside = false;
    for (let at = 0; at < scores.length; at += 1) {
      const score = scores[at] as number;
      sum += score;
      if (score < 0 || score > 1) outside = true;
      if (score > (scores[best] as number)) {
        best = at;
        ties = 0;
      } else if (at > 0 && score === scores[best]) ties += 1;
    }
    if (outside || (scores.length > 1 && Math.abs(sum - 1) > SUM_TOLERANCE))
      this.#improbable = { rows: (this.#improbable?.rows ?? 0) + 1, index: this.#improbable?.index ?? index };
    if (this.#lowest === null || sum < this.#lowest) this.#lowest = sum;
    if (scores.length < 2 || ties > 0) return;
    const known = this.#labels[best] ?? UNSEEN;
    while (this.#labels.length < scores.length) this.#labels.push(UNSEEN);
    this.#labels[best] = known === UNSEEN || known === label ? label : SEVERAL;
  }

  /** Why the scores can't be read at all; null where they can. */
  get fault(): string | null {
    if (this.#width === null || this.#width === 0)
      return this.#odd === null ? 'the server gives no scores' : `only some rows have scores (row ${this.#odd.index})`;
    if (this.#width > MOST_TEXTS) return `${this.#width} scores a row: the limit is ${MOST_TEXTS}`;
    if (this.#odd === null) return null;
    const { rows, index, width } = this.#odd;
    return `${rows} of ${this.#rows} rows do not have ${this.#width} scores, for instance row ${index} with ${width}`;
  }

  /** Why the scores are no probabilities; null where they are. */
  get improbability(): string | null {
    if (this.#improbable === null) return null;
    const { rows, index } = this.#improbable;
    return `the scores of ${rows} of ${this.#rows} rows are no probabilities, for instance those of row ${index}: expected numbers in 0..1, their sum 1`;
  }

  /** One score a row that is never low: whichever class was predicted, it is of that one. */
  get isConfidence(): boolean {
    return this.#width === 1 && this.#lowest !== null && this.#lowest >= 0.5;
  }

  /**
   * Which column is of which class.
   * @param classes ids of all labels that occur, sorted as scikit-learn sorts its classes
   * @returns by label id the column; or why it is not known
   */
  columnsOf(classes: readonly number[]): ReadonlyMap<number, number> | string {
    const learned = this.#learned();
    if (learned !== null && classes.every((id) => learned.has(id))) return learned;
    if (classes.length !== this.width)
      return `${this.width} scores a row, but ${classes.length} classes in truth and predictions: which score is of which class is not known`;
    const sorted = new Map(classes.map((id, at) => [id, at]));
    if (learned === null || [...learned].every(([id, at]) => sorted.get(id) === at)) return sorted;
    return (
      completed(learned, classes) ?? 'the classes of the scores are not in sorted order, and some are never predicted'
    );
  }

  /** null where the best score does not tell the prediction: with a threshold of its own, say. */
  #learned(): Map<number, number> | null {
    const found = new Map<number, number>();
    for (const [at, id] of this.#labels.entries()) {
      if (id === SEVERAL || found.has(id)) return null;
      if (id !== UNSEEN) found.set(id, at);
    }
    return found;
  }

  save(): SavedShape {
    return {
      width: this.#width,
      rows: this.#rows,
      odd: this.#odd,
      improbable: this.#improbable,
      lowest: this.#lowest,
      labels: [...this.#labels],
    };
  }

  restore({ width, rows, odd, improbable, lowest, labels }: SavedShape): void {
    this.#width = width;
    this.#rows = rows;
    this.#odd = odd;
    this.#improbable = improbable;
    this.#lowest = lowest;
    this.#labels = [...labels];
  }
}

/** Where one class and one column are left, they belong together. */
function completed(learned: ReadonlyMap<number, number>, classes: readonly number[]): Map<number, number> | null {
  const left = classes.filter((id) => !learned.has(id));
  const free = classes.map((_, at) => at).filter((at) => ![...learned.values()].includes(at));
  const [id, at] = [left[0], free[0]];
  return left.length === 1 && id !== undefined && at !== undefined ? new Map([...learned, [id, at]]) : null;
}
