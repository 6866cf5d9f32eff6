import { Webhook } from 'standardwebhooks';
import { SluiceError } from '../domain/errors.js';
import { readSecret, type Secrets } from './secrets.js';

const PREFIX = 'whsec_';
const SHORTEST_KEY = 24;

/** Which secret signs: the name of its variable, and where it is looked up. */
export interface SigningKey {
  readonly secretRef: string;
  readonly secrets: Secrets;
}

/**
 * The headers of a signed message, by Standard Webhooks. Several secrets in one variable, divided by spaces, give several
 * signatures: that is how a secret is changed without a gap.
 * @param id identifies the message for its receiver; without dots
 * @param body exactly what is sent; empty for a request without a body
 * @throws {SluiceError} SECRET_UNUSABLE where the secret is missing or too short, naming the variable only
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signatureHeaders(
  { secretRef, secrets }: SigningKey,
  id: string,
  body: string,
  at: Date,
): Record<string, string> {
  const keys = readSecret(secrets, secretRef)
    .split(/\s+/)
    .map((secret) => keyOf(secret, secretRef));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': keys.map((key) => new Webhook(key, { format: 'raw' }).sign(id, at, body)).join(' '),
  };
}

/** `whsec_` and base64, else the characters themselves. */
function keyOf(secret: string, name: string): Uint8Array {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : null;
  if (encoded !== null && !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    throw new SluiceError('SECRET_UNUSABLE', `${name}: what follows ${PREFIX} is not base64`);
  const key = Buffer.from(encoded ?? secret, encoded === null ? 'utf8' : 'base64');
  if (key.length < SHORTEST_KEY)
    throw new SluiceError(
      'SECRET_UNUSABLE',
      `${name} has ${key.length} bytes; a secret needs at least ${SHORTEST_KEY}`,
    );
  return new Uint8Array(key);
}
