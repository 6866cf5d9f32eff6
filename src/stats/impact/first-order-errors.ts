import type { Fit } from './least-squares.js';
import { squares } from './least-squares.js';

/** Covariance of a least squares fit whose errors follow a first-order autoregression. */
export interface FirstOrderErrors {
  /** Correlation of neighbouring errors, 0..0.95, freed of what the fit itself takes away from it. */
  readonly rho: number;
  /** Of the coefficients. */
  readonly covariance: number[][];
  /** How many independent values the variance rests on. */
  readonly df: number;
}

type Rows = readonly (readonly number[])[];

const LARGEST_RHO = 0.95;

/**
 * Newey-West's errors are too small where values are few: the residuals they are made from are smaller and less correlated than the errors. Here both are
 * undone: rho is the one under which the residuals would be expected to be as correlated as they are, and the variance that under which they would be as
 * large. What a few weeks tell of rho is uncertain, so one standard error is added, (1 - rho^2) / df; negative correlation is not believed.
 * Source: the moments are of J. Durbin, G. S. Watson (1950), Biometrika 37:409-428, sec. 3 (quadratic forms of residuals); degrees of freedom
 * n (1 - rho^2) / (1 + rho^2): M. S. Bartlett (1946), J. Royal Statistical Society B 8:27-41. Checked by simulation: docs/impact.md.
 * @param times of the rows, whole steps in rising order; a hole lets correlation fall further
 */
export function firstOrderErrors(
  fit: Fit,
  design: readonly (readonly number[])[],
  times: readonly number[],
): FirstOrderErrors {
  const { residuals, bread } = fit;
  const n = residuals.length;
  const observed = neighbours(residuals) / squares(residuals);
  const flat = flatten(design, bread, times);
  const forms = residualForms(flat);
  const expected = (rho: number) => trace(forms.neighbours, rho) / trace(forms.all, rho);
  const likely = squares(residuals) === 0 ? 0 : rootOf((r) => expected(r) - observed);
  // One standard error above: too low an estimate finds changes where there are none, too high a one only finds them later.
  const rho = Math.min(LARGEST_RHO, likely + Math.sqrt((1 - likely ** 2) / fit.df));
  const variance = squares(residuals) / Math.max(Number.MIN_VALUE, trace(forms.all, rho));
  const df = Math.max(1, (fit.df * (1 - rho ** 2)) / (1 + rho ** 2));
  return { rho, covariance: covarianceOf(flat, rho, variance), df: Math.min(df, n) };
}

/** Sums of a matrix over pairs of rows that lie so many steps apart. */
type ByDistance = Float64Array;

function trace(form: ByDistance, rho: number): number {
  let sum = form[0] ?? 0;
  let power = 1;
  for (let distance = 1; distance < form.length; distance += 1) {
    power *= rho;
    sum += (form[distance] as number) * power;
  }
  return sum;
}

function neighbours(values: readonly number[]): number {
  return values.reduce((sum, v, i) => (i === 0 ? 0 : sum + v * (values[i - 1] as number)), 0);
}

/** Where a rising function crosses 0 within 0..LARGEST_RHO. */
function rootOf(f: (rho: number) => number): number {
  let [low, high] = [0, LARGEST_RHO];
  if (f(low) >= 0) return low;
  for (let i = 0; i < 30; i += 1) {
    const mid = (low + high) / 2;
    if (f(mid) < 0) low = mid;
    else high = mid;
  }
  return (low + high) / 2;
}

/** A design of n rows and k columns, row by row, and the same times the bread B. */
interface Flat {
  readonly n: number;
  readonly k: number;
  readonly x: Float64Array;
  readonly xb: Float64Array;
  /** How many steps two rows lie apart. */
  readonly apart: (i: number, j: number) => number;
}

function flatten(design: Rows, bread: Rows, times: readonly number[]): Flat {
  const [n, k] = [design.length, bread.length];
  const [x, xb] = [new Float64Array(n * k), new Float64Array(n * k)];
  for (const [i, row] of design.entries())
    for (let a = 0; a < k; a += 1) {
      x[i * k + a] = row[a] as number;
      for (let b = 0; b < k; b += 1)
        xb[i * k + a] = (xb[i * k + a] as number) + (bread[a]?.[b] as number) * (row[b] as number);
    }
  return { n, k, x, xb, apart: (i, j) => Math.abs((times[i] as number) - (times[j] as number)) };
}

/** With M = I - X B X', which makes residuals of errors: M itself, and M L M where L joins neighbours, both by distance. */
function residualForms({ n, k, x, xb, apart }: Flat): { all: ByDistance; neighbours: ByDistance } {
  const m = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < n; j += 1) m[i * n + j] = (i === j ? 1 : 0) - inner(x, xb, i * k, j * k, k);
  const joined = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < n; j += 1)
      joined[i * n + j] =
        ((i > 0 ? (m[(i - 1) * n + j] as number) : 0) + (i + 1 < n ? (m[(i + 1) * n + j] as number) : 0)) / 2;
  // M (L M) through the design's few columns: M v = v - X (B X' v).
  const columns = new Float64Array(n * k);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < n; j += 1)
      for (let a = 0; a < k; a += 1)
        columns[j * k + a] = (columns[j * k + a] as number) + (xb[i * k + a] as number) * (joined[i * n + j] as number);
  const longest = apart(0, n - 1) + 1;
  const [all, next] = [new Float64Array(longest), new Float64Array(longest)];
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < n; j += 1) {
      const distance = apart(i, j);
      all[distance] = (all[distance] as number) + (m[i * n + j] as number);
      next[distance] = (next[distance] as number) + (joined[i * n + j] as number) - inner(x, columns, i * k, j * k, k);
    }
  return { all, neighbours: next };
}

/** B X' Omega X B, where Omega's entries are rho to the power of the distance. */
function covarianceOf({ n, k, xb, apart }: Flat, rho: number, variance: number): number[][] {
  const powers = Float64Array.from({ length: apart(0, n - 1) + 1 }, (_, distance) => rho ** distance);
  // Omega X B, row by row.
  const smooth = new Float64Array(n * k);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < n; j += 1) {
      const weight = powers[apart(i, j)] as number;
      if (weight < 1e-12) continue;
      for (let a = 0; a < k; a += 1)
        smooth[i * k + a] = (smooth[i * k + a] as number) + weight * (xb[j * k + a] as number);
    }
  return Array.from({ length: k }, (_, a) =>
    Array.from({ length: k }, (__, b) => {
      let sum = 0;
      for (let i = 0; i < n; i += 1) sum += (xb[i * k + a] as number) * (smooth[i * k + b] as number);
      return variance * sum;
    }),
  );
}

function inner(a: Float64Array, b: Float64Array, from: number, to: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += (a[from + i] as number) * (b[to + i] as number);
  return sum;
}
