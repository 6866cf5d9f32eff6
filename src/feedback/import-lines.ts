import { rowsUnderHeader } from '../datasets/csv-records.js';
import type { LineRecord } from '../datasets/line-records.js';
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
  const dialect = { delimiter, longest: LONGEST_ROW, relaxQuotes: true };
  const rows = rowsUnderHeader(bytes, dialect, (header) => begin((columns = headerOf(header))));
  for await (const block of rows) yield block.map((row) => csvLine(row, columns ?? []));
  if (columns === null) throw new RangeError('line 1: no header');
}

/** @throws {RangeError} a name that is there twice would be read from either */
function headerOf(cells: readonly string[]): readonly string[] {
  const twice = cells.find((name, position) => cells.indexOf(name) < position);
  if (twice !== undefined) throw new RangeError(`line 1: column ${JSON.stringify(twice)} is there twice`);
  return cells;
}

function csvLine({ line, cells }: LineRecord<string>, columns: readonly string[]): ImportLine {
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
