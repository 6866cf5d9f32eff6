import { readConfig } from '../../config.js';
import { loadKeySet } from '../../identity/key-set.js';
import { loadPrivateKey, type PrivateKey } from '../../identity/private-key.js';
import { openControl, type Person } from '../control/control.js';
import { withApi } from '../with-api.js';

/** What is printed as JSON. */
interface WhoIs {
  readonly subject: string | null;
  readonly roles: readonly string[];
  readonly issuer: boolean;
  /** Of the key that proves it; null: none does. */
  readonly kid: string | null;
  /** Whether the key set knows the key; null where no key set is named here. */
  readonly known: boolean | null;
  /** The setting that proves it; null: nothing does. */
  readonly provenBy: Person['provenBy'];
}

/** @throws {SluiceError} UNAUTHORIZED where the api does not know the token; STORE_UNAVAILABLE where it is away */
export async function whoami({ output }: { readonly output: string }): Promise<void> {
  const path = process.env['SLUICE_IDENTITY'];
  const who = path ? await ofKey(await loadPrivateKey(path)) : await withoutKey();
  process.stdout.write(`${output === 'json' ? JSON.stringify(who) : describe(who)}\n`);
}

async function ofKey({ kid, x, holder }: PrivateKey): Promise<WhoIs> {
  const { identityKeys } = readConfig();
  const keys = identityKeys === null ? null : await loadKeySet(identityKeys);
  const known = keys === null ? null : keys.some((key) => key.kid === kid && key.x === x);
  const proof = { kid, known, provenBy: 'SLUICE_IDENTITY' as const };
  if ('issuer' in holder) return { subject: null, roles: [], issuer: true, ...proof };
  return { ...holder, issuer: false, ...proof };
}

async function withoutKey(): Promise<WhoIs> {
  const { actor, provenBy } = (await openControl(undefined)).person;
  const { subject, roles } = actor === null ? await withApi((api) => api.getMe()) : { subject: actor, roles: [] };
  return { subject, roles, issuer: false, kid: null, known: null, provenBy };
}

function describe({ subject, roles, issuer, kid, known, provenBy }: WhoIs): string {
  const named = `${subject}${roles.map((role) => `, role:${role}`).join('')}`;
  if (provenBy === null) return `${named}, which nothing proves (neither SLUICE_IDENTITY nor SLUICE_TOKEN is set)`;
  if (provenBy === 'SLUICE_TOKEN') return `${named}; the token of SLUICE_TOKEN, which the api knows`;
  const who = issuer ? 'an issuer, which vouches for others and decides nothing itself' : named;
  return `${who}; key ${kid}${known === false ? ', which the key set does not know' : ''}`;
}
