import { isIP } from 'node:net';
import { SluiceError } from '../domain/errors.js';
import { isLoopback } from '../domain/spec/receiver.js';

/**
 * Whoever reaches the admin listener moves users: beyond this machine, only with a token.
 * @throws {SluiceError} USAGE
 */
export function assertGuarded(adminHost: string, token: string | null): void {
  if (token !== null && token.length < 16)
    throw new SluiceError('USAGE', `SLUICE_ADMIN_TOKEN has ${token.length} characters; at least 16 are asked for`);
  if (token === null && !isLoopback(adminHost))
    throw new SluiceError(
      'USAGE',
      `the admin listener on ${isIP(adminHost) === 6 ? `[${adminHost}]` : adminHost} can be reached from elsewhere: set SLUICE_ADMIN_TOKEN`,
    );
}
