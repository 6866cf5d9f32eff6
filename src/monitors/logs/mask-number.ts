import { PARAMETER } from './masks.js';

const [POINT, COLON, COMMA, SLASH, MINUS, UNDERSCORE, EQUALS] = [0x2e, 0x3a, 0x2c, 0x2f, 0x2d, 0x5f, 0x3d];
/** `0` to `9`, and what stands between the digits of a number, an address or a time. */
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isBetween = (code: number): boolean => code === POINT || code === COLON || code === COMMA;
const isLetter = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
/** `) , . : ; ]` */
const isEnd = (code: number): boolean => code === 0x29 || isBetween(code) || code === 0x3b || code === 0x5d;

/** Shorter words are no hexadecimal numbers, whatever their letters. */
const SHORTEST_HEX = 7;

/**
 * The masks of `shapes` for the words that most parameters are: one number or address of digits, with letters before it and signs behind. An
 * order of magnitude faster than they are.
 * @returns null: ask them
 */
export function maskNumber(word: string): string | null {
  const from = frontOf(word);
  if (from === -1) return null;
  let [i, points] = [from, 0];
  while (i < word.length) {
    const code = word.charCodeAt(i);
    if (code === POINT) points += 1;
    // It may be an address of version 6.
    else if (code === COLON && from > 0 && isLetter(word.charCodeAt(from - 1))) return null;
    if (!isDigit(code) && !(isBetween(code) && isDigit(word.charCodeAt(i + 1)))) break;
    i += 1;
  }
  for (let k = i; k < word.length; k += 1) if (!isEnd(word.charCodeAt(k))) return null;
  const isPath = word.charCodeAt(0) === SLASH;
  // Behind a slash only an address is none.
  if (isPath && points !== 3) return null;
  return (isPath ? '' : word.slice(0, signedFrom(word, from))) + PARAMETER + word.slice(i);
}

/** Where the digits begin; -1: nowhere, or behind something else than a sign, `name=`, `name_`, a name or a slash. */
function frontOf(word: string): number {
  let i = 0;
  while (isLetter(word.charCodeAt(i))) i += 1;
  const letters = i;
  const next = word.charCodeAt(i);
  if (letters === 0 ? next === SLASH : next === UNDERSCORE || next === EQUALS) i += 1;
  // A dash behind letters joins words, and is no sign.
  if (word.charCodeAt(i) === MINUS && (i === 0 || i > letters)) i += 1;
  if (!isDigit(word.charCodeAt(i))) return -1;
  const isHexLike = letters > 0 && i === letters && word.length >= SHORTEST_HEX && letters <= SHORTEST_HEX;
  return isHexLike ? -1 : i;
}

function signedFrom(word: string, from: number): number {
  return word.charCodeAt(from - 1) === MINUS ? from - 1 : from;
}
