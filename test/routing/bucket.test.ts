import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import murmurhash from 'murmurhash';
import xxhash from 'xxhash-wasm';
import { candidateShare, independence, uniformity } from '../../bench/assignment-quality.js';
import { HASHES, type HashName } from '../../src/domain/hash.js';
import { BUCKETS, hash, isCandidates, pick, unitBucket } from '../../src/routing/bucket.js';
import { xxh32 } from '../../src/routing/xxh32.js';
import { xxh64 } from '../../src/routing/xxh64.js';

const wasm = await xxhash();
const utf8 = (text: string) => new TextEncoder().encode(text);
const ours64 = (bytes: Uint8Array) => {
  const halves = new Uint32Array(2);
  xxh64(bytes, bytes.length, halves);
  return (BigInt(halves[0] as number) << 32n) | BigInt(halves[1] as number);
};

describe('the hashes', () => {
  // scikit-learn 1.9.1: murmurhash3_32(text, seed=0, positive=True)
  test.each([
    ['é', 269551495],
    ['exp1:user-1', 4117449747],
  ])('murmur3 of %s agrees with scikit-learn', (text, expected) => {
    expect(hash(text)).toBe(expected);
  });

  // Values that the bindings of xxHash publish, seed 0.
  test.each([
    ['', 0x02cc5d05, 0xef46db3751d8e999n],
    ['a', 0x550d7456, 0xd24ec4f1a98c6e5bn],
    ['abc', 0x32d153ff, 0x44bc2cf5ad770999n],
    ['Nobody inspects the spammish repetition', 0xe2293b2f, 0xfbcea83c8a378bf1n],
  ])('xxh32 and xxh64 of "%s" are the reference values', (text, expected32, expected64) => {
    const bytes = utf8(text);
    expect(xxh32(bytes, bytes.length)).toBe(expected32);
    expect(ours64(bytes)).toBe(expected64);
  });

  test('of any bytes agree with xxhash-wasm and murmurhash, at each length', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ minLength: 100, maxLength: 1_000 }));
    fc.assert(
      fc.property(bytes, (input) => {
        expect(xxh32(input, input.length)).toBe(wasm.h32Raw(input));
        expect(ours64(input)).toBe(wasm.h64Raw(input));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** What packages say of the UTF-8 bytes, as TextEncoder writes them. */
const PEERS: Record<HashName, (bytes: Uint8Array) => number> = {
  murmur3: (bytes) => murmurhash.v3(bytes, 0) % BUCKETS,
  xxh32: (bytes) => wasm.h32Raw(bytes) % BUCKETS,
  xxh64: (bytes) => Number(wasm.h64Raw(bytes) % BigInt(BUCKETS)),
};

describe.each(HASHES)('a bucket by %s', (name) => {
  const matches = (salt: string, unit: string) =>
    expect(unitBucket(salt, unit, name)).toBe(PEERS[name](utf8(`${salt}:${unit}`)));

  test('is that of the UTF-8 bytes of salt:unit, whatever the text, halves of surrogate pairs too', () => {
    const halves = fc.array(fc.integer({ min: 0xd700, max: 0xe0ff }), { maxLength: 20 });
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary', maxLength: 60 }),
      halves.map((units) => String.fromCharCode(...units)),
    );
    // Salts come and go, as requests for several rollouts do.
    fc.assert(fc.property(fc.constantFrom('', 'digits-7', 'Zoë:', '\ud83d'), text, matches), { numRuns: 1_000 });
    fc.assert(fc.property(text, text, matches), { numRuns: 500 });
  });

  test('is that of long texts, on both sides of the room that is kept', () => {
    for (const length of [1_300, 1_364, 1_365, 1_366, 4_094, 4_095, 4_096, 5_000, 100_000])
      for (const character of ['x', '€']) {
        matches('s', character.repeat(length));
        matches(character.repeat(length), '');
        matches(character.repeat(length), 'unit');
      }
    matches('s', 'unit');
  });

  // A p value outside happens to one sound hash in five hundred; units and salts are fixed, so it would happen every time.
  test('is uniform, and independent of another salt, over 100,000 units', () => {
    const units = Array.from({ length: 100_000 }, (_, i) => `user-${i}`);
    for (const p of [
      uniformity('rollout-a', units, name),
      uniformity('rollout-b', units, name),
      independence(['rollout-a', 'rollout-b'], units, name),
    ]) {
      expect(p).toBeGreaterThan(0.001);
      expect(p).toBeLessThan(0.999);
    }
    for (const percent of [0.5, 5, 25, 50]) {
      const share = percent / 100;
      // Five standard errors.
      const bound = 5 * Math.sqrt((share * (1 - share)) / units.length);
      expect(Math.abs(candidateShare('rollout-a', units, name, percent) - share)).toBeLessThan(bound);
    }
  });
});

describe('a ramp of one candidate', () => {
  const unit = fc.string({ unit: 'grapheme', maxLength: 40 });
  const weight = fc.integer({ min: 0, max: BUCKETS }).map((n) => n / 100);

  test.each(HASHES)('raising a weight only adds units; lowering only gives the last ones back (%s)', (name) => {
    fc.assert(
      fc.property(unit, weight, weight, (key, a, b) => {
        const bucket = unitBucket('salt', key, name);
        if (isCandidates(bucket, Math.min(a, b))) expect(isCandidates(bucket, Math.max(a, b))).toBe(true);
        expect(pick(bucket, [a])).toBe(isCandidates(bucket, a) ? 0 : 1);
      }),
    );
  });

  test.each(HASHES)('nobody at 0 %%, everybody at 100 %% (%s)', (name) => {
    fc.assert(
      fc.property(unit, (key) => {
        const bucket = unitBucket('salt', key, name);
        expect([isCandidates(bucket, 0), isCandidates(bucket, 100)]).toEqual([false, true]);
      }),
    );
  });
});

describe('several versions side by side', () => {
  /** Weights in hundredths of a percent that leave the stable version 0 or more. */
  const weights = fc
    .array(fc.integer({ min: 0, max: BUCKETS }), { minLength: 1, maxLength: 5 })
    .map((cuts) => cuts.toSorted((a, b) => a - b))
    .map((cuts) => cuts.map((cut, i) => cut - (cuts[i - 1] ?? 0)));
  const owners = (hundredths: readonly number[]) => {
    const percents = hundredths.map((n) => n / 100);
    return Array.from({ length: BUCKETS }, (_, bucket) => pick(bucket, percents));
  };

  test('each has exactly the buckets of its weight, in order, and the stable version has the rest', () => {
    fc.assert(
      fc.property(weights, (hundredths) => {
        const owned = Array<number>(hundredths.length + 1).fill(0);
        const owner = owners(hundredths);
        for (const version of owner) owned[version] = (owned[version] as number) + 1;
        expect(owned.slice(0, -1)).toEqual(hundredths);
        expect(owner.every((version, bucket) => bucket === 0 || version >= (owner[bucket - 1] as number))).toBe(true);
      }),
    );
  });

  test('raising any of the weights moves nobody to a later version; lowering it again is the mirror image', () => {
    fc.assert(
      fc.property(weights, fc.nat(), fc.nat(), (low, which, by) => {
        const free = BUCKETS - low.reduce((a, b) => a + b, 0);
        const raised = which % low.length;
        const high = low.map((n, i) => (i === raised ? n + (by % (free + 1)) : n));
        const [before, after] = [owners(low), owners(high)];
        expect(before.filter((version, bucket) => (after[bucket] as number) > version)).toEqual([]);
        // Nobody leaves a version before the raised one, and the raised one keeps whom it has.
        expect(before.filter((version, bucket) => version <= raised && after[bucket] !== version)).toEqual([]);
      }),
    );
  });
});
