/** A labelled data set: one row of features and one label as text for each. */
export interface Dataset {
  readonly rows: readonly (readonly number[])[];
  readonly labels: readonly string[];
}
