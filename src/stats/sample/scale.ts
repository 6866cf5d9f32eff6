import type { Sample } from './sample.js';

/** Squares of larger numbers, and sums of millions of them, come near the largest double. */
const LARGEST_SQUARED = 1e140;
/** The logarithm of the largest double is rounded up to 1024, and 2 to that power is infinite. */
const LARGEST_EXPONENT = 1023;

/** The largest size of a value. */
export function largestSize(...samples: readonly Sample[]): number {
  let largest = 0;
  for (const values of samples)
    for (let i = 0; i < values.length; i += 1) largest = Math.max(largest, Math.abs(values[i] as number));
  return largest;
}

/**
 * What to divide values by before they are squared and summed up: 1, unless they are so large that the sum would not be finite. A power of
 * two, which takes no digit from them.
 */
export function safeScale(largest: number): number {
  return largest > LARGEST_SQUARED ? 2 ** Math.min(Math.floor(Math.log2(largest)), LARGEST_EXPONENT) : 1;
}
