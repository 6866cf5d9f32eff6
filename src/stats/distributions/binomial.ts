import { default as gammaln } from '@stdlib/math-base-special-gammaln';
import { betaIncomplete, betaIncompleteUpper } from './beta.js';

/** P(X <= k) of k successes in n trials of probability p. */
function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return betaIncompleteUpper(p, k + 1, n - k);
}

/** P(X >= k), with all digits where it is small. */
export function binomialUpper(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return betaIncomplete(p, k, n - k + 1);
}

/** The smallest k with P(X <= k) >= q. */
export function binomialQuantile(q: number, n: number, p: number): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCdf(middle, n, p) >= q) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** ln of the gamma function. */
export function logGamma(x: number): number {
  return gammaln(x);
}

/** ln of the number of ways to choose k of n. */
export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
