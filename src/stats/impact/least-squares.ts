import { inverse, Matrix, QrDecomposition } from 'ml-matrix';
import { requireEqualLength, requireSample, type Sample } from '../sample/sample.js';

/** An ordinary least squares fit. Vectors and matrices are in the order of the design's columns. */
export interface Fit {
  readonly coefficients: number[];
  readonly residuals: number[];
  /** n - columns. */
  readonly df: number;
  /** (X'X)^-1. */
  readonly bread: number[][];
  readonly r2: number;
}

/** As R's lm has it (LINPACK's dqrdc2, tol = 1e-7): a column of which the others leave no more than this part follows from them. */
const LEAST_PART = 1e-7;

/**
 * @param design rows of equal length, first column usually 1
 * @throws {RangeError} when there are not more rows than columns, or a column follows from the others
 */
export function leastSquares(design: readonly (readonly number[])[], y: Sample): Fit {
  requireSample(y, 'y');
  requireEqualLength(design, y, 'design rows and y');
  const columns = design[0]?.length ?? 0;
  if (design.length <= columns) throw new RangeError(`${design.length} rows for ${columns} coefficients; need more`);
  const x = new Matrix(design.map((row) => [...row]));
  const qr = new QrDecomposition(x);
  if (!isFullRank(qr.upperTriangularMatrix))
    throw new RangeError(`the design's ${columns} columns depend on each other`);
  const coefficients = qr.solve(Matrix.columnVector(Array.from(y))).to1DArray();
  const triangle = inverse(qr.upperTriangularMatrix);
  const residuals = design.map(
    (row, i) => (y[i] as number) - row.reduce((sum, v, k) => sum + v * (coefficients[k] as number), 0),
  );
  const mean = Array.from(y).reduce((sum, v) => sum + v, 0) / y.length;
  const spread = Array.from(y).reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return {
    coefficients,
    residuals,
    df: design.length - columns,
    bread: triangle.mmul(triangle.transpose()).to2DArray(),
    r2: spread === 0 ? 0 : 1 - squares(residuals) / spread,
  };
}

/** Of R, whose columns are as long as the design's: what a column adds to those before it is on the diagonal. Rounding never leaves exactly 0 there. */
function isFullRank(triangle: Matrix): boolean {
  return triangle.diagonal().every((rest, k) => Math.abs(rest) > LEAST_PART * Math.hypot(...triangle.getColumn(k)));
}

export function squares(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v * v, 0);
}

/** Standard errors that assume independent errors of one variance. */
export function classicalErrors({ residuals, df, bread }: Fit): number[] {
  const variance = squares(residuals) / df;
  return bread.map((row, k) => Math.sqrt(variance * (row[k] as number)));
}

/**
 * Standard errors that allow errors of different variance.
 * Source: H. White (1980), Econometrica 48:817-838; HC1 and HC3: J. G. MacKinnon, H. White (1985), J. Econometrics 29:305-325.
 */
export function robustErrors(fit: Fit, design: readonly (readonly number[])[], kind: 'hc1' | 'hc3'): number[] {
  const scale = kind === 'hc1' ? design.length / fit.df : 1;
  const rows = design.map((row, i) => {
    const leverage = kind === 'hc3' ? quadratic(row, fit.bread) : 0;
    return row.map((v) => (v * (fit.residuals[i] as number)) / (1 - leverage));
  });
  return sandwich(fit.bread, outerSum(rows, 0), scale);
}

/**
 * Standard errors that allow neighbouring errors to be correlated (HAC): Bartlett weights over `lags` neighbours, no small-sample factor.
 * Source: W. K. Newey, K. D. West (1987), Econometrica 55:703-708.
 */
export function autocorrelationErrors(fit: Fit, design: readonly (readonly number[])[], lags: number): number[] {
  return autocorrelationCovariance(fit, design, lags).map((row, k) => Math.sqrt(Math.max(0, row[k] as number)));
}

/** The whole covariance of the coefficients, of which `autocorrelationErrors` are the roots of the diagonal: for contrasts. */
export function autocorrelationCovariance(fit: Fit, design: readonly (readonly number[])[], lags: number): number[][] {
  const rows = design.map((row, i) => row.map((v) => v * (fit.residuals[i] as number)));
  const meat = outerSum(rows, 0);
  for (let lag = 1; lag <= lags; lag += 1) {
    const weight = 1 - lag / (lags + 1);
    const term = outerSum(rows, lag);
    for (const [a, line] of meat.entries())
      for (const b of line.keys())
        line[b] =
          (line[b] as number) + weight * (((term[a] as number[])[b] as number) + ((term[b] as number[])[a] as number));
  }
  const bread = new Matrix(fit.bread);
  return bread.mmul(new Matrix(meat)).mmul(bread).to2DArray();
}

/** Newey and West's rule of thumb for the number of neighbours. */
export function defaultLags(n: number): number {
  return Math.floor(4 * (n / 100) ** (2 / 9));
}

function outerSum(rows: readonly (readonly number[])[], lag: number): number[][] {
  const k = rows[0]?.length ?? 0;
  const sum = Array.from({ length: k }, () => Array.from({ length: k }, () => 0));
  for (let i = lag; i < rows.length; i += 1)
    for (const [a, line] of sum.entries())
      for (const b of line.keys())
        line[b] =
          (line[b] as number) + ((rows[i] as number[])[a] as number) * ((rows[i - lag] as number[])[b] as number);
  return sum;
}

function sandwich(bread: number[][], meat: number[][], scale: number): number[] {
  const outer = new Matrix(bread);
  const variance = outer.mmul(new Matrix(meat)).mmul(outer);
  return bread.map((_, k) => Math.sqrt(Math.max(0, scale * variance.get(k, k))));
}

function quadratic(row: readonly number[], matrix: readonly (readonly number[])[]): number {
  return row.reduce((sum, a, i) => sum + a * row.reduce((inner, b, j) => inner + b * (matrix[i]?.[j] as number), 0), 0);
}
