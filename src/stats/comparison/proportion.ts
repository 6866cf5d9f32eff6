import { normalCdf, normalQuantile, normalSf } from '../distributions/normal.js';
import { requireProbability } from '../sample/sample.js';

/** Successes out of trials: integers, 0 <= successes <= trials. */
export interface Counts {
  readonly successes: number;
  readonly trials: number;
}

/** @throws {RangeError} when the counts are not what `Counts` says, or there is no trial */
export function assertCounts({ successes, trials }: Counts): void {
  if (!Number.isInteger(trials) || trials < 1) throw new RangeError(`trials ${trials} is not an integer >= 1`);
  if (!Number.isInteger(successes) || successes < 0 || successes > trials)
    throw new RangeError(`successes ${successes} is not an integer in 0..${trials}`);
}

/** @returns successes / trials, in 0..1 @throws {RangeError} without trials */
export function share(counts: Counts): number {
  assertCounts(counts);
  return counts.successes / counts.trials;
}

/** Two-sided normal bound of a confidence level. */
function zOf(confidence: number): number {
  requireProbability(confidence, 'confidence');
  return -normalQuantile((1 - confidence) / 2);
}

/**
 * Standard error of a difference of two shares, with one success and one failure added to each arm, so that 0 of n is not
 * taken for certainty.
 * Source: A. Agresti, B. Caffo (2000), The American Statistician 54(4):280-288.
 */
export function differenceStandardError(a: Counts, b: Counts): number {
  assertCounts(a);
  assertCounts(b);
  const variance = ({ successes, trials }: Counts) => {
    const p = (successes + 1) / (trials + 2);
    return (p * (1 - p)) / (trials + 2);
  };
  return Math.sqrt(variance(a) + variance(b));
}

/**
 * Wilson score interval of one share.
 * @returns [low, high] in 0..1
 * Source: E. B. Wilson (1927), JASA 22:209-212. Oracle: test/stats/oracles/proportion_z.json (wilson1).
 */
export function wilsonInterval(counts: Counts, confidence: number): [number, number] {
  assertCounts(counts);
  const { successes, trials: n } = counts;
  const z = zOf(confidence);
  const p = successes / n;
  const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  return [successes === 0 ? 0 : centre - half, successes === n ? 1 : centre + half];
}

/**
 * Interval of the difference of two independent shares, a minus b: Newcombe's hybrid score method.
 * @returns [low, high] in -1..1
 * Source: R. G. Newcombe (1998), Statistics in Medicine 17:873-890, method 10. Oracle: proportion_z.json (ci_newcombe).
 */
export function newcombeInterval(a: Counts, b: Counts, confidence: number): [number, number] {
  const [lowA, highA] = wilsonInterval(a, confidence);
  const [lowB, highB] = wilsonInterval(b, confidence);
  const [shareA, shareB] = [share(a), share(b)];
  const d = shareA - shareB;
  return [
    d - Math.sqrt((shareA - lowA) ** 2 + (highB - shareB) ** 2),
    d + Math.sqrt((highA - shareA) ** 2 + (shareB - lowB) ** 2),
  ];
}

/**
 * Interval of the difference from `differenceStandardError`'s shares: close to Newcombe's, and of one form with a standard error.
 * Source: Agresti, Caffo (2000). Oracle: proportion_z.json (ci_agresti_caffo).
 */
export function agrestiCaffoInterval(a: Counts, b: Counts, confidence: number): [number, number] {
  const shareOf = ({ successes, trials }: Counts) => (successes + 1) / (trials + 2);
  const half = zOf(confidence) * differenceStandardError(a, b);
  const d = shareOf(a) - shareOf(b);
  return [d - half, d + half];
}

/** The textbook interval, too short for small counts; for comparison with others' reports. */
export function waldInterval(a: Counts, b: Counts, confidence: number): [number, number] {
  const [p, q] = [share(a), share(b)];
  const half = zOf(confidence) * Math.sqrt((p * (1 - p)) / a.trials + (q * (1 - q)) / b.trials);
  return [p - q - half, p - q + half];
}

export interface ProportionTest {
  readonly kind: 'tested';
  readonly difference: number;
  readonly z: number;
  readonly pValue: number;
  readonly pLarger: number;
  readonly pSmaller: number;
}

/** No success in either arm, or nothing else: there is no evidence of any difference, and no z. */
export interface NoDifference {
  readonly kind: 'no-variance';
  readonly difference: 0;
}

/**
 * Two-proportion z test with pooled variance; `larger` asks whether a's share lies above b's.
 * Oracle: proportion_z.json (statsmodels proportions_ztest). For few successes use `fisherExactTest`.
 */
export function twoProportionTest(a: Counts, b: Counts): ProportionTest | NoDifference {
  const difference = share(a) - share(b);
  const pooled = (a.successes + b.successes) / (a.trials + b.trials);
  const variance = pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials);
  if (variance === 0) return { kind: 'no-variance', difference: 0 };
  const z = difference / Math.sqrt(variance);
  return {
    kind: 'tested',
    difference,
    z,
    pValue: 2 * normalSf(Math.abs(z)),
    pLarger: normalSf(z),
    pSmaller: normalCdf(z),
  };
}

/** Difference of two shares on the arcsine scale. Source: J. Cohen (1988), 6.2. */
export function cohensH(a: number, b: number): number {
  return 2 * Math.asin(Math.sqrt(a)) - 2 * Math.asin(Math.sqrt(b));
}
