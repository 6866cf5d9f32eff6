import { quoted } from './dataset-fault.js';
import { type LineFormat, type LineRecord, LONGEST_RECORD } from './line-records.js';
import { splitLines } from './split-lines.js';

/** One JSON object a line. The first names the columns; one that is left out of a later object is missing there. */
export const NDJSON_FORMAT: LineFormat = {
  async *records(bytes, begin) {
    let positions: Map<string, number> | null = null;
    let line = 0;
    for await (const lines of splitLines(bytes, LONGEST_RECORD)) {
      const block: LineRecord[] = [];
      for (const text of lines) {
        line += 1;
        if (text.trim() === '') continue;
        const value = parseObject(text, line);
        if (positions === null) {
          const names = Object.keys(value);
          positions = new Map(names.map((name, position) => [name, position]));
          begin(names);
        }
        block.push({ line, cells: cellsOf(value, positions, line) });
      }
      if (block.length > 0) yield block;
    }
    if (positions === null) throw new RangeError('line 1: no object');
  },
};

function cellsOf(value: Record<string, unknown>, positions: Map<string, number>, line: number): unknown[] {
  const cells: unknown[] = Array.from({ length: positions.size }, () => null);
  for (const name of Object.keys(value)) {
    const position = positions.get(name);
    if (position === undefined) throw new RangeError(`line ${line}: column ${name}, which line 1 has not`);
    cells[position] = value[name];
  }
  return cells;
}

function parseObject(text: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`line ${line}: ${quoted(text)} is no JSON, or cut off`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RangeError(`line ${line}: ${quoted(value)}, expected an object`);
  return value as Record<string, unknown>;
}
