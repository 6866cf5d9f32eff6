import { readConfig } from '../../config.js';
import { loadKeySet } from '../../identity/key-set.js';
import { loadPrivateKey, type PrivateKey } from '../../identity/private-key.js';
import { localUser } from '../local-user.js';

/** What is printed as JSON. */
interface WhoIs {
  readonly subject: string | null;
  readonly roles: readonly string[];
  readonly issuer: boolean;
  /** Null: nothing proves it. */
  readonly kid: string | null;
  /** Whether the key set knows the key; null where no key set is named here. */
  readonly known: boolean | null;
}

export async function whoami({ output }: { readonly output: string }): Promise<void> {
  const path = process.env['SLUICE_IDENTITY'];
  const who = path ? await ofKey(await loadPrivateKey(path)) : withoutKey();
  process.stdout.write(`${output === 'json' ? JSON.stringify(who) : describe(who)}\n`);
}

async function ofKey({ kid, x, holder }: PrivateKey): Promise<WhoIs> {
  const { identityKeys } = readConfig();
  const keys = identityKeys === null ? null : await loadKeySet(identityKeys);
  const known = keys === null ? null : keys.some((key) => key.kid === kid && key.x === x);
  if ('issuer' in holder) return { subject: null, roles: [], issuer: true, kid, known };
  return { ...holder, issuer: false, kid, known };
}

function withoutKey(): WhoIs {
  return { subject: localUser(), roles: [], issuer: false, kid: null, known: null };
}

function describe({ subject, roles, issuer, kid, known }: WhoIs): string {
  if (kid === null) return `${subject}, which nothing proves (SLUICE_IDENTITY names no key)`;
  const who = issuer
    ? 'an issuer, which vouches for others and decides nothing itself'
    : `${subject}${roles.map((role) => `, role:${role}`).join('')}`;
  return `${who}; key ${kid}${known === false ? ', which the key set does not know' : ''}`;
}
