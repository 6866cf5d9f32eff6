import type { AddressPolicy } from './address-policy.js';
import { type GuardedTransport, guardedTransport } from './guarded-agents.js';

/** As Node's own agents are set. */
const KEPT_OPEN = { keepAlive: true, scheduling: 'lifo', timeout: 5000 } as const;

const transports = new WeakMap<AddressPolicy, GuardedTransport>();

/** One transport for all who call under a policy: connections are kept, and used again. Absent: of an operator's own choice, any address. */
export function sharedTransport(
  policy: AddressPolicy | undefined,
): GuardedTransport | { readonly proxy: false; readonly maxRedirects: 0 } {
  if (policy === undefined) return { proxy: false, maxRedirects: 0 };
  const known = transports.get(policy);
  if (known !== undefined) return known;
  const made = guardedTransport(policy, KEPT_OPEN);
  transports.set(policy, made);
  return made;
}
