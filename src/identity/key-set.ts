import { readFile } from 'node:fs/promises';
import axios from 'axios';
import { describeError, SluiceError } from '../domain/errors.js';
import type { PublicKey } from '../domain/identity.js';
import { isLoopback } from '../domain/spec/receiver.js';
import { describeIssues, publicJwk } from './key-schema.js';

const TIMEOUT_MS = 10_000;
/** Bytes; about 4,000 keys. */
const LARGEST_SET = 1_048_576;

/**
 * Reads whose statements are believed: a JWKS, from a file or an https URL. Once, at a worker's start.
 * @throws {SluiceError} USAGE naming the place, the key's index and its kid
 */
export async function loadKeySet(location: string): Promise<PublicKey[]> {
  return parseKeySet(/^https?:/i.test(location) ? await fetchText(location) : await readText(location), location);
}

/** As `loadKeySet`; null where no place is named: actors are taken as given. */
export async function keySetOf(location: string | null): Promise<PublicKey[] | null> {
  return location === null ? null : await loadKeySet(location);
}

/** @throws {SluiceError} USAGE naming the source, the key's index and its kid */
export function parseKeySet(text: string, source: string): PublicKey[] {
  const keys = jwksOf(text, source).map((jwk, index) => toPublicKey(jwk, `${source}: key ${index}`));
  if (keys.length === 0) throw new SluiceError('USAGE', `${source}: there are no keys, so nobody could prove anything`);
  const seen = new Map<string, number>();
  keys.forEach(({ kid }, index) => {
    const before = seen.get(kid);
    if (before !== undefined)
      throw new SluiceError('USAGE', `${source}: key ${index}: kid "${kid}" is that of key ${before}`);
    seen.set(kid, index);
  });
  return keys;
}

/** The entries of a key set, unchecked. @throws {SluiceError} USAGE where it is no JWKS */
export function jwksOf(text: string, source: string): unknown[] {
  const keys = readKeys(text);
  if (!Array.isArray(keys)) throw new SluiceError('USAGE', `${source}: is no key set: {"keys": [...]}`);
  return keys;
}

function readKeys(text: string): unknown {
  try {
    return (JSON.parse(text) as { keys?: unknown } | null)?.keys;
  } catch {
    // A JSON error quotes the text, and the file may be a private key put here by mistake.
    return undefined;
  }
}

function toPublicKey(jwk: unknown, place: string): PublicKey {
  const checked = publicJwk.safeParse(jwk);
  if (!checked.success) throw new SluiceError('USAGE', `${place}${kidOf(jwk)}: ${describeIssues(checked.error)}`);
  const { kid, x, sluice } = checked.data;
  return { kid, x, holder: sluice };
}

function kidOf(jwk: unknown): string {
  const kid = typeof jwk === 'object' && jwk !== null && 'kid' in jwk ? jwk.kid : undefined;
  return typeof kid === 'string' ? ` (kid "${kid.slice(0, 80)}")` : '';
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new SluiceError('USAGE', `key set ${path}: ${describeError(error)}`, { cause: error });
  });
}

/** Who could change the answer on its way could let anybody in, so plain http is for this machine only. */
async function fetchText(location: string): Promise<string> {
  const url = URL.canParse(location) ? new URL(location) : null;
  if (url === null || (url.protocol !== 'https:' && !isLoopback(url.hostname)))
    throw new SluiceError('USAGE', `key set "${location}" is neither a file nor an https URL`);
  try {
    const options = { proxy: false, timeout: TIMEOUT_MS, maxRedirects: 0, maxContentLength: LARGEST_SET } as const;
    const { data } = await axios.get<string>(location, { ...options, responseType: 'text', transformResponse: [] });
    return data;
  } catch (error) {
    throw new SluiceError('USAGE', `key set ${url.origin}${url.pathname}: ${describeError(error)}`);
  }
}
