import type { HashName } from '../domain/hash.js';
import { murmur3 } from './murmur3.js';
import { xxh32 } from './xxh32.js';
import { xxh64 } from './xxh64.js';

/** Units are spread over this many buckets, so that a weight may be given to a hundredth of a percent. */
export const BUCKETS = 10_000;

/** Room for nearly every unit; longer ones get their own. */
const scratch = new Uint8Array(4_096);
/** The high and the low half of the last hash of 64 bits. */
const halves = new Uint32Array(2);
const encoder = new TextEncoder();
/** What `scratch` begins with, and the room after it: units of one rollout tend to follow each other. */
let prefix: string | null = null;
let room = scratch;

/** The hash over the UTF-8 bytes of a text, seed 0. Oracle: scikit-learn's murmurhash3_32, in test/routing. */
export function hash(text: string): number {
  const bytes = encoder.encode(text);
  return murmur3(bytes, bytes.length);
}

/**
 * Where a unit stands, 0..9,999: the same in every replica, after every restart, and in a proxy that takes over, as the hash
 * is of the UTF-8 bytes of `salt:unit` with seed 0. What to write in HAProxy's and Envoy's configuration: test/routing/proxies.test.ts.
 */
export function unitBucket(salt: string, unit: string, hash: HashName = 'murmur3'): number {
  if (salt !== prefix) begin(salt);
  // UTF-8 has at most three bytes for each of a text's UTF-16 units.
  if (room.length <= 3 * unit.length) {
    const bytes = encoder.encode(`${salt}:${unit}`);
    return bucketOf(bytes, bytes.length, hash);
  }
  return bucketOf(scratch, scratch.length - room.length + encoder.encodeInto(unit, room).written, hash);
}

function begin(salt: string): void {
  const { read, written } = encoder.encodeInto(`${salt}:`, scratch);
  // A salt that does not fit leaves no room, and each unit takes the long way.
  room = read > salt.length ? scratch.subarray(written) : scratch.subarray(scratch.length);
  prefix = salt;
}

function bucketOf(bytes: Uint8Array, length: number, hash: HashName): number {
  switch (hash) {
    case 'murmur3':
      return murmur3(bytes, length) % BUCKETS;
    case 'xxh32':
      return xxh32(bytes, length) % BUCKETS;
    case 'xxh64':
      xxh64(bytes, length, halves);
      // Unsigned, as in Envoy. 2^32 is 7,296 modulo 10,000; the halves are reduced first, as division beyond 32 bits is slow.
      return (((halves[0] as number) % BUCKETS) * 7_296 + ((halves[1] as number) % BUCKETS)) % BUCKETS;
  }
}

/**
 * Whether the candidate answers a bucket at a weight. It owns [0, weight): raising the weight only adds units, and lowering
 * it only gives the last ones back.
 * @param weightPercent 0..100
 */
export function isCandidates(bucket: number, weightPercent: number): boolean {
  return bucket < Math.round((weightPercent * BUCKETS) / 100);
}

/**
 * Which version owns a bucket, when shares are laid side by side in the order of the versions. Boundaries are rounded sums, so
 * that raising any weight only moves units towards earlier versions, and lowering one only towards later ones.
 * @param weightsPercent of all versions but the stable one, each 0..100, together at most 100
 * @returns an index; `weightsPercent.length` where the stable version has the bucket
 */
export function pick(bucket: number, weightsPercent: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weightsPercent.length; i += 1) {
    sum += weightsPercent[i] as number;
    if (isCandidates(bucket, sum)) return i;
  }
  return weightsPercent.length;
}
