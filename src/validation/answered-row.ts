import type { Prediction } from '../ports/model-server.js';

/** A row of the data set, and what both versions said to it. */
export interface AnsweredRow {
  /** Its place in the data set, from 0. */
  readonly index: number;
  readonly features: readonly (number | null)[];
  readonly label: string | null;
  readonly fields: Readonly<Record<string, string | number | null>>;
  readonly candidate: Prediction;
  /** null: the baseline was not asked. */
  readonly baseline: Prediction | null;
}

/** Something rows are counted into, in the data set's order. Bounded in memory, whatever the number of rows. */
export interface RowTally {
  add(rows: readonly AnsweredRow[]): void;
  /** Plain JSON, bounded: what a pass that was cut goes on from. */
  save(): unknown;
  /** @param saved what `save` of the same plan gave */
  restore(saved: unknown): void;
}
