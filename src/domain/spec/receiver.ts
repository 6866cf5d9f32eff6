import { z } from 'zod';

/** A spec may name these variables of the worker's environment, and no other: what else stands there is not its author's. */
const SECRET_NAME = /^SLUICE_SECRET_[A-Z0-9_]{1,80}$/;

/** Where a secret stands. The secret itself is read by the worker when it is used, and never enters a spec or a history. */
export const secretRef = z
  .string()
  .regex(SECRET_NAME, 'expected the name of a variable of the worker’s environment: SLUICE_SECRET_<NAME>, in capitals');

/** Whom a worker calls. A user name or password in it would stand in the rollout's history for ever. */
export const receiverUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .max(2000)
  .refine((url) => !hasUserinfo(url), 'a user name or password in a URL ends in the history; sign with secretRef');

export const insecure = z
  .boolean()
  .optional()
  .describe('Allows http to other machines: anybody on the way can read it.');

/** For `superRefine` of whatever has a URL and `insecure`. */
export function isSafeToCall(url: string, allowsHttp: boolean | undefined): boolean {
  if (!URL.canParse(url)) return true; // refused already
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || allowsHttp === true || isLoopback(hostname);
}

/** @param hostname of a URL, or an address to listen on, which has no brackets */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '[::1]', '::1'].includes(hostname) || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function hasUserinfo(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
