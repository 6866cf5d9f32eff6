import type { HashName } from '../src/domain/hash.js';
import { BUCKETS, unitBucket } from '../src/routing/bucket.js';
import { chiSquareOfCounts, chiSquareOfTable } from '../src/stats/index.js';

/** How well a hash spreads units. A p value near 0 says badly; one near 1 says too evenly to be chance. */

/** Units in 100 bins of 100 buckets each, against equal shares. @returns p value, 0..1 */
export function uniformity(salt: string, units: readonly string[], hash: HashName): number {
  const bins = Array<number>(100).fill(0);
  for (const unit of units) add(bins, Math.floor((unitBucket(salt, unit, hash) * 100) / BUCKETS));
  return chiSquareOfCounts(bins, Array<number>(100).fill(units.length / 100)).pValue;
}

/** Do two rollouts share their units out independently? Tenths of one against tenths of the other. @returns p value, 0..1 */
export function independence(salts: readonly [string, string], units: readonly string[], hash: HashName): number {
  const table = Array.from({ length: 10 }, () => Array<number>(10).fill(0));
  const tenth = (salt: string, unit: string) => Math.floor((unitBucket(salt, unit, hash) * 10) / BUCKETS);
  for (const unit of units) add(table[tenth(salts[0], unit)] as number[], tenth(salts[1], unit));
  return chiSquareOfTable(table).pValue;
}

/** @returns share of units that the candidate has at a weight, 0..1 */
export function candidateShare(salt: string, units: readonly string[], hash: HashName, weightPercent: number): number {
  const end = (weightPercent * BUCKETS) / 100;
  return units.filter((unit) => unitBucket(salt, unit, hash) < end).length / units.length;
}

function add(counts: number[], at: number): void {
  counts[at] = (counts[at] as number) + 1;
}
