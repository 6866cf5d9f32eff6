import { normalQuantile } from '../distributions/normal.js';
import { momentsOf } from '../sample/moments.js';
import type { Sample } from '../sample/sample.js';

/** How much less n rows say than n independent ones would. */
export interface Dependence {
  /** Variance of a mean over that of independent rows, >= 1 (the design effect). */
  readonly factor: number;
  /** Degrees of freedom that the factor was estimated with. */
  readonly df: number;
}

export const INDEPENDENT: Dependence = { factor: 1, df: Number.POSITIVE_INFINITY };

/** Many batches find a short memory for certain, few and long ones see a long one whole. */
const BATCHES = [128, 64, 32, 16, 8] as const;
const LEAST_IN_BATCH = 4;
/** Chance that rows without memory are taken to have some, by one number of batches. */
const MISTAKEN = 0.01;
/** Among those that are sure of it, the one counts whose factor is largest at this confidence: eight batches are far off by themselves. */
const CHOSEN_AT = 0.99;

/**
 * Do neighbours in time resemble each other? Means of batches of neighbours then vary more than their size explains. Without clear
 * evidence: independent. A memory that is longer than an eighth of the rows is seen in part only.
 * Source: batch means, R. W. Conway (1963), Management Science 10(1):47-61; design effect, L. Kish (1965), Survey Sampling, 8.2.
 * @param series measures of the same rows, in the order of time; their mean factor counts, as in tests of several shares at once
 */
export function dependenceOf(series: readonly Sample[]): Dependence {
  const sure = BATCHES.flatMap((batches) => {
    const factors = series.flatMap((values) => factorOf(values, batches) ?? []);
    const found = { factor: momentsOf(factors).mean, df: batches - 1 };
    return atLeast(found, 1 - MISTAKEN) > 1 ? found : [];
  });
  const [longest = INDEPENDENT] = sure.sort((a, b) => atLeast(b, CHOSEN_AT) - atLeast(a, CHOSEN_AT));
  return longest;
}

/** @returns null where there are too few rows, or all are alike */
function factorOf(values: Sample, batches: number): number | null {
  const size = Math.floor(values.length / batches);
  if (size < LEAST_IN_BATCH) return null;
  const all = Float64Array.from(values).subarray(0, size * batches);
  const { n, m2 } = momentsOf(all);
  if (m2 === 0) return null;
  const means = Array.from({ length: batches }, (_, at) => momentsOf(all.subarray(at * size, (at + 1) * size)).mean);
  return (size * momentsOf(means).m2) / (batches - 1) / (m2 / (n - 1));
}

function atLeast({ factor, df }: Dependence, confidence: number): number {
  return (factor * df) / chiSquareQuantile(confidence, df);
}

/** Source: E. B. Wilson, M. M. Hilferty (1931), PNAS 17:684-688; within 1 % from 7 degrees on. */
function chiSquareQuantile(p: number, df: number): number {
  const spread = 2 / (9 * df);
  return df * (1 - spread + normalQuantile(p) * Math.sqrt(spread)) ** 3;
}
