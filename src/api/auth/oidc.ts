import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { describeError, SluiceError } from '../../domain/errors.js';
import { subjectFault } from '../../domain/identity.js';
import { isLoopback } from '../../domain/spec/receiver.js';
import type { AddressPolicy } from '../../net/address-policy.js';
import { exchange } from '../../net/exchange.js';
import { denied } from './denied.js';
import { highestRole, type Principal } from './principal.js';

export interface OidcSettings {
  /** As it stands in `iss`; its discovery document is asked for the keys. */
  readonly issuer: string;
  readonly audience: string;
  /** Where roles stand: `roles`, `groups`, or `realm_access.roles`. */
  readonly rolesClaim: string;
  /** Names of the issuer -> roles here. Empty: names are taken as they are. */
  readonly roles: Readonly<Record<string, string>>;
  /** Which addresses may be called; absent: any. */
  readonly policy?: AddressPolicy;
}

/** Public-key signatures only: with a shared secret, whoever verifies could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_S = 30;
const TIMEOUT_MS = 5000;
const LARGEST_ANSWER = 1024 * 1024;
const KEYS_KEPT_MS = 10 * 60_000;
/** An unknown key id asks for the keys again, but no more often: nobody can make us hammer the issuer. */
const COOLDOWN_MS = 10_000;
const MOST_ROLES = 50;

export interface TokenVerifier {
  /** @throws {AccessError} UNAUTHORIZED saying why; {SluiceError} AUTH_UNAVAILABLE where the issuer can't be asked */
  verify(token: string): Promise<Principal>;
}

/** Verifies access tokens of one issuer. Asks it for its keys when the first token comes, and again for a key that is new. */
export function createOidcVerifier(settings: OidcSettings): TokenVerifier {
  assertIssuer(settings.issuer);
  const get = getter(settings.policy);
  let keys: Promise<JWTVerifyGetKey> | null = null;
  const keySet = () => {
    keys ??= discover(settings.issuer, get).catch((error: unknown) => {
      // The next token tries again.
      keys = null;
      throw error;
    });
    return keys;
  };
  return {
    async verify(token) {
      const set = await keySet();
      try {
        const { payload } = await jwtVerify(token, set, {
          issuer: settings.issuer,
          audience: settings.audience,
          algorithms: ALGORITHMS,
          clockTolerance: CLOCK_TOLERANCE_S,
          requiredClaims: ['exp', 'sub'],
        });
        return principalOf(payload, settings);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

type Get = (url: string) => Promise<{ readonly status: number; readonly text: string }>;

/** Bounded, through the guarded transport, without redirects. */
function getter(policy: AddressPolicy | undefined): Get {
  return async (url) => {
    const asked = { method: 'GET', url, headers: {}, timeoutMs: TIMEOUT_MS, policy } as const;
    const { status, body } = await exchange({ ...asked, largestAnswer: LARGEST_ANSWER });
    if (body === null) throw new Error(`no whole answer of ${LARGEST_ANSWER} bytes at most within ${TIMEOUT_MS} ms`);
    return { status, text: body };
  };
}

async function discover(issuer: string, get: Get): Promise<JWTVerifyGetKey> {
  const place = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { status, text } = await get(place).catch((error: unknown) => {
    throw unreachable(issuer, describeError(error));
  });
  const found = status === 200 ? parse(text) : null;
  if (found?.['issuer'] !== issuer || typeof found['jwks_uri'] !== 'string')
    throw unreachable(issuer, `status ${status}, and no discovery document of this issuer`);
  const url = new URL(found['jwks_uri']);
  assertSecure(url, 'jwks_uri');
  const set = createRemoteJWKSet(url, {
    cacheMaxAge: KEYS_KEPT_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: async (where: string) => {
      const answer = await get(where);
      return new Response(answer.text, { status: answer.status, headers: { 'content-type': 'application/json' } });
    },
  });
  return lastingKeys(issuer, set);
}

/** What says something of the token, and not of the way to the keys. */
const OF_TOKEN = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported] as const;

/** The issuer's keys; while it can't be asked, those that it had when it last could be: whoever has to roll back then has a token already. */
function lastingKeys(issuer: string, set: ReturnType<typeof createRemoteJWKSet>): JWTVerifyGetKey {
  let failedAt = Number.NEGATIVE_INFINITY;
  return async (header, token) => {
    const known = set.jwks();
    if (known === undefined || performance.now() - failedAt >= COOLDOWN_MS)
      try {
        return await set(header, token);
      } catch (error) {
        if (OF_TOKEN.some((kind) => error instanceof kind)) throw error;
        if (known === undefined) throw unreachable(issuer, describeError(error));
        failedAt = performance.now();
      }
    return keyAmong(known, issuer, header, token);
  };
}

/** @throws {SluiceError} AUTH_UNAVAILABLE where it is none of them: it may be new */
async function keyAmong(known: JSONWebKeySet, issuer: string, ...asked: Parameters<JWTVerifyGetKey>) {
  try {
    return await createLocalJWKSet(known)(...asked);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    throw unreachable(issuer, 'it can not be asked for the key of this token');
  }
}

/** @throws {SluiceError} USAGE */
function assertIssuer(issuer: string): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url === null) throw new SluiceError('USAGE', `SLUICE_OIDC_ISSUER: "${issuer}" is no URL`);
  assertSecure(url, 'SLUICE_OIDC_ISSUER');
}

/** Who could change the keys on their way could let anybody in. */
function assertSecure(url: URL, what: string): void {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw new SluiceError('USAGE', `${what}: ${url.origin} is not https, which only this machine may do without`);
}

function principalOf(payload: JWTPayload, { rolesClaim, roles: map }: OidcSettings): Principal {
  const subject = payload.sub ?? '';
  const fault = subjectFault(subject);
  if (fault !== null) throw denied(`the token's subject can't be one here: ${fault}`);
  const claimed = claimOf(payload, rolesClaim);
  const names = typeof claimed === 'string' ? claimed.split(/[\s,]+/) : Array.isArray(claimed) ? claimed : [];
  const mapped = names
    .filter((name): name is string => typeof name === 'string' && name !== '')
    .flatMap((name) => (Object.keys(map).length === 0 ? [name] : (map[name]?.split('+') ?? [])));
  const roles = [...new Set(mapped)].filter((role) => /^[A-Za-z0-9._-]{1,63}$/.test(role)).slice(0, MOST_ROLES);
  const shown = ['name', 'preferred_username', 'email'].map((claim) => payload[claim]);
  const name = shown.find((value): value is string => typeof value === 'string' && value.trim() !== '') ?? subject;
  return { subject, name: name.slice(0, 200), roles, role: highestRole(roles), isProven: true };
}

function claimOf(payload: JWTPayload, path: string): unknown {
  // A name with dots may be the claim itself, as some issuers write URLs.
  if (Object.hasOwn(payload, path)) return payload[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      payload,
    );
}

/** Says what is wrong, and nothing of the token. */
function refusalOf(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  if (error instanceof errors.JWTExpired) {
    const { exp } = error.payload;
    return denied(`the token has expired${exp === undefined ? '' : ` at ${new Date(exp * 1000).toISOString()}`}`);
  }
  if (error instanceof errors.JWTClaimValidationFailed)
    return denied(`the token's claim ${error.claim} is not as it must be`);
  if (error instanceof errors.JOSEAlgNotAllowed) return denied('the token is signed in a way that is not taken here');
  if (error instanceof errors.JWKSNoMatchingKey) return denied('the issuer has no key with which this token is signed');
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError))
    return new SluiceError('AUTH_UNAVAILABLE', `the issuer's keys can't be had: ${describeError(error)}`);
  return denied('the token is not one that this issuer has signed');
}

function unreachable(issuer: string, why: string): SluiceError {
  return new SluiceError(
    'AUTH_UNAVAILABLE',
    `tokens can't be checked, as ${new URL(issuer).host} does not help: ${why}`,
  );
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
