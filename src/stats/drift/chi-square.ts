import { chiSquareSf } from '../distributions/chi-square.js';

export interface ChiSquareResult {
  readonly statistic: number;
  readonly df: number;
  readonly pValue: number;
}

export interface ContingencyResult extends ChiSquareResult {
  readonly expected: number[][];
  /** Cramer's V: strength of the association in 0..1, whatever the counts. */
  readonly cramersV: number;
}

/**
 * Pearson's test of independence of rows and columns. Rows and columns without any count say nothing and are left out.
 * Source: K. Pearson (1900); H. Cramer (1946), Mathematical Methods of Statistics, 21.9. Oracle: test/stats/oracles/chi_square.json.
 * @param yates continuity correction, 2 x 2 tables only. The default leaves it out; V is that of the statistic
 * @throws {RangeError} for a negative or fractional count, ragged rows, or fewer than two rows or columns with counts
 */
export function chiSquareOfTable(table: readonly (readonly number[])[], yates = false): ContingencyResult {
  const counts = withoutEmptyLines(table);
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = (counts[0] as number[]).map((_, j) => counts.reduce((sum, row) => sum + (row[j] as number), 0));
  if (rows.length < 2 || columns.length < 2)
    throw new RangeError(`table has counts in ${rows.length} rows and ${columns.length} columns; need two each`);
  const total = rows.reduce((sum, count) => sum + count, 0);
  const expected = rows.map((row) => columns.map((column) => (row * column) / total));
  const df = (rows.length - 1) * (columns.length - 1);
  const distance = (correction: number) => {
    let sum = 0;
    for (const [i, row] of counts.entries())
      for (const [j, observed] of row.entries()) {
        const mean = (expected[i] as number[])[j] as number;
        const gap = Math.abs(observed - mean);
        sum += (gap - Math.min(correction, gap)) ** 2 / mean;
      }
    return sum;
  };
  const statistic = distance(yates && df === 1 ? 0.5 : 0);
  const cramersV = Math.sqrt(statistic / total / Math.min(rows.length - 1, columns.length - 1));
  return { statistic, df, pValue: chiSquareSf(statistic, df), expected, cramersV };
}

function withoutEmptyLines(table: readonly (readonly number[])[]): number[][] {
  const width = table[0]?.length ?? 0;
  for (const [i, row] of table.entries()) {
    if (row.length !== width) throw new RangeError(`row ${i} has ${row.length} columns, the first has ${width}`);
    const bad = row.find((count) => !Number.isSafeInteger(count) || count < 0);
    if (bad !== undefined) throw new RangeError(`row ${i} has a count of ${bad}; counts are integers >= 0`);
  }
  const used = Array.from({ length: width }, (_, j) => j).filter((j) => table.some((row) => (row[j] as number) > 0));
  const counts = table.filter((row) => row.some((count) => count > 0)).map((row) => used.map((j) => row[j] as number));
  if (counts.length === 0) throw new RangeError('table has no counts');
  return counts;
}

/**
 * Do counts agree with what was expected of them? Expectations are scaled to the observed total by the caller.
 * A category that is expected never but seen makes the statistic infinite and p 0: that is impossible under the hypothesis.
 * @throws {RangeError} for unequal lengths, fewer than two categories, or a negative count
 */
export function chiSquareOfCounts(observed: readonly number[], expected: readonly number[]): ChiSquareResult {
  if (observed.length !== expected.length)
    throw new RangeError(`${observed.length} observed and ${expected.length} expected counts; need equal counts`);
  if (observed.length < 2) throw new RangeError(`${observed.length} categories; at least 2 are needed`);
  let statistic = 0;
  for (const [i, count] of observed.entries()) {
    const mean = expected[i] as number;
    if (!(count >= 0 && mean >= 0 && count + mean < Number.POSITIVE_INFINITY))
      throw new RangeError(`category ${i}: observed ${count}, expected ${mean}; both are finite numbers >= 0`);
    if (count !== mean) statistic += (count - mean) ** 2 / mean;
  }
  const df = observed.length - 1;
  return { statistic, df, pValue: chiSquareSf(statistic, df) };
}
