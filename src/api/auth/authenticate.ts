import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../../domain/errors.js';
import { denied } from './denied.js';
import { createOidcVerifier, type OidcSettings } from './oidc.js';
import { ADMIN, highestRole, LOCAL, type Principal } from './principal.js';
import { type KnownTokens, TOKEN_PREFIX } from './token-file.js';

/** Who may come in. Null: not this way. */
export interface AuthSettings {
  readonly tokens: KnownTokens | null;
  readonly oidc: OidcSettings | null;
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;
const SHORTEST_TOKEN = 16;
const LONGEST_TOKEN = 16_384;

export type Authenticate = (authorization: string | undefined) => Promise<Principal | null>;

const ANYBODY: Principal = {
  subject: 'anonymous',
  name: 'anonymous',
  roles: ['viewer'],
  role: 'viewer',
  isProven: false,
};

/**
 * Says who asks, from the Authorization header: a token of the file, one of the issuer, or SLUICE_ADMIN_TOKEN. Where there are neither a file nor an
 * issuer, anybody may read; and without any token at all, whoever is on this machine may do all, as long as nobody else can reach the api.
 * @returns null where a token is needed and none is given
 * @throws {AccessError} UNAUTHORIZED for a token that is none, or is over
 */
export function createAuthenticate(
  server: FastifyInstance,
  adminToken: string | null,
  { tokens, oidc }: AuthSettings,
): Authenticate {
  const admin = adminToken === null ? null : digestOf(adminToken, 'SLUICE_ADMIN_TOKEN');
  const verifier = oidc === null ? null : createOidcVerifier(oidc);
  return async (authorization) => {
    const token = tokenOf(authorization);
    if (token === null) {
      if (tokens !== null || oidc !== null) return null;
      return admin === null && isOnLoopback(server) ? LOCAL : ANYBODY;
    }
    if (admin !== null && timingSafeEqual(digest(token), admin)) return ADMIN;
    const found = tokens?.find(token) ?? null;
    if (found !== null) return principalOf(found);
    const isOurs = token.startsWith(TOKEN_PREFIX);
    if (verifier !== null && !isOurs && token.split('.').length === 3) return verifier.verify(token);
    if (admin === null && tokens === null && oidc === null) return isOnLoopback(server) ? LOCAL : ANYBODY;
    throw denied('the token is not known here');
  };
}

/**
 * For Alertmanager: one token of its own; without one, whoever is on this machine.
 * @param isOpenToAll false where others bring tokens: then a proxy on this machine may let in anybody, and loopback says nothing
 * @throws {SluiceError} USAGE for one that is too short
 */
export function createTokenCheck(
  server: FastifyInstance,
  token: string | null,
  variable: string,
  isOpenToAll: boolean,
): (authorization: string | undefined) => void {
  const expected = token === null ? null : digestOf(token, variable);
  return (authorization) => {
    if (expected !== null) {
      if (timingSafeEqual(digest(tokenOf(authorization) ?? ''), expected)) return;
      throw denied(`the token is missing or is not that of ${variable}`);
    }
    const open = openAddress(server);
    if (open !== null)
      throw denied(
        `the api listens on ${open}, which can be reached from elsewhere, and has no ${variable}: it takes nothing here`,
      );
    if (!isOpenToAll) throw denied(`the api asks for tokens, and has no ${variable}: it takes nothing here`);
  };
}

/** The scheme in any case, as RFC 9110 has it. @throws {AccessError} for another scheme, or a header that is none */
function tokenOf(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization === '') return null;
  const [, token] = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization) ?? [];
  if (token === undefined || token.length > LONGEST_TOKEN)
    throw denied('expected the header Authorization: Bearer <token>');
  return token;
}

function principalOf(entry: NonNullable<ReturnType<KnownTokens['find']>>): Principal {
  const { subject, name, roles, expires } = entry;
  if (expires !== undefined && Date.parse(expires) <= Date.now()) throw denied(`the token has expired at ${expires}`);
  return { subject, name, roles, role: highestRole(roles), isProven: true };
}

export function isOnLoopback(server: FastifyInstance): boolean {
  return openAddress(server) === null;
}

/** By where it really listens: a host's name may be anything. A socket in the file system is named by its path. */
export function openAddress(server: FastifyInstance): string | null {
  const names = server.addresses().map((place) => (typeof place === 'string' ? null : place.address));
  return names.find((name) => name !== null && !LOOPBACK.test(name)) ?? null;
}

function digestOf(token: string, variable: string): Buffer {
  if (token.length >= SHORTEST_TOKEN) return digest(token);
  throw new SluiceError(
    'USAGE',
    `${variable} has ${token.length} characters; at least ${SHORTEST_TOKEN} are asked for`,
  );
}

/** Equal lengths, so that the comparison takes the same time for every guess. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
