import { isUtf8 } from 'node:buffer';

/** Longer lines are cut here. */
export const LONGEST_LINE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;

export type RawLine =
  | { readonly kind: 'text'; readonly text: string; readonly isCut: boolean }
  | { readonly kind: 'binary' };

/**
 * The lines of a body, one after the other: whatever they are, a bad one says nothing of the rest. Empty ones are left out; of a long one the
 * beginning is read. A line that is not UTF-8 or holds a NUL is `binary`.
 */
export function* splitLines(body: Buffer): Generator<RawLine> {
  for (let from = 0; from < body.length; ) {
    const newline = body.indexOf(NEWLINE, from);
    const end = newline === -1 ? body.length : newline;
    const isCut = end - from > LONGEST_LINE_BYTES;
    const bytes = body.subarray(from, isCut ? from + LONGEST_LINE_BYTES : end);
    from = end + 1;
    if (bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0x0d)) continue;
    yield readBytes(isCut ? withoutHalfLetter(bytes) : bytes, isCut);
  }
}

function readBytes(bytes: Buffer, isCut: boolean): RawLine {
  if (bytes.includes(0) || !isUtf8(bytes)) return { kind: 'binary' };
  return { kind: 'text', text: bytes.toString('utf8').trimEnd(), isCut };
}

/** The cut may go through a letter of several bytes. */
function withoutHalfLetter(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 3 && ((bytes[end - 1] as number) & 0xc0) === 0x80) end -= 1;
  return end > 0 && (bytes[end - 1] as number) >= 0xc0 ? bytes.subarray(0, end - 1) : bytes;
}
