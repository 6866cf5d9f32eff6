import { default as normalQuantile } from '@stdlib/stats-base-dists-normal-quantile';

/** Successes out of trials: integers, 0 <= successes <= trials. */
export interface Counts {
  readonly successes: number;
  readonly trials: number;
}

/** @throws {RangeError} when the counts are not what `Counts` says, or there is no trial */
function assertCounts({ successes, trials }: Counts): void {
  if (!Number.isInteger(trials) || trials < 1) throw new RangeError(`trials ${trials} is not an integer >= 1`);
  if (!Number.isInteger(successes) || successes < 0 || successes > trials)
    throw new RangeError(`successes ${successes} is not an integer in 0..${trials}`);
}

/** @returns successes / trials, in 0..1 @throws {RangeError} without trials */
export function share(counts: Counts): number {
  assertCounts(counts);
  return counts.successes / counts.trials;
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
  const z = normalQuantile(1 - (1 - confidence) / 2, 0, 1);
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
 * Observations an arm that a two-sided test of two shares needs, unpooled variance.
 * @param base share of the baseline, in 0..1
 * @param effect the absolute difference to find, > 0; taken in the direction where it stays within 0..1
 * @returns an integer
 * @throws {RangeError} when neither base + effect nor base - effect lies in 0..1
 * Source: (z_a + z_b)^2 (p1 q1 + p2 q2) / d^2. Oracle: power.json (n_unpooled).
 */
export function samplesPerArm(base: number, effect: number, alpha: number, power: number): number {
  const other = base + effect <= 1 ? base + effect : base - effect;
  if (!(base >= 0 && base <= 1 && effect > 0 && other >= 0))
    throw new RangeError(`effect ${effect} does not fit a share of ${base}`);
  const z = normalQuantile(1 - alpha / 2, 0, 1) + normalQuantile(power, 0, 1);
  const variance = base * (1 - base) + other * (1 - other);
  return Math.ceil((z ** 2 * variance) / effect ** 2);
}
