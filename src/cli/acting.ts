import { environmentSigner } from '../identity/private-key.js';
import type { Signer } from '../identity/signer.js';
import { localUser } from './local-user.js';

/** As whom a command is sent. */
export interface Acting {
  readonly actor: string;
  /** Proves it; null where SLUICE_IDENTITY names no key. */
  readonly signer: Signer | null;
}

/** @param given what the user has named; by default whoever signs, else the user of the machine */
export async function acting(given: string | undefined): Promise<Acting> {
  const signer = await environmentSigner();
  return { actor: given ?? signer?.identity.subject ?? localUser(), signer };
}
