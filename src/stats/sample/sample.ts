/** Numbers in any array. Functions neither keep nor change what they are given. */
export type Sample = ArrayLike<number>;

/**
 * Refuses what no statistic can be made of.
 * @param name for the message, for instance `reference`
 * @param atLeast how many values the caller needs
 * @throws {RangeError} naming the count, or the first value that is NaN or infinite with its index
 */
export function requireSample(values: Sample, name: string, atLeast = 1): void {
  if (values.length < atLeast)
    throw new RangeError(`${name} has ${values.length} values; at least ${atLeast} are needed`);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    // Infinity - Infinity and NaN - NaN are NaN; one comparison a value keeps this cheap on a million of them.
    if (value - value !== 0) throw new RangeError(`${name}[${i}] is ${value}, not a finite number`);
  }
}

/** @throws {RangeError} when the lists differ in length */
export function requireEqualLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>, names: string): void {
  if (a.length !== b.length) throw new RangeError(`${names}: ${a.length} and ${b.length} values; need equal counts`);
}

/** @throws {RangeError} unless 0 < value < 1 */
export function requireProbability(value: number, name: string): void {
  if (!(value > 0 && value < 1)) throw new RangeError(`${name} ${value} is not between 0 and 1`);
}

/** @throws {RangeError} unless value is an integer >= least */
export function requireCount(value: number, name: string, least = 0): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name} ${value} is not an integer >= ${least}`);
}

/** A copy without the NaN values, for callers to whom a missing value is no fault. Infinities stay, and are refused later. */
export function withoutNaN(values: Sample): Float64Array {
  return new Float64Array(values).filter((value) => !Number.isNaN(value));
}
