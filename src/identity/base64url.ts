const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES: ReadonlyMap<string, number> = new Map(ALPHABET.split('').map((letter, value) => [letter, value]));

/**
 * Without padding, as in RFC 7515. Written out, since the workflow sandbox has neither Buffer nor atob.
 * @returns null where the text is not exactly what an encoder would have written
 */
export function decodeBase64url(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) return null;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  // Bits that belong to no byte: two texts for the same bytes would be two statements.
  return held === 0 ? bytes : null;
}
