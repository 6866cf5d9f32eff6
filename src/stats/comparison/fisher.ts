import { assertCounts, type Counts } from './proportion.js';

/** Tables whose probability is this close to the observed one's count as equal to it. */
const SAME = 1 + 1e-14;

export interface FisherTest {
  readonly pValue: number;
  /** One-sided: a's share lies above (below) b's. */
  readonly pLarger: number;
  readonly pSmaller: number;
}

/**
 * Fisher's exact test of two shares: right for the rarest errors, where a z test is not.
 * Two-sided p: all tables with the same margins that are no likelier than the observed one.
 * Source: R. A. Fisher (1935), JRSS 98:39-82. Oracle: test/stats/oracles/proportion_z.json (fisher_p).
 */
export function fisherExactTest(a: Counts, b: Counts): FisherTest {
  assertCounts(a);
  assertCounts(b);
  const successes = a.successes + b.successes;
  const least = Math.max(0, successes - b.trials);
  const most = Math.min(successes, a.trials);
  // Products of neighbours' ratios: exact to rounding, where logarithms of factorials lose digits with size.
  const relative = relativeProbabilities(a, b, least, most);
  const observed = relative[a.successes - least] as number;
  let [equal, larger, smaller, all] = [0, 0, 0, 0];
  for (const [i, weight] of relative.entries()) {
    all += weight;
    if (weight <= observed * SAME) equal += weight;
    if (least + i >= a.successes) larger += weight;
    if (least + i <= a.successes) smaller += weight;
  }
  return { pValue: Math.min(1, equal / all), pLarger: Math.min(1, larger / all), pSmaller: Math.min(1, smaller / all) };
}

/** Hypergeometric probabilities of k = least..most, relative to the likeliest k. */
function relativeProbabilities(a: Counts, b: Counts, least: number, most: number): Float64Array {
  const successes = a.successes + b.successes;
  const ratio = (k: number) => (((a.trials - k) / (k + 1)) * (successes - k)) / (b.trials - successes + k + 1);
  const mode = Math.min(
    most,
    Math.max(least, Math.floor(((a.trials + 1) * (successes + 1)) / (a.trials + b.trials + 2))),
  );
  const weights = new Float64Array(most - least + 1);
  weights[mode - least] = 1;
  for (let k = mode; k < most; k += 1) weights[k + 1 - least] = (weights[k - least] as number) * ratio(k);
  for (let k = mode - 1; k >= least; k -= 1) weights[k - least] = (weights[k + 1 - least] as number) / ratio(k);
  return weights;
}
