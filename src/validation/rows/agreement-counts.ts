import type { Prediction } from '../../ports/model-server.js';

type SavedAgreement = readonly (readonly [slice: number, rows: number, alike: number])[];

/** How often both versions answer alike, by slice. */
export class AgreementCounts {
  readonly #tolerance: number;
  #slices = new Map<number, { rows: number; alike: number }>();

  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  add(slice: number, candidate: Prediction, baseline: Prediction): void {
    const counts = this.#slices.get(slice) ?? { rows: 0, alike: 0 };
    this.#slices.set(slice, counts);
    counts.rows += 1;
    if (this.#alike(candidate, baseline)) counts.alike += 1;
  }

  #alike(a: Prediction, b: Prediction): boolean {
    if (typeof a.value === 'number' && typeof b.value === 'number')
      return Math.abs(a.value - b.value) <= this.#tolerance;
    return a.label === b.label;
  }

  slices(): number[] {
    return [...this.#slices.keys()];
  }

  of(slice: number): { readonly rows: number; readonly alike: number } {
    return this.#slices.get(slice) ?? { rows: 0, alike: 0 };
  }

  save(): SavedAgreement {
    return [...this.#slices].map(([slice, { rows, alike }]) => [slice, rows, alike]);
  }

  restore(saved: SavedAgreement): void {
    this.#slices = new Map(saved.map(([slice, rows, alike]) => [slice, { rows, alike }]));
  }
}
