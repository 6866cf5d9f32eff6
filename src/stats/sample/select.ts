import type { Sample } from './sample.js';
import { sorted } from './sort.js';

/** Up to this many values sorting costs less than counting. */
const SORT_UP_TO = 4096;

/**
 * Order statistics without sorting everything. The upper 16 bits of a double (sign, exponent and four bits of the mantissa) name its
 * bucket; only buckets that hold a wanted rank are sorted. At 1e6 values three to five times as fast as a sort.
 * @param ranks 0-based, inside the sample
 * @returns the value at each of `ranks`, and at no other
 */
export function pickRanks(values: Sample, ranks: readonly number[]): (rank: number) => number {
  if (values.length <= SORT_UP_TO) {
    const order = sorted(values);
    return (rank) => order[rank] as number;
  }
  const doubles = values instanceof Float64Array ? values : new Float64Array(values);
  const buckets = bucketOf(doubles);
  const groups = groupsOf(
    buckets,
    [...new Set(ranks)].sort((a, b) => a - b),
  );
  gather(doubles, buckets, groups);
  const found = new Map<number, number>();
  for (const group of groups) {
    const order = sorted(group.values);
    for (const rank of group.ranks) found.set(rank, order[rank - group.start] as number);
  }
  return (rank) => found.get(rank) as number;
}

interface Group {
  readonly bucket: number;
  /** How many values of the sample lie in buckets before this one. */
  readonly start: number;
  readonly ranks: number[];
  readonly values: Float64Array;
}

/** Bucket of every value; buckets order like the values in them. */
function bucketOf(doubles: Float64Array): Uint16Array {
  const words = new Uint16Array(doubles.buffer, doubles.byteOffset, doubles.length * 4);
  const buckets = new Uint16Array(doubles.length);
  for (let i = 0; i < buckets.length; i += 1) {
    const top = words[4 * i + 3] as number;
    buckets[i] = top & 0x8000 ? ~top : top | 0x8000;
  }
  return buckets;
}

function groupsOf(buckets: Uint16Array, wanted: readonly number[]): Group[] {
  const counts = new Uint32Array(1 << 16);
  for (let i = 0; i < buckets.length; i += 1) {
    const bucket = buckets[i] as number;
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  const groups: Group[] = [];
  let start = 0;
  let next = 0;
  for (let bucket = 0; next < wanted.length && bucket < counts.length; bucket += 1) {
    const end = start + (counts[bucket] as number);
    const ranks: number[] = [];
    for (; next < wanted.length && (wanted[next] as number) < end; next += 1) ranks.push(wanted[next] as number);
    if (ranks.length > 0) groups.push({ bucket, start, ranks, values: new Float64Array(end - start) });
    start = end;
  }
  return groups;
}

function gather(doubles: Float64Array, buckets: Uint16Array, groups: readonly Group[]): void {
  const groupAt = new Int16Array(1 << 16).fill(-1);
  for (const [index, { bucket }] of groups.entries()) groupAt[bucket] = index;
  const filled = new Uint32Array(groups.length);
  for (let i = 0; i < doubles.length; i += 1) {
    const index = groupAt[buckets[i] as number] as number;
    if (index < 0) continue;
    const at = filled[index] as number;
    filled[index] = at + 1;
    (groups[index] as Group).values[at] = doubles[i] as number;
  }
}
