import { once } from 'node:events';
import { CsvError, type Parser, parse } from 'csv-parse';
import { type LineFormat, type LineRecord, LONGEST_RECORD } from './line-records.js';
import { PlainLines } from './plain-lines.js';

/** CSV with a header. A BOM, quotes, blank lines and spaces around cells are no matter. */
export function csvFormat(delimiter: string): LineFormat {
  return { records: (bytes, begin) => readRecords(bytes, delimiter, begin) };
}

async function* readRecords(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: string,
  begin: (columns: readonly string[]) => void,
): AsyncGenerator<LineRecord[]> {
  let columns: readonly string[] | null = null;
  const plain = new PlainLines(delimiter, isTrimmed(delimiter));
  let quoted: QuotedLines | null = null;
  const take = (taken: LineRecord[]) => {
    if (columns === null && taken.length > 0) {
      columns = taken.shift()?.cells as string[];
      begin(columns);
    }
    for (const record of taken) if (columns !== null) assertWidth(record, columns);
    return taken;
  };
  try {
    for await (const chunk of bytes) {
      const { records, left } = quoted === null ? plain.read(chunk) : { records: [], left: chunk };
      if (records.length > 0) yield take(records);
      if (left === null) continue;
      quoted ??= new QuotedLines(delimiter, plain.lines);
      const parsed = take(await quoted.read(left));
      if (parsed.length > 0) yield parsed;
    }
    const last = take(quoted === null ? plain.end() : await quoted.end());
    if (columns === null) throw new RangeError('line 1: no header');
    yield last;
  } finally {
    quoted?.close();
  }
}

/** A tab may be the delimiter. */
function isTrimmed(delimiter: string): boolean {
  return delimiter.trim() !== '';
}

/** What needs a parser. */
class QuotedLines {
  private readonly parser: Parser;
  private block: LineRecord[] = [];
  /** So that lines are counted from the first of all. */
  private before: Uint8Array | null;

  constructor(delimiter: string, linesBefore: number) {
    this.before = linesBefore === 0 ? null : Buffer.alloc(linesBefore, '\n');
    this.parser = parse({
      bom: true,
      delimiter,
      // Left to itself it takes what ends the first line for what ends them all.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      ...(isTrimmed(delimiter) ? { trim: true } : {}),
      relax_column_count: true,
      max_record_size: LONGEST_RECORD,
      // Records are taken here, many at a time: one by one through a stream costs more than parsing them.
      on_record: (cells: string[], { lines }) => {
        this.block.push({ line: lines, cells });
        return null;
      },
    });
    // Errors are given to the writes.
    this.parser.on('error', () => undefined).resume();
  }

  async read(chunk: Uint8Array): Promise<LineRecord[]> {
    const { before } = this;
    this.before = null;
    if (before !== null) await written(this.parser, before);
    await written(this.parser, chunk);
    return this.take();
  }

  async end(): Promise<LineRecord[]> {
    await ended(this.parser);
    return this.take();
  }

  close(): void {
    this.parser.destroy();
  }

  private take(): LineRecord[] {
    const taken = this.block;
    this.block = [];
    return taken;
  }
}

function assertWidth({ line, cells }: LineRecord, columns: readonly string[]): void {
  if (cells.length !== columns.length)
    throw new RangeError(`line ${line}: ${cells.length} cells, expected ${columns.length}, as the header has`);
}

async function written(parser: Parser, chunk: Uint8Array): Promise<void> {
  await new Promise<void>((done, fail) => {
    parser.write(chunk, (error) => (error ? fail(refusal(error)) : done()));
  });
}

async function ended(parser: Parser): Promise<void> {
  parser.end();
  await once(parser, 'end').catch((error: unknown) => {
    throw refusal(error);
  });
}

function refusal(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = typeof error['lines'] === 'number' ? `line ${error['lines']}: ` : '';
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return new RangeError(`${line}a row of more than ${LONGEST_RECORD} bytes; is a quote left open before?`);
  // The parser's own messages name the line as well.
  return new RangeError(`${line}${error.message}`, { cause: error });
}
