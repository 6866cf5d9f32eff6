/** One row. What is missing is null, never NaN. */
export interface Row {
  /** Its place in the data set, from 0. */
  readonly index: number;
  /** In the order of `columns.features`. */
  readonly features: readonly (number | null)[];
  readonly label: string | null;
  /** The other columns by name: ids, groups, slices. */
  readonly fields: Readonly<Record<string, string | number | null>>;
}

export interface DatasetColumns {
  readonly features: readonly string[];
  /** null: the data set has no labels. */
  readonly label: string | null;
  readonly fields: readonly string[];
}

export interface BatchOptions {
  /** The row to begin with, from 0. */
  readonly from?: number;
  /** Rows in a batch, at least 1; the last one may be shorter. */
  readonly size?: number;
  readonly signal?: AbortSignal;
}

/** A data set that is read anew at each pass, and never held as a whole. */
export interface Dataset {
  /** For messages; holds no secret. */
  readonly name: string;
  readonly columns: DatasetColumns;
  /** How many rows it has, where that is known: from the beginning for Parquet, else after a pass to the end. */
  readonly rows: number | null;
  /**
   * Reads the rows in order.
   * @throws {SluiceError} DATASET_INVALID naming file, line, column, value and what was expected; once the last row was given, also where the digest is
   * not the expected one
   */
  batches(options?: BatchOptions): AsyncIterable<readonly Row[]>;
  /** SHA-256 of the bytes as stored, `sha256:<hex>`. Known after a pass to the end over CSV or NDJSON; else all bytes are read for it. */
  digest(signal?: AbortSignal): Promise<string>;
}
