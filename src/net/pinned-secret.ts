import { SluiceError } from '../domain/errors.js';

/** Behind a secret's name: the only origins that it is sent to. */
const PINNED = '_FOR';

/**
 * Whoever writes a spec names both a secret and the address it is sent to as it is, so `<name>_FOR` of the worker's environment says where it may go:
 * origins, by commas. Without it, wherever the spec says.
 * @param variables of the worker's environment, by name
 * @throws {SluiceError} SECRET_UNUSABLE naming secret and origin
 */
export function assertPinned(variables: (name: string) => string | undefined, name: string, url: string): void {
  const pinned = variables(name + PINNED)?.trim();
  if (!pinned) return;
  const { origin } = new URL(url);
  if (!pinned.split(',').some((one) => originOf(one.trim()) === origin))
    throw new SluiceError('SECRET_UNUSABLE', `${name} is not for ${origin}: ${name}${PINNED} names other addresses`);
}

/** What is no URL fits none. */
function originOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).origin : null;
}
