/**
 * Throws of a coin that a seed decides, so that a prediction's list can be built again from its id alone.
 * Source: T. Ettinger, mulberry32 (public domain), of which the top bit is used; src/stats has it as well, and routing imports domain only.
 * @param seed an integer; its low 32 bits count
 */
export function seededCoin(seed: number): () => boolean {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return (t ^ (t >>> 14)) < 0;
  };
}
