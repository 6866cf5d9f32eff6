import { wordAt } from './word.js';

const { imul } = Math;

// The five primes of xxHash, high half and low half.
const P1H = 0x9e3779b1 | 0;
const P1L = 0x85ebca87 | 0;
const P2H = 0xc2b2ae3d | 0;
const P2L = 0x27d4eb4f;
const P3H = 0x165667b1;
const P3L = 0x9e3779f9 | 0;
const P4H = 0x85ebca77 | 0;
const P4L = 0xc2b2ae63 | 0;
const P5H = 0x27d4eb2f;
const P5L = 0x165667c5;
/** The lanes before any byte: prime 1 + prime 2, prime 2, 0, -prime 1. */
const FIRST_LANES = Int32Array.of(0x60ea27ee, 0xadc0b5d6, P2H, P2L, 0, 0, 0x61c8864e, 0x7a143579);

// Where a step leaves its result, as signed halves: a pair that is returned would be allocated at every step.
let high = 0;
let low = 0;
/** The four lanes of a long text, each its high half and its low half. */
const lanes = new Int32Array(8);

/**
 * xxHash of 64 bits, seed 0, of the first `length` bytes: HAProxy's `xxh64` and the hash of Envoy's hash policies.
 * Source: Y. Collet, github.com/Cyan4973/xxHash, doc/xxhash_spec.md, "XXH64 algorithm description".
 * @param into receives the high and the low half: a BigInt or a pair would be allocated for every request
 */
export function xxh64(bytes: Uint8Array, length: number, into: Uint32Array): void {
  high = P5H;
  low = P5L;
  const striped = length - (length % 32);
  if (striped > 0) {
    for (let lane = 0; lane < 8; lane += 2) runLane(lane, bytes, striped);
    joinLanes();
    blendLanes();
  }
  add(0, length);
  ones(bytes, four(bytes, eights(bytes, striped, length), length), length);
  avalanche();
  into[0] = high;
  into[1] = low;
}

/** Runs one lane over its eight bytes of each stripe of 32. @param end of the last whole stripe */
function runLane(lane: number, bytes: Uint8Array, end: number): void {
  let h = FIRST_LANES[lane] as number;
  let l = FIRST_LANES[lane + 1] as number;
  for (let at = 4 * lane; at < end; at += 32) {
    const word = wordAt(bytes, at);
    const product = imul(word, P2L);
    const sum = (product + l) | 0;
    const sumHigh = (highOfProduct(wordAt(bytes, at + 4), word, P2H, P2L) + h + carryOf(sum, product)) | 0;
    const turned = (sum << 31) | (sumHigh >>> 1);
    h = highOfProduct((sumHigh << 31) | (sum >>> 1), turned, P1H, P1L);
    l = imul(turned, P1L);
  }
  lanes[lane] = h;
  lanes[lane + 1] = l;
}

function joinLanes(): void {
  high = 0;
  low = 0;
  join(0, 1);
  join(2, 7);
  join(4, 12);
  join(6, 18);
}

function join(lane: number, by: number): void {
  const h = laneHalf(lane);
  const l = laneHalf(lane + 1);
  add((h << by) | (l >>> (32 - by)), (l << by) | (h >>> (32 - by)));
}

/** Mixes all lanes into the joined number. */
function blendLanes(): void {
  let h = high;
  let l = low;
  for (let lane = 0; lane < 8; lane += 2) {
    const laneLow = laneHalf(lane + 1);
    const mixedHigh = highOfProduct(laneHalf(lane), laneLow, P2H, P2L);
    const mixed = imul(laneLow, P2L);
    const turned = (mixed << 31) | (mixedHigh >>> 1);
    h ^= highOfProduct((mixedHigh << 31) | (mixed >>> 1), turned, P1H, P1L);
    l ^= imul(turned, P1L);
    h = highOfProduct(h, l, P1H, P1L);
    const product = imul(l, P1L);
    l = (product + P4L) | 0;
    h = (h + P4H + carryOf(l, product)) | 0;
  }
  high = h;
  low = l;
}

function laneHalf(at: number): number {
  return lanes[at] as number;
}

/**
 * Most of a usual unit goes through here, so all steps stand in a row and on local numbers: a third faster.
 * @returns where the last whole eight bytes end
 */
function eights(bytes: Uint8Array, from: number, length: number): number {
  let at = from;
  let h = high;
  let l = low;
  for (; at + 8 <= length; at += 8) {
    const word = wordAt(bytes, at);
    const mixedHigh = highOfProduct(wordAt(bytes, at + 4), word, P2H, P2L);
    const mixed = imul(word, P2L);
    const turned = (mixed << 31) | (mixedHigh >>> 1);
    h ^= highOfProduct((mixedHigh << 31) | (mixed >>> 1), turned, P1H, P1L);
    l ^= imul(turned, P1L);
    const again = (l << 27) | (h >>> 5);
    h = highOfProduct((h << 27) | (l >>> 5), again, P1H, P1L);
    const product = imul(again, P1L);
    l = (product + P4L) | 0;
    h = (h + P4H + carryOf(l, product)) | 0;
  }
  high = h;
  low = l;
  return at;
}

/** @returns where four bytes end, if so many are left */
function four(bytes: Uint8Array, at: number, length: number): number {
  if (at + 4 > length) return at;
  const word = wordAt(bytes, at);
  const h = high ^ highOfProduct(0, word, P1H, P1L);
  const l = low ^ imul(word, P1L);
  multiply((h << 23) | (l >>> 9), (l << 23) | (h >>> 9), P2H, P2L);
  add(P3H, P3L);
  return at + 4;
}

/** The last 0 to 3 bytes. */
function ones(bytes: Uint8Array, from: number, length: number): void {
  let h = high;
  let l = low;
  for (let at = from; at < length; at += 1) {
    const byte = bytes[at] as number;
    h ^= highOfProduct(0, byte, P5H, P5L);
    l ^= imul(byte, P5L);
    const turned = (l << 11) | (h >>> 21);
    h = highOfProduct((h << 11) | (l >>> 21), turned, P1H, P1L);
    l = imul(turned, P1L);
  }
  high = h;
  low = l;
}

function avalanche(): void {
  multiply(high, low ^ (high >>> 1), P2H, P2L);
  multiply(high ^ (high >>> 29), low ^ ((low >>> 29) | (high << 3)), P3H, P3L);
  low ^= high;
}

function add(h: number, l: number): void {
  const sum = (low + l) | 0;
  high = (high + h + carryOf(sum, l)) | 0;
  low = sum;
}

/** 1 where a sum of low halves has wrapped: unsigned, it is below its term then. */
function carryOf(sum: number, term: number): number {
  return sum >>> 0 < term >>> 0 ? 1 : 0;
}

function multiply(h: number, l: number, timesHigh: number, timesLow: number): void {
  high = highOfProduct(h, l, timesHigh, timesLow);
  low = imul(l, timesLow);
}

/** The high half of the low 64 bits of a product: by 16 bits, as a product of 32 bits is more than a number holds exactly. */
function highOfProduct(h: number, l: number, timesHigh: number, timesLow: number): number {
  const a = l >>> 16;
  const b = l & 0xffff;
  const c = timesLow >>> 16;
  const d = timesLow & 0xffff;
  const middle = (imul(a, d) + (imul(b, d) >>> 16)) | 0;
  const carry = (imul(b, c) + (middle & 0xffff)) | 0;
  const carried = imul(a, c) + (middle >>> 16) + (carry >>> 16);
  return (carried + imul(l, timesHigh) + imul(h, timesLow)) | 0;
}
