import { addRegressionRow, REGRESSION_CELLS, regressionOfSums } from '../../stats/quality/regression-sums.js';
import { doublesOf, packed } from './packed.js';

type Slices = readonly (readonly [slice: number, cells: string])[];
export interface SavedRegression {
  readonly slices: Slices;
  readonly faults: number;
  readonly example: string | null;
}

/** Running sums of errors, by slice. */
export class RegressionTally {
  #slices = new Map<number, Float64Array>();
  #faults = 0;
  #example: string | null = null;

  add(slice: number, truth: number, predicted: number): void {
    let cells = this.#slices.get(slice);
    if (cells === undefined) {
      cells = new Float64Array(REGRESSION_CELLS);
      this.#slices.set(slice, cells);
    }
    addRegressionRow(cells, truth, predicted);
  }

  /** A row whose label or prediction is no number. */
  addFault(example: () => string): void {
    this.#faults += 1;
    this.#example ??= example();
  }

  /** Why there is no number; null where every row gave one. */
  get fault(): string | null {
    return this.#faults === 0 ? null : `${this.#faults} rows without two numbers to compare: ${this.#example}`;
  }

  slices(): number[] {
    return [...this.#slices.keys()];
  }

  quality(slice: number): ReturnType<typeof regressionOfSums> | null {
    const cells = this.#slices.get(slice);
    return cells === undefined ? null : regressionOfSums(cells);
  }

  save(): SavedRegression {
    const slices = [...this.#slices].map(([slice, cells]) => [slice, packed(cells)] as const);
    return { slices, faults: this.#faults, example: this.#example };
  }

  restore({ slices, faults, example }: SavedRegression): void {
    this.#slices = new Map(slices.map(([slice, cells]) => [slice, doublesOf(cells)]));
    this.#faults = faults;
    this.#example = example;
  }
}
