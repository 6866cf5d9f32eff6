/** From this many bytes on, clearing the table of pairs costs less than it saves. */
const PAIRS_FROM = 250_000;

/**
 * How often each category occurs in a dictionary-coded column. Bytes (a Uint8Array, up to 256 categories) are counted fastest.
 * @param codes integers in 0..categories-1
 * @throws {RangeError} naming the first code that is none
 */
export function countCodes(codes: ArrayLike<number>, categories: number): number[] {
  if (!Number.isSafeInteger(categories) || categories < 1)
    throw new RangeError(`categories ${categories} is not an integer >= 1`);
  const isBytes =
    codes instanceof Uint8Array && codes.byteOffset % 4 === 0 && codes.length >= PAIRS_FROM && categories <= 256;
  const counts = isBytes ? countBytes(codes, categories) : countOneByOne(codes, categories);
  if (counts.reduce((sum, count) => sum + count, 0) !== codes.length) throw badCode(codes, categories);
  return Array.from(counts);
}

/** Two codes a step: pairs are counted in a table of 65,536, four codes are read at once. A pair with a code outside is left out. */
function countBytes(codes: Uint8Array, categories: number): Uint32Array {
  const words = new Uint32Array(codes.buffer, codes.byteOffset, codes.length >> 2);
  const pairs = new Uint32Array(1 << 16);
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as number;
    const low = word & 0xffff;
    const high = word >>> 16;
    pairs[low] = (pairs[low] as number) + 1;
    pairs[high] = (pairs[high] as number) + 1;
  }
  const counts = countOneByOne(codes.subarray(words.length << 2), categories);
  for (let a = 0; a < categories; a += 1)
    for (let b = 0; b < categories; b += 1) {
      const count = pairs[(a << 8) | b] as number;
      counts[a] = (counts[a] as number) + count;
      counts[b] = (counts[b] as number) + count;
    }
  return counts;
}

/** A typed array has no place for codes outside the categories, fractions and NaN: they are left out, and so missed in the sum. */
function countOneByOne(codes: ArrayLike<number>, categories: number): Uint32Array {
  const counts = new Uint32Array(categories);
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
}

function badCode(codes: ArrayLike<number>, categories: number): RangeError {
  const at = Array.from({ length: codes.length }, (_, i) => i).find((i) => {
    const code = codes[i] as number;
    return !Number.isSafeInteger(code) || code < 0 || code >= categories;
  });
  return new RangeError(`code ${codes[at ?? 0]} at index ${at} is not an integer in 0..${categories - 1}`);
}
