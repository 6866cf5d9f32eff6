import type { Random } from '../../stats/index.js';

/** Source: R. A. Fisher, F. Yates (1938); D. E. Knuth, TAOCP vol. 2, algorithm P. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [all[last], all[other]] = [all[other] as T, all[last] as T];
  }
  return all;
}

/** A draw of mean 0 and standard deviation 1. Source: G. E. P. Box, M. E. Muller (1958), Ann. Math. Statist. 29(2):610-611. */
export function gaussian(random: Random): number {
  // 1 - u lies in (0, 1]: its logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
