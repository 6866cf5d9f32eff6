import type { AttributeValue } from '../domain/condition.js';
import { UNIT_KEY } from '../domain/route.js';

/** A place in a request: where its unit of assignment stands, or an attribute of it. */
export type RequestField =
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'cookie'; readonly name: string }
  /** A JSON pointer into the body, its parts. */
  | { readonly kind: 'body'; readonly path: readonly string[] }
  /** The request itself: each is a unit of its own. */
  | { readonly kind: 'request' };

/** @throws {RangeError} where the text is none of `header:<name>`, `cookie:<name>`, `body:<JSON pointer>` and `request` */
export function parseField(text: string): RequestField {
  if (!UNIT_KEY.test(text)) throw new RangeError(`"${text}" is not header:, cookie:, body: or request`);
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

/** What of a request fields are read from. */
export interface RequestSource {
  /** The first value of a header, as bytes read as Latin-1; empty where there is none. @param name lower case */
  header(name: string): string;
  /** The body's JSON; undefined where it is none. */
  json(): unknown;
}

/** The unit of a request; empty where it names none. */
export function unitOf(field: RequestField, source: RequestSource): string {
  const value = valueOf(field, source);
  return value === undefined || typeof value === 'object' ? '' : String(value);
}

/** What stands in a field; undefined where nothing does. */
export function valueOf(field: RequestField, source: RequestSource): AttributeValue | undefined {
  switch (field.kind) {
    case 'header':
      return decoded(source.header(field.name)) || undefined;
    case 'cookie':
      return decoded(cookieOf(source.header('cookie'), field.name)) || undefined;
    case 'body':
      return pointed(field.path, source.json());
    case 'request':
      return undefined;
  }
}

/** Read as the UTF-8 it is, a unit has the bucket that every other party computes for it. */
function decoded(latin1: string): string {
  return /[\u0080-\u00ff]/.test(latin1) ? new TextDecoder().decode(bytesOf(latin1)) : latin1;
}

function bytesOf(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
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

/** What the pointer leads to, where that is a text, a number, a truth value or a list of texts. Source: RFC 6901. */
function pointed(path: readonly string[], json: unknown): AttributeValue | undefined {
  let value = json;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    if (Array.isArray(value) && !/^\d+$/.test(part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}
