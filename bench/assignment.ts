import murmurhash from 'murmurhash';
import xxhash from 'xxhash-wasm';
import { HASHES, type HashName } from '../src/domain/hash.js';
import { BUCKETS, unitBucket } from '../src/routing/bucket.js';
import { candidateShare, independence, uniformity } from './assignment-quality.js';
import { median, printTable } from './table.js';

/** What an assignment costs, beside packages that people use for it, and how evenly a million units are spread. */
const N = 1_000_000;
const ROUNDS = 5;
const SALT = 'rollout-12';
const TARGET_NS = 200;

// Through a buffer, as a header's value comes: a text put together from parts would be joined while the clock runs.
const flat = (text: string) => Buffer.from(text).toString();
const texts = (of: (i: number) => string) => Array.from({ length: N }, (_, i) => flat(of(i)));
const UNITS = texts((i) => `user-${String(i).padStart(7, '0')}-abcdefg`);
const WIDE = texts((i) => `Zoë-${String(i).padStart(7, '0')}-李-abc`);
// From 32 bytes on, xxh64 takes another path; told, but without a target.
const LONG = texts((i) => `3f1c9a52-7d4e-4b8a-9c06-${String(i).padStart(12, '0')}-abcdefghijkl`);

const wasm = await xxhash();
type Assign = (salt: string, unit: string) => number;
const PEERS: Record<HashName, { name: string; assign: Assign }> = {
  murmur3: { name: 'murmurhash 2.0.1', assign: (salt, unit) => murmurhash.v3(`${salt}:${unit}`, 0) % BUCKETS },
  xxh32: { name: 'xxhash-wasm 1.1.0', assign: (salt, unit) => wasm.h32(`${salt}:${unit}`) % BUCKETS },
  xxh64: {
    name: 'xxhash-wasm 1.1.0',
    assign: (salt, unit) => Number(wasm.h64(`${salt}:${unit}`) % BigInt(BUCKETS)),
  },
};

function nsPerCall(assign: Assign, units: readonly string[]): number {
  const start = performance.now();
  let sum = 0;
  for (const unit of units) sum += assign(SALT, unit);
  // The sum is used, so that no compiler leaves the calls out.
  if (Number.isNaN(sum)) throw new Error('a bucket is no number');
  return ((performance.now() - start) / units.length) * 1e6;
}

const missed: string[] = [];
function within(what: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) missed.push(`${what}: ${value}, wanted ${low} to ${high}`);
  return value;
}

const speed = HASHES.map((hash) => {
  const { name, assign } = PEERS[hash];
  const ours: Assign = (salt, unit) => unitBucket(salt, unit, hash);
  const wrong = [...UNITS.slice(0, 10_000), ...WIDE.slice(0, 10_000)].filter(
    (unit) => ours(SALT, unit) !== assign(SALT, unit),
  );
  if (wrong.length > 0) missed.push(`${hash}: ${name} has other buckets for ${wrong.length} of 20,000 units`);
  // Rounds alternate, so that a busy moment of the machine meets all of them.
  const rounds = Array.from({ length: ROUNDS }, () => [
    nsPerCall(ours, UNITS),
    nsPerCall(assign, UNITS),
    nsPerCall(ours, WIDE),
    nsPerCall(assign, WIDE),
    nsPerCall(ours, LONG),
    nsPerCall(assign, LONG),
  ]);
  const [ascii, peer, wide, peerWide, long, peerLong] = [0, 1, 2, 3, 4, 5].map((k) =>
    median(rounds.map((round) => round[k] as number)),
  ) as [number, number, number, number, number, number];
  within(`${hash}, ns`, ascii, 0, TARGET_NS);
  within(`${hash} beyond ASCII, ns`, wide, 0, TARGET_NS);
  const beside = (a: number, b: number) => `${a.toFixed(0)} (${(a / b).toFixed(2)})`;
  return [hash, name, beside(ascii, peer), beside(wide, peerWide), beside(long, peerLong)];
});
printTable(['hash', 'peer', 'ns, ASCII (ours / peer)', 'beyond ASCII', '60 bytes'], speed);

printTable(
  ['hash', 'uniform, p', 'independent, p', '5 %', '25 %', '50 %'],
  HASHES.map((hash) => [
    hash,
    within(`${hash}, uniform`, uniformity(SALT, UNITS, hash), 0.001, 0.999).toFixed(3),
    within(`${hash}, independent`, independence([SALT, 'rollout-13'], UNITS, hash), 0.001, 0.999).toFixed(3),
    ...[5, 25, 50].map((weight) => `${(100 * candidateShare(SALT, UNITS, hash, weight)).toFixed(3)} %`),
  ]),
);

for (const line of missed) console.log(`missed: ${line}`);
if (missed.length > 0) process.exitCode = 1;
