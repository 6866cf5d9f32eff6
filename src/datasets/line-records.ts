/** A row as stored: the line it ends on, and its cells in the order of the columns. */
export interface LineRecord<Cell = unknown> {
  readonly line: number;
  readonly cells: readonly Cell[];
}

/** The records of a text, in blocks about as large as the chunks they came in. */
export interface LineFormat {
  /**
   * Reads the text. The columns are passed to `begin` before the first block.
   * @throws {RangeError} naming the line
   */
  records(bytes: AsyncIterable<Uint8Array>, begin: (columns: readonly string[]) => void): AsyncIterable<LineRecord[]>;
}

/** A longer row is refused, so that a quote or a line that never ends does not fill the memory. */
export const LONGEST_RECORD = 8 * 2 ** 20;
