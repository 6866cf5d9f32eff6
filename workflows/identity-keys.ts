import type { PublicKey } from '../src/domain/identity.js';

const injected = globalThis as { readonly __sluiceIdentityKeys?: readonly PublicKey[] };

/**
 * Whose statements are believed: a constant of the worker's bundle (src/worker/bundle.ts). For validators only, since a later worker may have
 * other keys; what runs in a replay must not ask.
 * @returns null where none are configured: actors are taken as given
 */
export function identityKeys(): readonly PublicKey[] | null {
  return injected.__sluiceIdentityKeys ?? null;
}
