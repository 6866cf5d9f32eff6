import { SluiceError } from '../../domain/errors.js';
import { createAddressPolicy } from '../../net/address-policy.js';
import { parseAllowedPrivate } from '../../net/allowed-private.js';
import type { AuthSettings } from './authenticate.js';
import type { OidcSettings } from './oidc.js';
import { openTokenFile } from './token-file.js';

/**
 * Who may come in, from the environment: SLUICE_API_TOKENS and SLUICE_OIDC_*. SLUICE_ADMIN_TOKEN is read with the rest of the configuration.
 * @param allowPrivate which addresses that are not public the issuer may have
 * @throws {SluiceError} USAGE naming the variable
 */
export function authSettings(
  allowPrivate: string,
  env: NodeJS.ProcessEnv = process.env,
  warn?: (message: string) => void,
): AuthSettings {
  const path = env['SLUICE_API_TOKENS'] || null;
  return {
    tokens: path === null ? null : openTokenFile(path, warn),
    oidc: oidcSettings(env, allowPrivate),
  };
}

function oidcSettings(env: NodeJS.ProcessEnv, allowPrivate: string): OidcSettings | null {
  const issuer = env['SLUICE_OIDC_ISSUER'] || null;
  if (issuer === null) return null;
  const audience = env['SLUICE_OIDC_AUDIENCE'] || null;
  // Without one, a token that somebody has for any other application of this issuer would be taken.
  if (audience === null)
    throw new SluiceError('USAGE', 'SLUICE_OIDC_AUDIENCE is missing: SLUICE_OIDC_ISSUER alone would let in anybody');
  return {
    issuer,
    audience,
    rolesClaim: env['SLUICE_OIDC_ROLES_CLAIM'] || 'roles',
    roles: roleMap(env['SLUICE_OIDC_ROLES'] ?? ''),
    policy: createAddressPolicy(parseAllowedPrivate(allowPrivate)),
  };
}

/** `sre=admin, ml-leads=approver+release`: a name of the issuer, and the roles here. */
function roleMap(text: string): Record<string, string> {
  const entries = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): [string, string] => {
      const [, name, roles] = /^(.+?)=([A-Za-z0-9._-]+(?:\+[A-Za-z0-9._-]+)*)$/.exec(part) ?? [];
      if (name === undefined || roles === undefined)
        throw new SluiceError('USAGE', `SLUICE_OIDC_ROLES: "${part}" is not <name>=<role>, such as sre=admin`);
      return [name.trim(), roles];
    });
  return Object.fromEntries(entries);
}
