import { logGamma } from '../distributions/binomial.js';
import { type ChiSquareResult, chiSquareOfCounts } from '../drift/chi-square.js';
import { requireCount } from '../sample/sample.js';

export interface SampleRatio extends ChiSquareResult {
  /** Observations on arms that were promised none: more than 0 is a fault of assignment in itself. */
  readonly unplanned: number;
}

/**
 * Sample-ratio mismatch: did the arms get the traffic they were promised? If not, assignment or logging is broken, and no comparison of
 * the arms means anything. One look only; when looked at repeatedly use `sequentialSampleRatio`.
 * An arm of weight 0 is left out of statistic and degrees of freedom; traffic on it is reported. Source: A. Fabijan et al. (2019), KDD, 2156-2164. Oracle: test/stats/oracles/srm.json.
 * @param weights planned shares, in any unit
 * @returns null without any observation
 * @throws {RangeError} for unequal lengths, counts that are no integers >= 0, or fewer than 2 arms with weight
 */
export function sampleRatioTest(observed: readonly number[], weights: readonly number[]): SampleRatio | null {
  const arms = armsWithWeight(observed, weights);
  const total = arms.reduce((sum, arm) => sum + arm.count, 0);
  if (total === 0) return null;
  const test = chiSquareOfCounts(
    arms.map((arm) => arm.count),
    arms.map((arm) => arm.share * total),
  );
  return { ...test, unplanned: observed.reduce((sum, count) => sum + count, 0) - total };
}

export interface SequentialSampleRatio {
  /** ln of the Bayes factor of "shares differ from the plan" against "shares are as planned". */
  readonly logBayesFactor: number;
  /** min(1, 1 / Bayes factor): valid at any look; keep the smallest over all looks. */
  readonly pValue: number;
}

/**
 * The same for any number of looks: a Bayes factor of a Dirichlet mixture, which exceeds 1/alpha under the plan with probability at
 * most alpha over all looks together. Source: M. Lindon, A. Malek (2022), NeurIPS 35:3413-3426. Oracle: test/stats/oracles/sequential.json.
 * @param prior Dirichlet parameters, one an arm; default is uniform over all shares
 */
export function sequentialSampleRatio(
  observed: readonly number[],
  weights: readonly number[],
  prior: readonly number[] = weights.map(() => 1),
): SequentialSampleRatio {
  const arms = armsWithWeight(observed, weights);
  const parameters = prior.filter((_, i) => (weights[i] as number) > 0);
  if (prior.length !== weights.length || parameters.some((a) => !(a > 0)))
    throw new RangeError(`prior [${prior.join(', ')}] needs one number > 0 for each of ${weights.length} arms`);
  const total = arms.reduce((sum, arm) => sum + arm.count, 0);
  const mass = parameters.reduce((sum, a) => sum + a, 0);
  let logBayesFactor = logGamma(mass) - logGamma(mass + total);
  for (const [i, { count, share }] of arms.entries()) {
    const a = parameters[i] as number;
    logBayesFactor += logGamma(a + count) - logGamma(a) - count * Math.log(share);
  }
  return { logBayesFactor, pValue: Math.min(1, Math.exp(-logBayesFactor)) };
}

function armsWithWeight(observed: readonly number[], weights: readonly number[]): { count: number; share: number }[] {
  if (observed.length !== weights.length)
    throw new RangeError(`${observed.length} observed and ${weights.length} planned arms; need equal counts`);
  const total = weights.reduce((sum, weight, i) => {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw new RangeError(`weight ${weight} of arm ${i}`);
    requireCount(observed[i] as number, `count of arm ${i}`);
    return sum + weight;
  }, 0);
  const arms = weights.map((weight, i) => ({ count: observed[i] as number, share: weight / total }));
  const used = arms.filter(({ share }) => share > 0);
  if (used.length < 2) throw new RangeError(`${used.length} arms with a weight above 0; at least 2 are needed`);
  return used;
}
