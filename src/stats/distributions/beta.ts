import { default as betainc } from '@stdlib/math-base-special-betainc';
import { default as stdlibQuantile } from '@stdlib/stats-base-dists-beta-quantile';

/** Regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1. */
export function betaIncomplete(x: number, a: number, b: number): number {
  return betainc(x, a, b, true, false);
}

/** 1 - I_x(a, b), with all digits where it is small. */
export function betaIncompleteUpper(x: number, a: number, b: number): number {
  return betainc(x, a, b, true, true);
}

export function betaQuantile(p: number, a: number, b: number): number {
  return stdlibQuantile(p, a, b);
}

/** P(F > x) of the F law with (df1, df2) degrees of freedom. */
export function fSf(x: number, df1: number, df2: number): number {
  if (x <= 0) return 1;
  return betaIncomplete(df2 / (df2 + df1 * x), df2 / 2, df1 / 2);
}
