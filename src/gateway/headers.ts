import type { HeaderList } from './http1/head.js';

/** Headers of one connection, not of the request: RFC 9110, section 7.6.1. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** The body is buffered, so its length is known anew; the client names the host anew. `proxy-authorization` was meant for us. */
const NOT_FORWARDED = new Set([...HOP_BY_HOP, 'host', 'content-length', 'expect', 'proxy-authorization']);
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);
const OURS = 'x-sluice-';

const FORCE = 'x-sluice-force';

export interface ForwardedHeaders {
  readonly headers: HeaderList;
  /** The token of a tester who asks for a version; empty where there is none. */
  readonly force: string;
}

/**
 * What of a user's request goes on to a model server. Headers in our name are ours to set: a user's are dropped.
 * @param raw names and values in turn
 */
export function requestHeaders(raw: HeaderList): ForwardedHeaders {
  const headers: string[] = [];
  let force = '';
  let named: Set<string> | null = null;
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    const value = raw[i + 1] as string;
    if (name === 'connection') named = namedBy(value, named);
    if (name.startsWith(OURS)) {
      if (name === FORCE) force = value;
    } else if (!NOT_FORWARDED.has(name)) headers.push(name, value);
  }
  return { headers: named === null ? headers : without(headers, named), force };
}

/** The same for a shadow copy: marked, and without what could act in the user's name. */
export function shadowHeaders(from: HeaderList): HeaderList {
  const headers: string[] = [];
  // Names are in lower case since `requestHeaders`.
  for (let i = 0; i < from.length; i += 2)
    if (!CREDENTIALS.has(from[i] as string)) headers.push(from[i] as string, from[i + 1] as string);
  headers.push('x-sluice-shadow', '1');
  return headers;
}

/** What of a model server's answer goes back to the user, to which ours are added. */
export function answerHeaders(from: HeaderList, ours: readonly string[]): string[] {
  const headers: string[] = [...ours];
  let named: Set<string> | null = null;
  for (let i = 0; i < from.length; i += 2) {
    const name = from[i] as string;
    const lower = name.toLowerCase();
    if (lower === 'connection') named = namedBy(from[i + 1] as string, named);
    if (!HOP_BY_HOP.has(lower) && !lower.startsWith(OURS)) headers.push(name, from[i + 1] as string);
  }
  return named === null ? headers : without(headers, named);
}

/** The first value of a header; empty where there is none. @param wanted lower case */
export function headerOf(headers: HeaderList, wanted: string): string {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === wanted.length && name.toLowerCase() === wanted) return headers[i + 1] as string;
  }
  return '';
}

/** A connection's own headers are named in it; the usual two words name none. */
function namedBy(value: string, before: Set<string> | null): Set<string> | null {
  if (value === 'keep-alive' || value === 'close') return before;
  const words = value
    .toLowerCase()
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== 'keep-alive' && word !== 'close' && word !== '');
  return words.length === 0 ? before : new Set([...(before ?? []), ...words]);
}

/** Headers but for some. @param names lower case */
export function without(headers: HeaderList, names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2)
    if (!names.has((headers[i] as string).toLowerCase())) kept.push(headers[i] as string, headers[i + 1] as string);
  return kept;
}
