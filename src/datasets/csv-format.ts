import { CsvRecords } from './csv-records.js';
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
  const plain = new PlainLines(delimiter, delimiter.trim() !== '');
  let quoted: CsvRecords | null = null;
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
      quoted ??= new CsvRecords({ delimiter, longest: LONGEST_RECORD, linesBefore: plain.lines });
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

function assertWidth({ line, cells }: LineRecord, columns: readonly string[]): void {
  if (cells.length !== columns.length)
    throw new RangeError(`line ${line}: ${cells.length} cells, expected ${columns.length}, as the header has`);
}
