import { rotateLeft, wordAt } from './word.js';

const { imul } = Math;

/**
 * MurmurHash3_x86_32, seed 0, of the first `length` bytes. Source: A. Appleby (public domain), smhasher/src/MurmurHash3.cpp.
 * @returns 0..2^32 - 1
 */
export function murmur3(bytes: Uint8Array, length: number): number {
  const body = length & ~3;
  let hash = 0;
  for (let at = 0; at < body; at += 4)
    hash = (imul(rotateLeft(hash ^ scramble(wordAt(bytes, at)), 13), 5) + 0xe6546b64) | 0;
  let tail = 0;
  for (let at = length - 1; at >= body; at -= 1) tail = (tail << 8) | (bytes[at] as number);
  // An empty tail scrambles to 0 and changes nothing.
  hash ^= scramble(tail) ^ length;
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(word: number): number {
  return imul(rotateLeft(imul(word, 0xcc9e2d51), 15), 0x1b873593);
}
