/**
 * SipHash-2-4: a keyed hash of short texts that nobody without the key can guess, in plain arithmetic. An HMAC of node:crypto makes an object
 * of the native side each time, which cost a request a fifth of its CPU (docs/performance.md).
 * Source: J.-P. Aumasson, D. J. Bernstein (2012), SipHash: a fast short-input PRF, INDOCRYPT, 489-508; test vectors of its reference code.
 */
export type SipKey = readonly [k0Low: number, k0High: number, k1Low: number, k1High: number];

/** The 64-bit hash as two unsigned halves. */
export interface SipHash {
  readonly high: number;
  readonly low: number;
}

/** The four 64-bit words of the state, as halves: low and high in turn. */
const v = new Int32Array(8);

/** @param bytes.length any @param key 16 bytes, little-endian words */
export function sipHash(key: SipKey, bytes: ArrayLike<number>): SipHash {
  const n = bytes.length;
  start(key);
  const whole = n - (n % 8);
  for (let i = 0; i < whole; i += 8) block(word(bytes, i), word(bytes, i + 4));
  return finish(tail(bytes, whole, n), tail(bytes, whole + 4, n) | ((n & 0xff) << 24));
}

/** The same of a text whose characters are all below 256, without writing its bytes down. */
export function sipHashOfText(key: SipKey, text: string): SipHash {
  const n = text.length;
  start(key);
  const whole = n - (n % 8);
  for (let i = 0; i < whole; i += 8) block(wordOfText(text, i), wordOfText(text, i + 4));
  return finish(tailOfText(text, whole, n), tailOfText(text, whole + 4, n) | ((n & 0xff) << 24));
}

export function hexOf({ high, low }: SipHash): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

function start([k0Low, k0High, k1Low, k1High]: SipKey): void {
  v[0] = k0Low ^ 0x70736575;
  v[1] = k0High ^ 0x736f6d65;
  v[2] = k1Low ^ 0x6e646f6d;
  v[3] = k1High ^ 0x646f7261;
  v[4] = k0Low ^ 0x6e657261;
  v[5] = k0High ^ 0x6c796765;
  v[6] = k1Low ^ 0x79746573;
  v[7] = k1High ^ 0x74656462;
}

function block(low: number, high: number): void {
  v[6] = (v[6] as number) ^ low;
  v[7] = (v[7] as number) ^ high;
  rounds(2);
  v[0] = (v[0] as number) ^ low;
  v[1] = (v[1] as number) ^ high;
}

function finish(low: number, high: number): SipHash {
  block(low, high);
  v[4] = (v[4] as number) ^ 0xff;
  rounds(4);
  const word = (half: 0 | 1) =>
    ((v[half] as number) ^ (v[2 + half] as number) ^ (v[4 + half] as number) ^ (v[6 + half] as number)) >>> 0;
  return { high: word(1), low: word(0) };
}

/** Locals, not the array: this is where the time goes. */
function rounds(count: number): void {
  let a = v[0] as number;
  let A = v[1] as number;
  let b = v[2] as number;
  let B = v[3] as number;
  let c = v[4] as number;
  let C = v[5] as number;
  let d = v[6] as number;
  let D = v[7] as number;
  for (let i = 0; i < count; i += 1) {
    let t: number;
    // v0 += v1; v1 = rotl(v1, 13) ^ v0; v0 = rotl(v0, 32)
    t = (a >>> 0) + (b >>> 0);
    A = (A + B + (t > 0xffffffff ? 1 : 0)) | 0;
    a = t | 0;
    t = (b << 13) | (B >>> 19);
    B = ((B << 13) | (b >>> 19)) ^ A;
    b = t ^ a;
    t = a;
    a = A;
    A = t;
    // v2 += v3; v3 = rotl(v3, 16) ^ v2
    t = (c >>> 0) + (d >>> 0);
    C = (C + D + (t > 0xffffffff ? 1 : 0)) | 0;
    c = t | 0;
    t = (d << 16) | (D >>> 16);
    D = ((D << 16) | (d >>> 16)) ^ C;
    d = t ^ c;
    // v0 += v3; v3 = rotl(v3, 21) ^ v0
    t = (a >>> 0) + (d >>> 0);
    A = (A + D + (t > 0xffffffff ? 1 : 0)) | 0;
    a = t | 0;
    t = (d << 21) | (D >>> 11);
    D = ((D << 21) | (d >>> 11)) ^ A;
    d = t ^ a;
    // v2 += v1; v1 = rotl(v1, 17) ^ v2; v2 = rotl(v2, 32)
    t = (c >>> 0) + (b >>> 0);
    C = (C + B + (t > 0xffffffff ? 1 : 0)) | 0;
    c = t | 0;
    t = (b << 17) | (B >>> 15);
    B = ((B << 17) | (b >>> 15)) ^ C;
    b = t ^ c;
    t = c;
    c = C;
    C = t;
  }
  v[0] = a;
  v[1] = A;
  v[2] = b;
  v[3] = B;
  v[4] = c;
  v[5] = C;
  v[6] = d;
  v[7] = D;
}

function word(bytes: ArrayLike<number>, i: number): number {
  return (
    (bytes[i] as number) |
    ((bytes[i + 1] as number) << 8) |
    ((bytes[i + 2] as number) << 16) |
    ((bytes[i + 3] as number) << 24)
  );
}

function wordOfText(text: string, i: number): number {
  return (
    text.charCodeAt(i) | (text.charCodeAt(i + 1) << 8) | (text.charCodeAt(i + 2) << 16) | (text.charCodeAt(i + 3) << 24)
  );
}

function tail(bytes: ArrayLike<number>, from: number, end: number): number {
  let sum = 0;
  for (let i = from; i < end && i < from + 4; i += 1) sum |= (bytes[i] as number) << (8 * (i - from));
  return sum;
}

function tailOfText(text: string, from: number, end: number): number {
  let sum = 0;
  for (let i = from; i < end && i < from + 4; i += 1) sum |= text.charCodeAt(i) << (8 * (i - from));
  return sum;
}
