import { type Parser, parse } from 'csv-parse';
import { splitLines } from '../datasets/split-lines.js';
import type { Cells } from './import-fields.js';

/** A row of a file, by the line it ends on; or why there is none. */
export type ImportLine =
  | { readonly line: number; readonly cells: Cells }
  | { readonly line: number; readonly fault: string };

/** As the reader of feedback takes no more of one item, a longer row is a quote or a line that never ends. */
const LONGEST_ROW = 64 * 1024;

export interface ImportFormat {
  readonly kind: 'csv' | 'ndjson';
  readonly delimiter: string;
}

/**
 * The rows of a file in blocks about as large as its chunks; a bad line is named and passed over.
 * @param begin is told the columns of a CSV before its first row
 * @throws {RangeError} naming the line, where what follows can not be told apart any more
 */
export function linesOf(
  bytes: AsyncIterable<Uint8Array>,
  { kind, delimiter }: ImportFormat,
  begin: (columns: readonly string[]) => void,
): AsyncGenerator<ImportLine[]> {
  return kind === 'csv' ? csvLines(bytes, delimiter, begin) : ndjsonLines(bytes);
}

async function* csvLines(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: string,
  begin: (columns: readonly string[]) => void,
): AsyncGenerator<ImportLine[]> {
  let columns: readonly string[] | null = null;
  let block: ImportLine[] = [];
  // The parser counts a line break within quotes twice where it is of two characters.
  let counted = 0;
  const parser = parse({
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    trim: delimiter.trim() !== '',
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: LONGEST_ROW,
    on_record: (cells: string[], { lines }) => {
      for (const cell of cells) if (cell.includes('\r\n')) counted += cell.split('\r\n').length - 1;
      if (columns === null) begin((columns = headerOf(cells)));
      else block.push(csvLine(cells, columns, lines - counted));
      return null;
    },
  });
  parser.on('error', () => undefined).resume();
  try {
    for await (const chunk of bytes) {
      await written(parser, chunk);
      const taken = block;
      block = [];
      if (taken.length > 0) yield taken;
    }
    await ended(parser);
  } finally {
    parser.destroy();
  }
  if (columns === null) throw new RangeError('line 1: no header');
  yield block;
}

/** @throws {RangeError} a name that is there twice would be read from either */
function headerOf(cells: readonly string[]): readonly string[] {
  const twice = cells.find((name, position) => cells.indexOf(name) < position);
  if (twice !== undefined) throw new RangeError(`line 1: column ${JSON.stringify(twice)} is there twice`);
  return cells;
}

function csvLine(cells: readonly string[], columns: readonly string[], line: number): ImportLine {
  if (cells.length !== columns.length)
    return { line, fault: `${cells.length} cells, expected ${columns.length}, as the header has` };
  return { line, cells: Object.fromEntries(columns.map((name, position) => [name, cells[position]])) };
}

async function* ndjsonLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ImportLine[]> {
  let line = 0;
  for await (const texts of splitLines(bytes, LONGEST_ROW)) {
    const block = texts.flatMap((text) => ndjsonLine(text, (line += 1)) ?? []);
    if (block.length > 0) yield block;
  }
}

function ndjsonLine(given: string, line: number): ImportLine | null {
  const text = line === 1 ? given.replace(/^\uFEFF/, '') : given;
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { line, cells: value as Cells };
    return { line, fault: 'expected a JSON object' };
  } catch {
    return { line, fault: 'not JSON' };
  }
}

async function written(parser: Parser, chunk: Uint8Array): Promise<void> {
  await new Promise<void>((done, fail) => {
    parser.write(chunk, (error) => (error ? fail(refusal(error)) : done()));
  });
}

async function ended(parser: Parser): Promise<void> {
  await new Promise<void>((done, fail) => {
    parser.once('end', () => done()).once('error', (error: unknown) => fail(refusal(error)));
    parser.end();
  });
}

/** The parser's messages name the line. */
function refusal(error: unknown): RangeError {
  if (error instanceof RangeError) return error;
  const { code, lines, message } = error as { code?: string; lines?: number; message: string };
  if (code === 'CSV_MAX_RECORD_SIZE')
    return new RangeError(`line ${lines ?? 0}: a row of more than ${LONGEST_ROW} bytes; is a quote left open before?`);
  return new RangeError(message, { cause: error });
}
