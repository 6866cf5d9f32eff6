import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { describeError, SluiceError } from '../../domain/errors.js';
import { role, subject } from '../../identity/key-schema.js';
import { readDocument } from '../../yaml/read-document.js';

/** Tells a token of ours from others at a glance, for people and for scanners of secrets. */
export const TOKEN_PREFIX = 'slc_';
/** So soon a token that was taken out of the file is refused. */
const LOOK_AGAIN_MS = 1000;

const entry = z.strictObject({
  name: z.string().trim().min(1).max(200).describe('What people read.'),
  subject: subject.describe('Who decisions are by.'),
  roles: z.array(role).min(1).max(50),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected the SHA-256 of the token, 64 hex digits'),
  expires: z.iso.datetime({ offset: true }).optional().describe('Refused from then on. Default: never.'),
});
export const tokenFile = z.strictObject({
  sluice: z.literal('api-tokens/v1'),
  tokens: z
    .array(entry)
    .max(10_000)
    .superRefine((tokens, ctx) => {
      const seen = new Set<string>();
      tokens.forEach(({ sha256 }, index) => {
        if (seen.has(sha256)) ctx.addIssue({ code: 'custom', path: [index, 'sha256'], message: 'is there twice' });
        seen.add(sha256);
      });
    }),
});
export type TokenEntry = z.output<typeof entry>;

/** Known tokens, by their digests: the tokens themselves are nowhere. */
export interface KnownTokens {
  /** @returns null where nobody has this token */
  find(token: string): TokenEntry | null;
}

/**
 * Reads a file of tokens, and again whenever it has changed. One that has become unreadable is said so of, and the last good one counts on.
 * @throws {SluiceError} USAGE, SPEC_INVALID where it can't be read at first
 */
export function openTokenFile(path: string, warn: (message: string) => void = () => undefined): KnownTokens {
  let [tokens, mark, lookedAt] = [readTokens(path), markOf(path), performance.now()];
  const refresh = () => {
    if (performance.now() - lookedAt < LOOK_AGAIN_MS) return;
    lookedAt = performance.now();
    try {
      const now = markOf(path);
      if (now === mark) return;
      tokens = readTokens(path);
      mark = now;
    } catch (error) {
      warn(`the tokens of before count on: ${describeError(error)}`);
    }
  };
  return {
    find(token) {
      refresh();
      return findToken(tokens, token);
    },
  };
}

/** All are compared, each in the same time, so that how long it takes says nothing. */
function findToken(tokens: readonly TokenEntry[], token: string): TokenEntry | null {
  const given = createHash('sha256').update(token).digest();
  let found: TokenEntry | null = null;
  for (const one of tokens) if (timingSafeEqual(given, Buffer.from(one.sha256, 'hex'))) found = one;
  return found;
}

/** A fresh token and what the file keeps of it. 256 bits: nobody guesses it, so a plain digest is enough. */
export function newToken(): { readonly token: string; readonly sha256: string } {
  const token = `${TOKEN_PREFIX}${randomBytes(32).toString('base64url')}`;
  return { token, sha256: createHash('sha256').update(token).digest('hex') };
}

export function readTokens(path: string): readonly TokenEntry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new SluiceError('USAGE', `SLUICE_API_TOKENS ${path}: ${describeError(error)}`, { cause: error });
  }
  return readDocument(text, tokenFile, path).tokens;
}

function markOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path);
  return `${mtimeMs} ${size} ${ino}`;
}
