import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** Rows of features, and the label of each. */
export interface Digits {
  readonly rows: number[][];
  readonly labels: number[];
}

/**
 * Reads `p0,…,p63,label` from this example's data.
 * @throws {RangeError} naming file and line, where a row is not all numbers
 */
export function readDigits(file: 'digits-train.csv' | 'digits-holdout.csv'): Digits {
  // From a build, this file lies in dist/examples/…; the data is not compiled.
  const folder = new URL(
    import.meta.url.includes('/dist/examples/') ? '../../../examples/data/' : '../data/',
    import.meta.url,
  );
  const records: string[][] = parse(readFileSync(new URL(file, folder), 'utf8'), { from_line: 2 });
  const digits: Digits = { rows: [], labels: [] };
  for (const [index, record] of records.entries()) {
    const row = record.map(Number);
    const label = row.pop();
    if (label === undefined || ![label, ...row].every(Number.isFinite))
      throw new RangeError(`${file}, line ${index + 2}: expected numbers, got ${record.join(',')}`);
    digits.rows.push(row);
    digits.labels.push(label);
  }
  return digits;
}
