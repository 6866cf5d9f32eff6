import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Command } from '../domain/decision.js';
import type { Identity } from '../domain/identity.js';
import { decodeBase64url } from './base64url.js';

export const AUDIENCE = 'sluice';

/** Of a compact JWS. One with 20 roles has about 900 characters. */
export const LONGEST_STATEMENT = 4096;

const COMMAND_LIFETIME_S = 5 * 60;
const START_LIFETIME_S = 30 * 24 * 3600;

export type Asked = Command | 'start';

/** What a signer is given; who signs, and times, are its own to add. */
export interface SignedClaims {
  readonly service: string;
  /** Of a start only: who sends a command may not know which rollout runs. */
  readonly rolloutId?: string;
  readonly command: Asked;
  /** The decision id; the rollout's id of a start. */
  readonly jti: string;
  /** `statementDigest` of what is asked. */
  readonly content: string;
}

/** A statement taken apart; nothing of it is proven. */
export interface ReadStatement {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What was signed. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** How long a statement may live, in seconds. A start may wait in a queue for others. */
export function lifetimeOf(command: Asked): number {
  return command === 'start' ? START_LIFETIME_S : COMMAND_LIFETIME_S;
}

/** Takes a compact JWS apart; null where it is none. */
export function readStatement(statement: unknown): ReadStatement | null {
  if (typeof statement !== 'string' || statement.length > LONGEST_STATEMENT) return null;
  const parts = statement.split('.');
  const [header = '', claims = '', signature = ''] = parts;
  const bytes = decodeBase64url(signature);
  const readHeader = readObject(header);
  const readClaims = readObject(claims);
  if (parts.length !== 3 || bytes === null || readHeader === null || readClaims === null) return null;
  return { header: readHeader, claims: readClaims, signed: utf8ToBytes(`${header}.${claims}`), signature: bytes };
}

/**
 * Who a statement says it is from, without a proof. For handlers, which run again in each replay, when keys and times are others: the
 * validator has checked the proof before the statement came into the history.
 */
export function claimedIdentity(statement: string): Identity | null {
  const read = readStatement(statement);
  return read === null ? null : identityOf(read.claims);
}

export function identityOf({ sub, roles }: ReadStatement['claims']): Identity | null {
  if (typeof sub !== 'string' || !Array.isArray(roles)) return null;
  return roles.every((role) => typeof role === 'string') ? { subject: sub, roles } : null;
}

function readObject(part: string): Record<string, unknown> | null {
  const bytes = decodeBase64url(part);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
