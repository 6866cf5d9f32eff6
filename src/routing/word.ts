/** Four bytes as a 32-bit word, the lowest first, whatever the machine's own order. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Turns a 32-bit word left by 1..31 bits. */
export function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
