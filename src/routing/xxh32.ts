import { rotateLeft, wordAt } from './word.js';

const { imul } = Math;

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/**
 * xxHash of 32 bits, seed 0, of the first `length` bytes: HAProxy's `xxh32`.
 * Source: Y. Collet, github.com/Cyan4973/xxHash, doc/xxhash_spec.md, "XXH32 algorithm description".
 * @returns 0..2^32 - 1
 */
export function xxh32(bytes: Uint8Array, length: number): number {
  let at = 0;
  let hash = PRIME_5;
  if (length >= 16) {
    let [a, b, c, d] = [(PRIME_1 + PRIME_2) | 0, PRIME_2, 0, -PRIME_1];
    for (; at + 16 <= length; at += 16) {
      a = round(a, wordAt(bytes, at));
      b = round(b, wordAt(bytes, at + 4));
      c = round(c, wordAt(bytes, at + 8));
      d = round(d, wordAt(bytes, at + 12));
    }
    hash = rotateLeft(a, 1) + rotateLeft(b, 7) + rotateLeft(c, 12) + rotateLeft(d, 18);
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= length; at += 4) hash = imul(rotateLeft((hash + imul(wordAt(bytes, at), PRIME_3)) | 0, 17), PRIME_4);
  for (; at < length; at += 1) hash = imul(rotateLeft((hash + imul(bytes[at] as number, PRIME_5)) | 0, 11), PRIME_1);
  hash = imul(hash ^ (hash >>> 15), PRIME_2);
  hash = imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(lane: number, word: number): number {
  return imul(rotateLeft((lane + imul(word, PRIME_2)) | 0, 13), PRIME_1);
}
