import { CsvError, type Parser, parse } from 'csv-parse';
import type { LineRecord } from './line-records.js';

export interface CsvDialect {
  readonly delimiter: string;
  /** Bytes of a row; a longer one is a quote that is never closed. */
  readonly longest: number;
  /** Takes a quote in the midst of a cell as it stands, so that one bad row does not end a file. */
  readonly relaxQuotes?: boolean;
  /** Lines that were read by other means before these. */
  readonly linesBefore?: number;
}

/** A CSV's rows, in blocks as large as what is read at once. A BOM, quotes, blank lines and spaces around cells are no matter. */
export class CsvRecords {
  private readonly longest: number;
  private readonly parser: Parser;
  private block: LineRecord<string>[] = [];
  /** Lines that the parser counts too many. */
  private twice = 0;

  constructor({ delimiter, longest, relaxQuotes = false, linesBefore = 0 }: CsvDialect) {
    this.longest = longest;
    this.parser = parse({
      bom: true,
      delimiter,
      // Left to itself it takes what ends the first line for what ends them all.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      // A tab may be the delimiter.
      trim: delimiter.trim() !== '',
      relax_column_count: true,
      relax_quotes: relaxQuotes,
      max_record_size: longest,
      // Records are taken here, many at a time: one by one through a stream costs more than parsing them.
      on_record: (cells: string[], { lines }) => {
        // The parser counts a line break within quotes twice where it is of two characters.
        for (const cell of cells) if (cell.includes('\r\n')) this.twice += cell.split('\r\n').length - 1;
        this.block.push({ line: lines - this.twice, cells });
        return null;
      },
    });
    // Errors are given to the writes.
    this.parser.on('error', () => undefined).resume();
    // So that its own messages count from the first line of all.
    if (linesBefore > 0) this.parser.write(Buffer.alloc(linesBefore, '\n'));
  }

  /** @throws {RangeError} naming the line, where what follows can not be told apart any more */
  async read(chunk: Uint8Array): Promise<LineRecord<string>[]> {
    await new Promise<void>((done, fail) => {
      this.parser.write(chunk, (error) => (error ? fail(this.refusal(error)) : done()));
    });
    return this.take();
  }

  /** @throws {RangeError} as `read` */
  async end(): Promise<LineRecord<string>[]> {
    await new Promise<void>((done, fail) => {
      this.parser.once('end', () => done()).once('error', (error) => fail(this.refusal(error)));
      this.parser.end();
    });
    return this.take();
  }

  close(): void {
    this.parser.destroy();
  }

  private take(): LineRecord<string>[] {
    const taken = this.block;
    this.block = [];
    return taken;
  }

  private refusal(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    const line = typeof error['lines'] === 'number' ? `line ${error['lines'] - this.twice}: ` : '';
    if (error.code === 'CSV_MAX_RECORD_SIZE')
      return new RangeError(`${line}a row of more than ${this.longest} bytes; is a quote left open before?`);
    return new RangeError(`${line}${error.message}`, { cause: error });
  }
}

/**
 * The rows under a header.
 * @param begin is told the header before the first block, where there is one
 * @throws {RangeError} as `CsvRecords.read`
 */
export async function* rowsUnderHeader(
  bytes: AsyncIterable<Uint8Array>,
  dialect: CsvDialect,
  begin: (header: readonly string[]) => void,
): AsyncGenerator<LineRecord<string>[]> {
  const csv = new CsvRecords(dialect);
  let hasBegun = false;
  const take = (records: LineRecord<string>[]) => {
    const header = hasBegun ? undefined : records.shift();
    if (header === undefined) return records;
    hasBegun = true;
    begin(header.cells);
    return records;
  };
  try {
    for await (const chunk of bytes) {
      const rows = take(await csv.read(chunk));
      if (rows.length > 0) yield rows;
    }
    yield take(await csv.end());
  } finally {
    csv.close();
  }
}
