import { UNIT_KEY } from '../domain/route.js';

/** Where the unit of assignment stands in a request: whose requests all meet the same version. */
export type UnitKey =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }
  /** A JSON pointer into the body, its parts. */
  | { readonly kind: 'body'; readonly path: readonly string[] }
  /** Every request is a unit of its own. */
  | { readonly kind: 'request' };

/** @throws {RangeError} where the text is none of `header:<name>`, `cookie:<name>`, `body:<JSON pointer>` and `request` */
export function parseUnitKey(text: string): UnitKey {
  if (!UNIT_KEY.test(text)) throw new RangeError(`unit key "${text}" is not header:, cookie:, body: or request`);
  const colon = text.indexOf(':');
  const [kind, rest] = [text.slice(0, colon), text.slice(colon + 1)];
  if (kind === 'header' || kind === 'cookie') return { kind, name: rest };
  if (kind !== 'body') return { kind: 'request' };
  // RFC 6901: ~1 is a slash, ~0 a tilde, in this order.
  const path = rest
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { kind: 'body', path };
}

/** The header that has to be read for a key, lower case; empty where none has. */
export function headerFor(key: UnitKey): string {
  return key.kind === 'header' ? key.name : key.kind === 'cookie' ? 'cookie' : '';
}

/**
 * The unit of a request; empty where it names none.
 * @param header value of `headerFor(key)`, as bytes read as Latin-1
 */
export function unitOf(key: UnitKey, header: string, body: Buffer | null): string {
  switch (key.kind) {
    case 'header':
      return decoded(header);
    case 'cookie':
      return decoded(cookieOf(header, key.name));
    case 'body':
      return pointed(key.path, body);
    case 'request':
      return '';
  }
}

/** Read as the UTF-8 it is, a unit has the bucket that every other party computes for it. */
function decoded(latin1: string): string {
  return /[\u0080-\u00ff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString() : latin1;
}

/** Source: RFC 6265, section 4.2. The first of that name counts, as in browsers, which send the closest path first. */
function cookieOf(header: string, name: string): string {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue;
    return pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
  }
  return '';
}

/** What the pointer leads to, where that is a text, a number or a truth value. Source: RFC 6901. */
function pointed(path: readonly string[], body: Buffer | null): string {
  if (body === null) return '';
  try {
    let value: unknown = JSON.parse(body.toString());
    for (const part of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return '';
      if (Array.isArray(value) && !/^\d+$/.test(part)) return '';
      value = (value as Record<string, unknown>)[part];
    }
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  } catch {
    return '';
  }
}
