import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SluiceError } from '../domain/errors.js';

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;
const SHORTEST_TOKEN = 16;

/** For `onRequest` of a route that changes something: throws before the body is read. */
export type Guard = (request: FastifyRequest) => Promise<void>;

/**
 * Lets only those in who know the token. Without one everybody on this machine may come in, and nobody else: a
 * request is refused where the api can be reached from elsewhere.
 * @param variable where the token stands, for messages
 * @throws {SluiceError} USAGE for a token that is too short; the guard itself throws UNAUTHORIZED
 */
export function createGuard(server: FastifyInstance, token: string | null, variable = 'SLUICE_ADMIN_TOKEN'): Guard {
  if (token === null) return async () => assertLoopback(server, variable);
  if (token.length < SHORTEST_TOKEN)
    throw new SluiceError(
      'USAGE',
      `${variable} has ${token.length} characters; at least ${SHORTEST_TOKEN} are asked for`,
    );
  const expected = digest(`Bearer ${token}`);
  return async ({ headers }) => {
    if (!timingSafeEqual(digest(headers.authorization ?? ''), expected))
      throw new SluiceError('UNAUTHORIZED', `the token is missing or is not that of ${variable}`);
  };
}

/** By where it really listens: a host's name may be anything. A socket in the file system is named by its path. */
function assertLoopback(server: FastifyInstance, variable: string): void {
  const names = server.addresses().map((place) => (typeof place === 'string' ? null : place.address));
  const open = names.find((name) => name !== null && !LOOPBACK.test(name));
  if (typeof open === 'string')
    throw new SluiceError(
      'UNAUTHORIZED',
      `the api listens on ${open}, which can be reached from elsewhere, and has no ${variable}: it takes nothing here`,
    );
}

/** Equal lengths, so that the comparison takes the same time for every guess. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
