import { type LineRecord, LONGEST_RECORD } from './line-records.js';

const QUOTE = 0x22;
const BLANK = /\s/;
const BOM = '\uFEFF';

/**
 * Splits CSV as long as nothing in it is quoted, several times as fast as a parser that looks at each character. From the first line with a quote on, or
 * one that is too long, the text is somebody else's.
 */
export class PlainLines {
  private readonly delimiter: string;
  private readonly isTrimmed: boolean;
  /** Of a line that goes on in the next chunk. */
  private rest: Buffer = Buffer.alloc(0);
  /** Lines that are done. */
  lines = 0;

  constructor(delimiter: string, isTrimmed: boolean) {
    this.delimiter = delimiter;
    this.isTrimmed = isTrimmed;
  }

  /** @param chunk whole characters @returns the records of the lines it ends, and what it can not read: null where it reads on */
  read(chunk: Uint8Array): { records: LineRecord[]; left: Buffer | null } {
    const bytes = this.rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.rest, chunk]);
    const quote = bytes.indexOf(QUOTE);
    const end = endOfLines(quote < 0 ? bytes : bytes.subarray(0, quote));
    const records = this.recordsOf(bytes.subarray(0, end));
    this.rest = bytes.subarray(end);
    const isOver = quote >= 0 || this.rest.length > LONGEST_RECORD;
    return { records, left: isOver ? this.rest : null };
  }

  /** The last line, where no line break ends it. */
  end(): LineRecord[] {
    return this.recordsOf(this.rest);
  }

  private recordsOf(bytes: Buffer): LineRecord[] {
    if (bytes.length === 0) return [];
    const text = bytes.toString();
    const lines = text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n');
    // What follows the last line break is no line.
    if (lines.at(-1) === '') lines.pop();
    const records: LineRecord[] = [];
    for (const given of lines) {
      const line = this.lines === 0 && given.startsWith(BOM) ? given.slice(1) : given;
      this.lines += 1;
      if ((this.isTrimmed ? line.trim() : line) === '') continue;
      records.push({ line: this.lines, cells: this.cellsOf(line) });
    }
    return records;
  }

  private cellsOf(line: string): string[] {
    const cells = line.split(this.delimiter);
    // The parser's `trim` is the language's, and so is what the expression takes for blanks.
    if (this.isTrimmed && BLANK.test(line))
      for (let at = 0; at < cells.length; at += 1) cells[at] = (cells[at] as string).trim();
    return cells;
  }
}

/** Where the last whole line ends. A carriage return at the very end may be half of a line break. */
function endOfLines(bytes: Buffer): number {
  const feed = bytes.lastIndexOf(0x0a);
  const mark = bytes.lastIndexOf(0x0d, bytes.length - 2);
  return Math.max(feed, bytes.length < 2 ? -1 : mark) + 1;
}
