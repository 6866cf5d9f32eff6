import type { IncomingHttpHeaders } from 'node:http';

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
/** The body is buffered, so its length is known anew; the client names the host anew. */
const REPLACED = new Set(['host', 'content-length', 'expect']);
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);
const OURS = 'x-sluice-';

export type Headers = Record<string, string | string[]>;

/** What of a user's request goes on to a model server. Headers in our name are ours to set: a user's are dropped. */
export function requestHeaders(from: IncomingHttpHeaders): Headers {
  return pick(from, (name) => !REPLACED.has(name) && !name.startsWith(OURS) && name !== 'proxy-authorization');
}

/** The same for a shadow copy: marked, and without what could act in the user's name. */
export function shadowHeaders(from: Headers): Headers {
  return { ...pick(from, (name) => !CREDENTIALS.has(name)), 'x-sluice-shadow': '1' };
}

/** What of a model server's answer goes back to the user. */
export function answerHeaders(from: IncomingHttpHeaders): Headers {
  return pick(from, (name) => !name.startsWith(OURS));
}

function pick(from: IncomingHttpHeaders, keep: (name: string) => boolean): Headers {
  const named = new Set(
    String(from['connection'] ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
  const kept: Headers = {};
  for (const [name, value] of Object.entries(from))
    if (value !== undefined && !HOP_BY_HOP.has(name) && !named.has(name) && keep(name)) kept[name] = value;
  return kept;
}
