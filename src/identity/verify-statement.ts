import { ed25519 } from '@noble/curves/ed25519.js';
import { type Identity, type PublicKey, subjectFault } from '../domain/identity.js';
import { decodeBase64url } from './base64url.js';
import { type StatementContent, statementDigest } from './content-digest.js';
import {
  type Asked,
  AUDIENCE,
  identityOf,
  LONGEST_STATEMENT,
  lifetimeOf,
  type ReadStatement,
  readStatement,
} from './statement.js';

// What workflows need of this folder, behind one door: nothing here or below touches Node or is asynchronous.
export { contentDigest } from './content-digest.js';
export { claimedIdentity } from './statement.js';

/** Clocks of clients and of workers may differ by this. */
const CLOCK_SKEW_MS = 30_000;

// A sandbox sees a few commands in its life: a small table (2 bits a step, not 8) is made in a third of the time, and a verification takes as long.
ed25519.Point.BASE.precompute(2);

/** What a statement must be about to prove this very request. */
export interface ExpectedStatement {
  readonly service: string;
  readonly command: Asked;
  /** The decision id; the rollout's id of a start. */
  readonly jti: string;
  /** What is asked; other fields of a request are ignored. */
  readonly content: StatementContent;
  /** Of a start. */
  readonly rolloutId?: string;
  /** When the rollout began: what was signed earlier was meant for another one of this service. */
  readonly sinceMs?: number;
  readonly nowMs: number;
}

export type Verification = { readonly identity: Identity } | { readonly refused: string };

/** Checks who really asks. Never throws, whatever it is given; what it says of a refusal holds nothing of the statement's signature. */
export function verifyStatement(
  keys: readonly PublicKey[],
  statement: unknown,
  expected: ExpectedStatement,
): Verification {
  if (typeof statement === 'string' && statement.length > LONGEST_STATEMENT)
    return { refused: `the statement has ${statement.length} characters, at most ${LONGEST_STATEMENT} are taken` };
  const read = readStatement(statement);
  if (read === null) return { refused: 'the statement is no compact JWS' };
  const key = keyOf(keys, read.header);
  if (typeof key === 'string') return { refused: key };
  if (!isSignedBy(key, read)) return { refused: `the statement's signature is not that of key ${key.kid}` };
  const identity = identityOf(read.claims);
  if (identity === null) return { refused: 'the statement names no subject and roles' };
  const refused =
    holderRefusal(key, identity, expected) ?? timeRefusal(read.claims, expected) ?? aimRefusal(read.claims, expected);
  return refused === null ? { identity } : { refused };
}

/** The key, or why there is none. Nothing in a header may choose another algorithm or bring a key along. */
function keyOf(keys: readonly PublicKey[], header: ReadStatement['header']): PublicKey | string {
  const strange = Object.keys(header).find((name) => name !== 'alg' && name !== 'kid' && name !== 'typ');
  if (strange !== undefined) return `the statement's header has ${quoted(strange)}, only alg, kid and typ are taken`;
  if (header['alg'] !== 'EdDSA') return `the statement is signed with ${quoted(header['alg'])}, not with EdDSA`;
  const key = keys.find(({ kid }) => kid === header['kid']);
  return key ?? `no key ${quoted(header['kid'])} is known here`;
}

function isSignedBy(key: PublicKey, { signed, signature }: ReadStatement): boolean {
  const point = decodeBase64url(key.x);
  try {
    // Strict, as RFC 8032 has it: keys and signatures of small order, which fit many messages, are refused.
    return point !== null && ed25519.verify(signature, signed, point, { zip215: false });
  } catch {
    // Bytes of another length, or no point of the curve.
    return false;
  }
}

/** A person's key proves that person, by no other name and with no other roles; an issuer's proves whoever it names. */
function holderRefusal({ kid, holder }: PublicKey, { subject, roles }: Identity, expected: ExpectedStatement) {
  if ('issuer' in holder) {
    const fault = subjectFault(subject);
    return fault === null ? null : `${quoted(subject)} can't be a subject: ${fault}`;
  }
  if (subject !== holder.subject) return `key ${kid} is ${holder.subject}'s, not ${quoted(subject)}'s`;
  const role = roles.find((claimed) => !holder.roles.includes(claimed));
  if (role !== undefined) return `${subject} has no role ${quoted(role)}`;
  const { content } = expected;
  return 'actor' in content && content.actor !== subject
    ? `the actor is ${quoted(content.actor)}, and the statement ${subject}'s`
    : null;
}

function timeRefusal({ iat, exp }: ReadStatement['claims'], { command, nowMs, sinceMs }: ExpectedStatement) {
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return 'the statement has no iat and exp in seconds';
  const [from, until] = [iat as number, exp as number];
  const longest = lifetimeOf(command);
  if (until - from > longest) return `the statement lives for ${until - from} s, at most ${longest} s are taken`;
  if (from * 1000 > nowMs + CLOCK_SKEW_MS) return `the statement is from the future: ${isoOf(from)}`;
  if (until * 1000 < nowMs - CLOCK_SKEW_MS) return `the statement expired at ${isoOf(until)}`;
  // Its time is cut to seconds, so it may lie up to one before it was made.
  if (sinceMs !== undefined && (from + 1) * 1000 < sinceMs)
    return `the statement of ${isoOf(from)} is older than this rollout`;
  return null;
}

function aimRefusal(claims: ReadStatement['claims'], expected: ExpectedStatement): string | null {
  const wanted = { aud: AUDIENCE, service: expected.service, command: expected.command, jti: expected.jti };
  for (const [name, value] of Object.entries(wanted))
    if (claims[name] !== value) return `the statement is for ${name} ${quoted(claims[name])}, not for ${quoted(value)}`;
  if ((expected.command === 'start' || 'rolloutId' in claims) && claims['rolloutId'] !== expected.rolloutId)
    return `the statement is for rollout ${quoted(claims['rolloutId'])}, not for ${quoted(expected.rolloutId)}`;
  return claims['content'] === statementDigest(expected.content)
    ? null
    : 'what is asked is not what the statement was signed for';
}

/** Short, whatever a claim holds. */
function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'none').slice(0, 80);
}

function isoOf(seconds: number): string {
  const at = new Date(seconds * 1000);
  return Number.isNaN(at.getTime()) ? `${seconds} s` : at.toISOString();
}
