import type { ComparedArm } from '../../domain/experiment.js';
import type { AnsweredRow } from '../answered-row.js';
import { decimalOf, numberOf } from './number-of.js';
import { PackedSample, type SavedSample } from './packed-sample.js';
import { highest } from './score-sums.js';
import { referenceColumn, type SampleColumns, topColumn } from './wanted.js';

/** Of a row: the ids of its true and predicted labels and of its slices, in the order of `SampleColumns.slices`. */
export interface RowIds {
  readonly truth: number;
  readonly candidate: number;
  readonly baseline: number;
  readonly slices: readonly number[];
}

export interface SavedSampledRows {
  readonly widths: readonly number[];
  readonly rows: SavedSample;
}

/** The sample of rows under the names of what is kept of them. */
export class SampledRows {
  readonly #columns: SampleColumns;
  readonly #references: readonly string[];
  readonly #widths: readonly number[];
  readonly #starts: readonly number[];
  readonly #rows: PackedSample;

  /** @param widths scores a row, of each version in `columns.scores` */
  constructor(columns: SampleColumns, references: readonly string[], widths: readonly number[]) {
    this.#columns = columns;
    this.#references = references.filter((column) => columns.numbers.includes(referenceColumn(column)));
    this.#widths = widths;
    const own = columns.numbers.length;
    this.#starts = widths.map((_, at) => own + widths.slice(0, at).reduce((sum, width) => sum + width, 0));
    this.#rows = new PackedSample(3 + columns.slices.length, own + widths.reduce((sum, width) => sum + width, 0));
  }

  /** Whether there is room for all rows so far, and for one more. */
  get hasRoom(): boolean {
    return this.#rows.seen < this.#rows.capacity;
  }

  /** Whether these are all rows. */
  get isComplete(): boolean {
    return this.#rows.seen <= this.#rows.capacity;
  }

  offer(row: AnsweredRow, ids: RowIds): void {
    this.#rows.offer(row.index, (toIds, toNumbers) => {
      toIds.set([ids.truth, ids.candidate, ids.baseline, ...ids.slices]);
      for (const [at, name] of this.#columns.numbers.entries()) toNumbers[at] = this.#number(name, row);
      for (const [at, arm] of this.#columns.scores.entries()) {
        const scores = row[arm]?.scores ?? null;
        const [start, width] = [this.#starts[at] as number, this.#widths[at] as number];
        if (scores?.length === width) toNumbers.set(scores, start);
        else toNumbers.fill(Number.NaN, start, start + width);
      }
    });
  }

  #number(name: string, row: AnsweredRow): number {
    if (name === 'truth') return decimalOf(row.label) ?? Number.NaN;
    for (const arm of ['candidate', 'baseline'] as const) {
      const answer = row[arm];
      if (name === arm) return answer === null ? Number.NaN : (numberOf(answer) ?? Number.NaN);
      if (name === topColumn(arm))
        return answer?.scores && answer.scores.length > 0 ? highest(answer.scores) : Number.NaN;
    }
    const column = this.#references.find((reference) => referenceColumn(reference) === name);
    return decimalOf((column === undefined ? null : row.fields[column]) ?? null) ?? Number.NaN;
  }

  /** How many rows there are to read; places below it are in the data set's order. */
  settle(): number {
    return this.#rows.settle();
  }

  truthAt(at: number): number {
    return this.#rows.idAt(at, 0);
  }

  predictedAt(at: number, arm: ComparedArm): number {
    return this.#rows.idAt(at, arm === 'candidate' ? 1 : 2);
  }

  /** 0 for all rows as one. */
  sliceAt(at: number, by: string): number {
    const column = this.#columns.slices.indexOf(by);
    return column < 0 ? 0 : this.#rows.idAt(at, 3 + column);
  }

  scoresAt(at: number, arm: ComparedArm): Float64Array {
    const place = this.#columns.scores.indexOf(arm);
    const start = this.#starts[place] as number;
    return this.#rows.numbersAt(at, start, start + (this.#widths[place] as number));
  }

  /** NaN where it is missing or no number. */
  numberAt(at: number, name: string): number {
    return this.#rows.numberAt(at, this.#columns.numbers.indexOf(name));
  }

  /** All numbers of a column that are there. */
  numbers(name: string): Float64Array {
    const rows = this.settle();
    return Float64Array.from({ length: rows }, (_, at) => this.numberAt(at, name)).filter(
      (value) => !Number.isNaN(value),
    );
  }

  save(): SavedSampledRows {
    return { widths: this.#widths, rows: this.#rows.save() };
  }

  restore({ rows }: SavedSampledRows): void {
    this.#rows.restore(rows);
  }
}
