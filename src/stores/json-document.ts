/**
 * JSON text of a plain value for a `jsonb` column. What PostgreSQL can't keep in a text (NUL, half a surrogate pair)
 * becomes U+FFFD: a decision must not fail to be recorded because of a character in somebody's reason.
 * @throws {RangeError} on NaN and infinities, that JSON would turn into null without a word
 */
export function toJsonDocument(value: object): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part))
      throw new RangeError(`${key} is ${part}, not a finite number`);
    return typeof part === 'string'
      ? part.replaceAll('\0', '\u{FFFD}').replaceAll(/\p{Surrogate}/gu, '\u{FFFD}')
      : part;
  });
}
