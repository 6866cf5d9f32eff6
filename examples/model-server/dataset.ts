import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

/** Rows of features, and the label of each. */
export interface Digits {
  readonly rows: number[][];
  readonly labels: number[];
}

/** Reads `p0,…,p63,label` from this example's data. */
export function readDigits(file: 'digits-train.csv' | 'digits-holdout.csv'): Digits {
  // From a build, this file lies in dist/examples/…; the data is not compiled.
  const folder = new URL(
    import.meta.url.includes('/dist/examples/') ? '../../../examples/data/' : '../data/',
    import.meta.url,
  );
  const records: string[][] = parse(readFileSync(new URL(file, folder), 'utf8'), { from_line: 2 });
  const numbers = records.map((record) => record.map(Number));
  return { rows: numbers.map((row) => row.slice(0, -1)), labels: numbers.map((row) => row.at(-1) ?? Number.NaN) };
}
