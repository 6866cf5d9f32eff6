/**
 * What a terminal acts on, or what makes text read other than it is: control characters (escape sequences begin with one), line and paragraph
 * separators, and marks that turn the direction of writing. Reasons, names and log lines come from anybody.
 */
const ACTING = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
/** The same, after the few sequences that our own styles are made of (style.ts). */
const ACTING_OR_OURS = new RegExp(`${'\u{1b}'}\\[(?:0|1|2|22|31|32|33|36|39)m|${ACTING.source}`, 'gu');

/** One line that a terminal shows as it is: `\n` and `\u001b` stand for what would do something. */
export function plainText(text: string): string {
  return text.replace(ACTING, escapeOf);
}

/** For a line of prose: what would command a terminal is a space. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/** As `plainText`, for every string within a value, names of keys included. A copy, for showing: JSON and YAML escape by themselves. */
export function plainly<T>(value: T): T {
  if (typeof value === 'string') return plainText(value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => plainly(one)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [plainText(key), plainly(one)])) as T;
}

/**
 * A whole output of ours, before it is written: nothing in it but our own styles can act on a terminal. The escapes are JSON's, so JSON and quoted YAML
 * still say the same.
 */
export function harmless(text: string): string {
  // Of what is one character long, lines and tabs are ours as well.
  return text.replace(ACTING_OR_OURS, (found) =>
    found.length > 1 || found === '\n' || found === '\t' ? found : escapeOf(found),
  );
}

type Write = NodeJS.WriteStream['write'];
/** How guarded streams write by themselves. */
const unguardedWrites = new WeakMap<NodeJS.WriteStream, Write>();

/** The one net under all commands, whatever they print: called once, by main. Bytes (pictures, archives) pass as they are. */
export function guardStream(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  unguardedWrites.set(stream, write as Write);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) =>
    write(typeof chunk === 'string' ? harmless(chunk) : chunk, ...rest);
}

/** Past the net, for moves of the cursor that are ours: whoever uses it makes what it shows harmless. */
export function writeUnguarded(stream: NodeJS.WriteStream, text: string): void {
  const write = unguardedWrites.get(stream);
  if (write === undefined) stream.write(text);
  else write(text);
}

function escapeOf(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\t':
      return '\\t';
    case '\r':
      return '\\r';
    default:
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  }
}
