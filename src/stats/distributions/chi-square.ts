import { default as gammainc } from '@stdlib/math-base-special-gammainc';

/** P(X > x) of the chi-square law with df > 0 degrees of freedom, with all digits in the far tail. */
export function chiSquareSf(x: number, df: number): number {
  return x === Number.POSITIVE_INFINITY ? 0 : gammainc(x / 2, df / 2, true, true);
}

export function chiSquareCdf(x: number, df: number): number {
  return x === Number.POSITIVE_INFINITY ? 1 : gammainc(x / 2, df / 2, true, false);
}
