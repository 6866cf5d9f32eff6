import { describe, expect, test } from '@jest/globals';
import murmurhash from 'murmurhash';
import xxhash from 'xxhash-wasm';
import { murmur3 } from '../../src/routing/murmur3.js';
import { seededCoin } from '../../src/routing/seeded-coin.js';
import { rotateLeft, wordAt } from '../../src/routing/word.js';
import { xxh32 } from '../../src/routing/xxh32.js';
import { xxh64 } from '../../src/routing/xxh64.js';

/** Published values and, at each length, other implementations: which version a user gets must not change with a release. */

const wasm = await xxhash();
const xxh64Of = (bytes: Uint8Array, length: number) => {
  const halves = new Uint32Array(2);
  xxh64(bytes, length, halves);
  return (BigInt(halves[0] as number) << 32n) | BigInt(halves[1] as number);
};

/** github.com/Cyan4973/xxHash, cli/xsum_sanity_check.c, XSUM_fillTestBuffer: the top byte of powers of one prime. */
function sanityBuffer(length: number): Uint8Array {
  let power = 2_654_435_761n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(power >> 56n);
    power = BigInt.asUintN(64, power * 11_400_714_785_074_694_797n);
    return byte;
  });
}

describe('words', () => {
  test('have the lowest byte first', () => {
    expect(wordAt(Uint8Array.of(9, 1, 2, 3, 4, 9), 1)).toBe(0x04030201);
    expect(wordAt(Uint8Array.of(0xfe, 0xff, 0xff, 0xff), 0)).toBe(-2);
  });
  test.each([1, 7, 13, 18, 31])('turned left by %d bits lose none', (by) => {
    expect(rotateLeft(1, by)).toBe((1 << by) | 0);
    // Bit 31 comes in again at the other end.
    expect(rotateLeft(0x80000000 | 0, by)).toBe(2 ** (by - 1));
    expect(rotateLeft(0x12345678, by) >>> 0).toBe(
      Number(BigInt.asUintN(32, (0x12345678n << BigInt(by)) | (0x12345678n >> BigInt(32 - by)))),
    );
  });
});

describe('murmur3', () => {
  // I. Boyd's vectors of seed 0, from each branch of the tail: stackoverflow.com/a/31929528.
  test.each<[number[], number]>([
    [[], 0],
    [[0xff, 0xff, 0xff, 0xff], 0x76293b50],
    [[0x21, 0x43, 0x65, 0x87], 0xf55b516b],
    [[0x21, 0x43, 0x65], 0x7e4a8634],
    [[0x21, 0x43], 0xa0f7b07a],
    [[0x21], 0x72661cf4],
    [[0, 0, 0, 0], 0x2362f9de],
    [[0, 0, 0], 0x85f0b427],
    [[0, 0], 0x30f4c306],
    [[0], 0x514e28b7],
  ])('of %j is the published value', (bytes, expected) => {
    expect(murmur3(Uint8Array.from(bytes), bytes.length)).toBe(expected);
  });
  // As many implementations have them in their tests; the last one is Wikipedia's.
  test.each([
    ['test', 0xba6bd213],
    ['hello', 0x248bfa47],
    ['Hello, world!', 0xc0363e43],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
  ])('of "%s" is the published value', (text, expected) => {
    const bytes = new TextEncoder().encode(text);
    expect(murmur3(bytes, bytes.length)).toBe(expected);
  });
});

describe('xxHash', () => {
  const buffer = sanityBuffer(222);
  // XSUM_XXH32_testdata and XSUM_XXH64_testdata of the same file, seed 0.
  test.each([
    [0, 0x02cc5d05],
    [1, 0xcf65b03e],
    [14, 0x1208e7e2],
    [222, 0x5bd11dbd],
  ])('of 32 bits, %d bytes of the sanity check', (length, expected) => {
    expect(xxh32(buffer, length)).toBe(expected);
  });
  test.each([
    [0, 0xef46db3751d8e999n],
    [1, 0xe934a84adb052768n],
    [4, 0x9136a0dca57457een],
    [14, 0x8282dcc4994e35c8n],
    [222, 0xb641ae8cb691c174n],
  ])('of 64 bits, %d bytes of the sanity check', (length, expected) => {
    expect(xxh64Of(buffer, length)).toBe(expected);
  });
});

/** Each length up to four stripes of 32, where every loop ends at each of its places. */
describe.each([
  ['of the sanity check', sanityBuffer(160)],
  ['that are all 0', new Uint8Array(160)],
  ['that are all 255', new Uint8Array(160).fill(255)],
])('of bytes %s', (_, bytes) => {
  const lengths = Array.from({ length: 131 }, (__, length) => length);

  test('no length but the given one counts, and each agrees with others', () => {
    for (const length of lengths) {
      const part = bytes.slice(0, length);
      expect([length, murmur3(bytes, length)]).toEqual([length, murmurhash.v3(part, 0)]);
      expect([length, xxh32(bytes, length)]).toEqual([length, wasm.h32Raw(part)]);
      expect([length, xxh64Of(bytes, length)]).toEqual([length, wasm.h64Raw(part)]);
    }
  });
});

describe('the coin', () => {
  /** T. Ettinger's C, in integers without end: gist.github.com/tommyettinger/46a874533244883189143505d203312c. */
  function mulberry32(seed: number): () => bigint {
    const word = (value: bigint) => BigInt.asUintN(32, value);
    let state = word(BigInt(seed));
    return () => {
      state = word(state + 0x6d2b79f5n);
      let z = word((state ^ (state >> 15n)) * (state | 1n));
      z ^= word(z + word((z ^ (z >> 7n)) * (z | 61n)));
      return z ^ (z >> 14n);
    };
  }
  test.each([0, 1, -1, 42, 123_456_789, 2 ** 31 - 1, -(2 ** 31), 2 ** 32 - 1, 2 ** 40 + 7])(
    'of seed %d falls as the top bit of mulberry32',
    (seed) => {
      const [coin, peer] = [seededCoin(seed), mulberry32(seed)];
      const throws = Array.from({ length: 300 }, coin);
      expect(throws).toEqual(Array.from({ length: 300 }, () => peer() >= 2n ** 31n));
      // Of 300 fair throws 110 to 190 are heads, but for one seed in 300,000.
      const heads = throws.filter(Boolean).length;
      expect(heads).toBeGreaterThan(110);
      expect(heads).toBeLessThan(190);
    },
  );
  test('shows the same side where the number is 0: the seed that the first step takes to 0', () => {
    expect(mulberry32(-0x6d2b79f5)()).toBe(0n);
    expect(seededCoin(-0x6d2b79f5)()).toBe(false);
  });
  test('of each seed is its own', () => {
    const [first, second] = [seededCoin(7), seededCoin(8)];
    const alone = Array.from({ length: 40 }, seededCoin(7));
    const both = Array.from({ length: 40 }, () => [first(), second()]);
    expect(both.map(([side]) => side)).toEqual(alone);
    expect(both.some(([one, other]) => one !== other)).toBe(true);
  });
});
