import { randomUUID } from 'node:crypto';
import type { PublicKey } from '../../src/domain/identity.js';
import { generateKey, type PrivateKey } from '../../src/identity/private-key.js';

/** Keys of a small company. */
export interface People {
  readonly alice: PrivateKey;
  readonly bob: PrivateKey;
  /** Vouches for others. */
  readonly api: PrivateKey;
}

export async function people(): Promise<People> {
  return {
    alice: await generateKey('alice', { subject: 'alice', roles: ['release', 'ml'] }),
    bob: await generateKey('bob', { subject: 'bob', roles: [] }),
    api: await generateKey('api', { issuer: true }),
  };
}

export function publicOnly({ kid, x, holder }: PrivateKey): PublicKey {
  return { kid, x, holder };
}

export const requestOf = (actor: string) => ({ decisionId: randomUUID(), actor, reason: 'looks good', forMs: 60_000 });
