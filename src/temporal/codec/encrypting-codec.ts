import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { SluiceError } from '../../domain/errors.js';
import type { KeyRing } from './key-ring.js';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/** These two as in Temporal's own samples, so that its tools know what they see. */
const ENCRYPTED = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const ORIGINAL_ENCODING = 'encryption-original-encoding';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts payloads with AES-256-GCM, each whole (its own metadata too) under a nonce of its own. Key id and original encoding stand
 * beside it and are authenticated. What is not encrypted is read as it is, so that encryption can be turned on over running rollouts.
 */
export function createEncryptingCodec(ring: KeyRing): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(ring, payload)),
    decode: async (payloads) => payloads.map((payload) => decrypt(ring, payload)),
  };
}

/** The bytes are: nonce, ciphertext, tag. */
function encrypt(ring: KeyRing, payload: Payload): Payload {
  const { id, key } = ring.active();
  const original = textOf(payload, 'encoding');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(authenticated(id, original));
  const plain = PayloadMessage.encode(payload).finish();
  return {
    metadata: {
      encoding: Buffer.from(ENCRYPTED),
      [KEY_ID]: Buffer.from(id),
      [ORIGINAL_ENCODING]: Buffer.from(original),
    },
    data: Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

/** @throws {SluiceError} PAYLOAD_UNREADABLE naming the key id */
function decrypt(ring: KeyRing, payload: Payload): Payload {
  if (textOf(payload, 'encoding') !== ENCRYPTED) return payload;
  const id = textOf(payload, KEY_ID);
  const { key } = ring.find(id);
  const data = Buffer.from(payload.data ?? []);
  if (data.length < NONCE_BYTES + TAG_BYTES)
    throw new SluiceError('PAYLOAD_UNREADABLE', `a payload of ${data.length} bytes is too short to be encrypted`);
  const tagAt = data.length - TAG_BYTES;
  const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(authenticated(id, textOf(payload, ORIGINAL_ENCODING))).setAuthTag(data.subarray(tagAt));
  return PayloadMessage.decode(opened(decipher, data.subarray(NONCE_BYTES, tagAt), id));
}

function opened(decipher: ReturnType<typeof createDecipheriv>, data: Buffer, id: string): Buffer {
  try {
    return Buffer.concat([decipher.update(data), decipher.final()]);
  } catch {
    throw new SluiceError(
      'PAYLOAD_UNREADABLE',
      `a payload is not what key "${id}" has encrypted: another key, or changed`,
    );
  }
}

function authenticated(keyId: string, originalEncoding: string): Buffer {
  return Buffer.from(JSON.stringify(['sluice-payload-1', keyId, originalEncoding]));
}

function textOf({ metadata }: Payload, name: string): string {
  const value = metadata?.[name];
  return value ? Buffer.from(value).toString('utf8') : '';
}
