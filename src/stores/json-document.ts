/**
 * JSON text of a plain value for a `jsonb` column. What PostgreSQL can't keep in a text (NUL, half a surrogate pair)
 * becomes U+FFFD, in names as in values: a decision must not fail to be recorded because of a character in somebody's reason.
 * @throws {RangeError} on NaN and infinities, that JSON would turn into null without a word
 */
export function toJsonDocument(value: object): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part))
      throw new RangeError(`${key} is ${part}, not a finite number`);
    if (typeof part === 'string') return kept(part);
    if (!isObject(part) || Object.keys(part).every((name) => kept(name) === name)) return part;
    return Object.fromEntries(Object.entries(part).map(([name, one]) => [kept(name), one]));
  });
}

function kept(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}').toWellFormed();
}

function isObject(part: unknown): part is Readonly<Record<string, unknown>> {
  return typeof part === 'object' && part !== null && !Array.isArray(part);
}
