import { assertPinned } from '../net/pinned-secret.js';
import { readSecret, type Secrets } from './secrets.js';

/** A secret that is sent as it is. @throws {SluiceError} SECRET_UNUSABLE where it is missing, or not for this address */
export function bearerToken(secrets: Secrets, name: string, url: string): string {
  assertPinned(secrets, name, url);
  return readSecret(secrets, name);
}
