import { expect } from '@jest/globals';
import { seededRandom } from '../../src/stats/index.js';

/** Least squares and its errors with every matrix written out, to hold shorter ways to. */

export type Rows = readonly (readonly number[])[];
const times = (a: Rows, b: Rows) =>
  a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, v, k) => sum + v * (b[k]?.[j] as number), 0)));
export const turned = (a: Rows) => (a[0] ?? []).map((_, j) => a.map((row) => row[j] as number));
const product = (...all: Rows[]) => all.reduce(times);
export const at = (a: Rows, i: number, j: number) => a[i]?.[j] as number;
export const square = (n: number, entry: (i: number, j: number) => number) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => entry(i, j)));
const trace = (a: Rows) => a.reduce((sum, row, i) => sum + (row[i] as number), 0);
export const form = (row: readonly number[], a: Rows) => at(product([row], a, turned([row])), 0, 0);

/** Gauss and Jordan's, with pivots. */
function inverse(a: Rows): number[][] {
  const n = a.length;
  const work = a.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < n; column += 1) {
    const rest = work.slice(column).map((row) => Math.abs(row[column] as number));
    const pivot = column + rest.indexOf(Math.max(...rest));
    const [top, lead] = [work[column] as number[], work[pivot] as number[]];
    work[pivot] = top;
    work[column] = lead.map((v) => v / (lead[column] as number));
    for (const [i, row] of work.entries())
      if (i !== column) work[i] = row.map((v, j) => v - (row[column] as number) * at(work, column, j));
  }
  return work.map((row) => row.slice(n));
}

/** Least squares by the normal equations, and the covariances that its errors come from. */
export function written(design: Rows, y: readonly number[], steps: readonly number[], lags: number) {
  const [n, k] = [y.length, (design[0] as number[]).length];
  const bread = inverse(times(turned(design), design));
  const beta = product(bread, turned(design), turned([y])).map((row) => row[0] as number);
  const residuals = y.map(
    (v, i) => v - (design[i] as number[]).reduce((sum, x, j) => sum + x * (beta[j] as number), 0),
  );
  const sum = residuals.reduce((total, e) => total + e * e, 0);
  const sandwich = (meat: Rows) => product(bread, turned(design), meat, design, bread);
  // Newey and West: neighbours' products of residuals, the less the further they are.
  const hac = sandwich(
    square(
      n,
      (i, j) => Math.max(0, 1 - Math.abs(i - j) / (lags + 1)) * (residuals[i] as number) * (residuals[j] as number),
    ),
  );
  // First order: M makes residuals of errors, Omega is the errors' correlation, L joins neighbouring rows.
  const hat = product(design, bread, turned(design));
  const m = square(n, (i, j) => (i === j ? 1 : 0) - at(hat, i, j));
  const omega = (rho: number) => square(n, (i, j) => rho ** Math.abs((steps[i] as number) - (steps[j] as number)));
  const joins = square(n, (i, j) => (Math.abs(i - j) === 1 ? 0.5 : 0));
  const expected = (rho: number) => trace(product(joins, m, omega(rho), m)) / trace(product(m, omega(rho), m));
  const observed = residuals.slice(1).reduce((total, e, i) => total + e * (residuals[i] as number), 0) / sum;
  let [low, high] = [0, 0.95];
  for (let i = 0; i < 35; i += 1) {
    const middle = (low + high) / 2;
    if (expected(middle) < observed) low = middle;
    else high = middle;
  }
  const likely = (low + high) / 2;
  const rho = Math.min(0.95, likely + Math.sqrt((1 - likely * likely) / (n - k)));
  const variance = sum / trace(product(m, omega(rho)));
  return {
    beta,
    residuals,
    bread,
    noise: sum / (n - k),
    hac,
    likely,
    rho,
    df: Math.max(1, ((n - k) * (1 - rho * rho)) / (1 + rho * rho)),
    firstOrder: sandwich(omega(rho)).map((row) => row.map((v) => v * variance)),
    leverages: hat.map((row, i) => row[i] as number),
    sandwich,
  };
}

export const near = (got: number, want: number, relative = 1e-7) =>
  expect(Math.abs(got - want)).toBeLessThanOrEqual(relative * Math.max(1e-6, Math.abs(want)));

/** Noise whose neighbours are alike by rho. */
export function noise(n: number, rho: number, seed: number): number[] {
  const random = seededRandom(seed);
  let e = 0;
  return Array.from({ length: n }, () => {
    e = rho * e + random() + random() - 1;
    return e;
  });
}
