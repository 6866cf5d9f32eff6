/**
 * Chance that `beyond` of m further values all lie beyond all n before them on one side, where nothing has changed: all orders of the n + m
 * values are then alike. Exact for values without ties, an upper bound with them.
 * @param beyond an integer in 0..m
 */
export function chanceBeyondAll(beyond: number, n: number, m: number): number {
  let chance = 1;
  for (let i = 0; i < beyond; i += 1) chance *= (m - i) / (n + m - i);
  return chance;
}
