import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SluiceError } from '../../domain/errors.js';
import { foreignOrigin } from '../../net/own-origin.js';
import type { Access } from '../endpoint.js';
import { AccessError } from '../problem.js';
import type { Role } from '../schema/common.js';
import {
  type Authenticate,
  type AuthSettings,
  createAuthenticate,
  createTokenCheck,
  isOnLoopback,
  openAddress,
} from './authenticate.js';
import { hasRole, type Principal } from './principal.js';
import { RateLimiter, type RateLimits, STANDARD_LIMITS } from './rate-limit.js';

export interface GuardSettings extends AuthSettings {
  readonly adminToken: string | null;
  readonly alertToken: string | null;
  readonly limits?: RateLimits | undefined;
}

/** What a token in an address would be called: addresses end up in logs, histories and Referer headers. */
const TOKEN_NAMES = new Set([
  'token',
  'access_token',
  'id_token',
  'api_key',
  'apikey',
  'authorization',
  'bearer',
  'jwt',
]);

/**
 * Stands before all addresses, before a body is read: each says by `config.access` who may come in.
 * @throws {SluiceError} USAGE for tokens that are too short
 */
export function addGuard(server: FastifyInstance, settings: GuardSettings): void {
  const authenticate = createAuthenticate(server, settings.adminToken, settings);
  const isOpenToAll = settings.tokens === null && settings.oidc === null && settings.adminToken === null;
  const checkAlerts = createTokenCheck(server, settings.alertToken, 'SLUICE_ALERT_TOKEN', isOpenToAll);
  const limiter = new RateLimiter(settings.limits ?? STANDARD_LIMITS);
  server.decorateRequest('principal', null);
  server.addHook('onRequest', async (request) => {
    assertNoTokenInAddress(request.url);
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'open') return;
    assertOwnOrigin(request, isOpenToAll && isOnLoopback(server));
    if (access === 'alerts') {
      limiter.take(request.ip);
      return guess(limiter, request, async () => checkAlerts(request.headers.authorization));
    }
    const open = isOpenToAll && access !== 'viewer' ? openAddress(server) : null;
    if (open !== null) throw needsToken(withoutAny(open));
    request.principal = await principalFor(request, access, authenticate, limiter);
  });
}

async function principalFor(
  request: FastifyRequest,
  access: Exclude<Access, 'open' | 'alerts'>,
  authenticate: Authenticate,
  limiter: RateLimiter,
): Promise<Principal> {
  const { headers, ip } = request;
  const who = await guess(limiter, request, () => authenticate(headers.authorization));
  // Anonymous ones share a name, and not a budget.
  limiter.take(who?.isProven === true ? `subject ${who.subject}` : `address ${ip}`);
  if (who === null) throw needsToken('a token is needed: Authorization: Bearer <token>');
  assertRole(who, access, Boolean(headers.authorization));
  return who;
}

/** @throws {AccessError} UNAUTHORIZED where a token could help; FORBIDDEN naming the role that is missing */
export function assertRole(who: Principal, wanted: Role, hasToken: boolean): void {
  if (hasRole(who, wanted)) return;
  if (!who.isProven && !hasToken) throw needsToken(`a token with the role ${wanted} is needed`);
  throw new AccessError('FORBIDDEN', `${who.name} is ${who.role ?? 'without a role here'}, and this needs ${wanted}`, {
    'www-authenticate': `Bearer realm="sluice", error="insufficient_scope", scope="${wanted}"`,
  });
}

/** Counts what is refused against the address it came from. */
async function guess<T>(
  limiter: RateLimiter,
  { ip, headers: { authorization } }: FastifyRequest,
  check: () => Promise<T>,
): Promise<T> {
  limiter.assertMayTry(ip, authorization);
  try {
    const found = await check();
    if (authorization !== undefined) limiter.took(authorization);
    return found;
  } catch (error) {
    if (error instanceof AccessError && error.code === 'UNAUTHORIZED') limiter.refused(ip);
    throw error;
  }
}

function withoutAny(open: string): string {
  return `the api listens on ${open}, which can be reached from elsewhere, and has neither SLUICE_ADMIN_TOKEN nor other tokens: it changes nothing here`;
}

function needsToken(message: string): AccessError {
  return new AccessError('UNAUTHORIZED', message, { 'www-authenticate': 'Bearer realm="sluice"' });
}

/** @throws {SluiceError} USAGE */
function assertNoTokenInAddress(url: string): void {
  const at = url.indexOf('?');
  if (at < 0) return;
  for (const name of new URLSearchParams(url.slice(at + 1)).keys())
    if (TOKEN_NAMES.has(name.toLowerCase()))
      throw new SluiceError(
        'USAGE',
        `${name} in the address is refused: it would end up in logs. Send the header Authorization: Bearer <token>`,
      );
}

/** Without cookies a page of another site has no token, but on a laptop none may be needed. @throws {AccessError} FORBIDDEN */
function assertOwnOrigin({ headers }: FastifyRequest, isForLocalOnly: boolean): void {
  const fault = foreignOrigin(headers, isForLocalOnly);
  if (fault !== null) throw new AccessError('FORBIDDEN', fault);
}
