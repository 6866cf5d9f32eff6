/** How p-values are corrected for their number. */
export type Correction = 'bonferroni' | 'sidak' | 'holm' | 'hochberg' | 'benjamini-hochberg' | 'benjamini-yekutieli';

/**
 * Adjusted p-values, in the order given: reject where one is <= alpha.
 * Bonferroni, Sidak, Holm and Hochberg bound the chance of any false rejection; Benjamini-Hochberg and -Yekutieli the share of false ones.
 * Source: S. Holm (1979), Scand. J. Statistics 6:65-70; Y. Hochberg (1988), Biometrika 75:800-802; Y. Benjamini, Y. Hochberg (1995), JRSS B 57:289-300;
 * Y. Benjamini, D. Yekutieli (2001), Annals of Statistics 29:1165-1188. Oracle: test/stats/oracles/multiple_testing.json.
 * @param pValues each in 0..1; NaN stands for a test that could not be made: it is left out, and stays NaN
 * @throws {RangeError} for a p outside 0..1
 */
export function adjustPValues(pValues: readonly number[], correction: Correction): number[] {
  const made = [...pValues.keys()].filter((i) => !Number.isNaN(pValues[i]));
  for (const i of made) {
    const p = pValues[i] as number;
    if (!(p >= 0 && p <= 1)) throw new RangeError(`p-value ${p} at index ${i} is outside 0..1`);
  }
  const order = made.sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = ADJUST[correction](order.map((i) => pValues[i] as number));
  const result = pValues.map(() => Number.NaN);
  for (const [rank, i] of order.entries()) result[i] = Math.min(1, adjusted[rank] as number);
  return result;
}

/** Each takes p-values in ascending order. */
const ADJUST: Record<Correction, (p: readonly number[]) => number[]> = {
  bonferroni: (p) => p.map((value) => value * p.length),
  // 1 - (1 - p)^m without losing a small p.
  sidak: (p) => p.map((value) => -Math.expm1(p.length * Math.log1p(-value))),
  holm: (p) => runningMax(p.map((value, rank) => value * (p.length - rank))),
  hochberg: (p) => runningMinFromEnd(p.map((value, rank) => value * (p.length - rank))),
  'benjamini-hochberg': (p) => runningMinFromEnd(p.map((value, rank) => (value * p.length) / (rank + 1))),
  'benjamini-yekutieli': (p) => {
    const harmonic = p.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0);
    return runningMinFromEnd(p.map((value, rank) => (value * p.length * harmonic) / (rank + 1)));
  },
};

function runningMax(values: readonly number[]): number[] {
  let most = 0;
  return values.map((value) => {
    most = Math.max(most, value);
    return most;
  });
}

function runningMinFromEnd(values: readonly number[]): number[] {
  let least = Number.POSITIVE_INFINITY;
  return values
    .toReversed()
    .map((value) => {
      least = Math.min(least, value);
      return least;
    })
    .toReversed();
}
