import murmurhash from 'murmurhash';

/** Units are spread over this many buckets, so that a weight may be given to a hundredth of a percent. */
export const BUCKETS = 10_000;

/** The hash over the UTF-8 bytes of a text, seed 0. Oracle: scikit-learn's murmurhash3_32, in test/routing. */
export function hash(text: string): number {
  return murmurhash.v3(text, 0);
}

/** Where a unit stands, 0..9,999: the same in every replica and after every restart. */
export function unitBucket(salt: string, unit: string): number {
  return hash(`${salt}:${unit}`) % BUCKETS;
}

/**
 * Whether the candidate answers a bucket at a weight. It owns [0, weight): raising the weight only adds units, and lowering
 * it only gives the last ones back.
 * @param weightPercent 0..100
 */
export function isCandidates(bucket: number, weightPercent: number): boolean {
  return bucket < Math.round((weightPercent * BUCKETS) / 100);
}
