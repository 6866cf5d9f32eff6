import { betaIncomplete } from '../distributions/beta.js';
import { binomialQuantile } from '../distributions/binomial.js';
import { requireProbability, requireSample, type Sample } from './sample.js';
import { pickRanks } from './select.js';
import { sorted } from './sort.js';

/**
 * Harrell-Davis estimate of a quantile: a mean of all order statistics, weighted by a beta density; steadier than one of them in
 * small samples. Source: F. E. Harrell, C. E. Davis (1982), Biometrika 69(3):635-640.
 * @throws {RangeError} for fewer than 2 values
 */
export function harrellDavis(values: Sample, q: number): number {
  requireSample(values, 'sample', 2);
  requireProbability(q, 'quantile');
  const order = sorted(values);
  const n = order.length;
  let [estimate, below] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const upTo = betaIncomplete((i + 1) / n, (n + 1) * q, (n + 1) * (1 - q));
    estimate += (upTo - below) * (order[i] as number);
    below = upTo;
  }
  return estimate;
}

/**
 * Interval of a quantile from order statistics alone, without any assumption about the distribution: the ranks are binomial quantiles.
 * Ends that fall outside the sample are its smallest and largest value, whose coverage is then less than asked for.
 * Source: W. J. Conover (1999), Practical Nonparametric Statistics, 3rd ed., 3.2.
 */
export function quantileInterval(values: Sample, q: number, confidence = 0.95): [number, number] {
  requireSample(values, 'sample');
  requireProbability(q, 'quantile');
  requireProbability(confidence, 'confidence');
  const n = values.length;
  const tail = (1 - confidence) / 2;
  const low = Math.max(0, binomialQuantile(tail, n, q) - 1);
  const high = Math.min(n - 1, binomialQuantile(1 - tail, n, q));
  const pick = pickRanks(values, [low, high]);
  return [pick(low), pick(high)];
}
