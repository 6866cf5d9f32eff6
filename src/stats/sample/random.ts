/** A source of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * Seeded random numbers: the same seed gives the same run, on every machine.
 * Source: T. Ettinger, mulberry32 (public domain); period 2^32, good enough to shuffle and to resample, not for secrets.
 * @param seed an integer; its low 32 bits count
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
