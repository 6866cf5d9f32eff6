import { Matrix, solve } from 'ml-matrix';
import { momentsOf } from '../../../src/stats/sample/moments.js';

/** Says how far on the first class's side a row lies: above 0 it is one of them. */
export type Ridge = (row: readonly number[]) => number;

/** Ridge regression on standardised columns, penalty 1, of +1 for the rows that are `of` the first class and -1 for the others. */
export function trainRidge(rows: readonly (readonly number[])[], of: readonly boolean[]): Ridge {
  const columns = rows[0]?.length ?? 0;
  const scales = Array.from({ length: columns }, (_, column) => {
    const { n, mean, m2 } = momentsOf(rows.map((row) => row[column] ?? 0));
    return { mean, deviation: Math.sqrt(m2 / n) };
  });
  const standardised = (row: readonly number[]) => [
    1,
    ...row.map((value, column) => (value - (scales[column]?.mean ?? 0)) / (scales[column]?.deviation || 1)),
  ];
  const x = new Matrix(rows.map(standardised));
  const y = Matrix.columnVector(of.map((is) => (is ? 1 : -1)));
  const weights = solve(
    x
      .transpose()
      .mmul(x)
      .add(Matrix.eye(columns + 1)),
    x.transpose().mmul(y),
  ).to1DArray();
  return (row) => standardised(row).reduce((sum, cell, column) => sum + cell * (weights[column] ?? 0), 0);
}
