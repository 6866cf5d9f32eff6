import { open } from 'node:fs/promises';
import { ed25519 } from '@noble/curves/ed25519.js';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { describeError, SluiceError } from '../domain/errors.js';
import type { KeyHolder, PublicKey } from '../domain/identity.js';
import { decodeBase64url } from './base64url.js';
import { describeIssues, privateJwk } from './key-schema.js';
import { createSigner, type Signer } from './signer.js';

export interface PrivateKey extends PublicKey {
  /** The seed, 32 bytes in base64url. */
  readonly d: string;
}

const OF_OTHERS = 0o077;

/** A fresh key. Its id is the holder's name and the begin of its thumbprint (RFC 7638). */
export async function generateKey(name: string, holder: KeyHolder): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x = '', d = '' } = await exportJWK(privateKey);
  const thumbprint = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x });
  return { kid: `${name}-${thumbprint.slice(0, 8)}`, x, d, holder };
}

/** What may be shown to anybody: an entry of a key set. */
export function publicJwkOf({ kid, x, holder }: PublicKey): Record<string, unknown> {
  return { kty: 'OKP', crv: 'Ed25519', kid, x, sluice: holder };
}

/** Writes a key that only its owner may read. @throws {SluiceError} USAGE where the file is there already */
export async function writePrivateKey(path: string, key: PrivateKey): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'is there already, and a key is never written over' : describeError(error);
    throw new SluiceError('USAGE', `${path}: ${why}`, { cause: error });
  });
  try {
    await file.writeFile(`${JSON.stringify({ ...publicJwkOf(key), d: key.d }, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** @throws {SluiceError} USAGE where it can't be read, is no such key, or may be read by others */
export async function loadPrivateKey(path: string): Promise<PrivateKey> {
  const checked = privateJwk.safeParse(await readSecret(path));
  if (!checked.success) throw new SluiceError('USAGE', `${path}: ${describeIssues(checked.error)}`);
  const { kid, x, d, sluice } = checked.data;
  if (!sameBytes(ed25519.getPublicKey(decodeBase64url(d) ?? new Uint8Array()), decodeBase64url(x)))
    throw new SluiceError('USAGE', `${path}: x is not the public part of d, so nobody could verify what it signs`);
  return { kid, x, d, holder: sluice };
}

/** The signer of whoever runs this process; null where `SLUICE_IDENTITY` names no key file. */
export async function environmentSigner(env: NodeJS.ProcessEnv = process.env): Promise<Signer | null> {
  const path = env['SLUICE_IDENTITY'];
  return path === undefined || path === '' ? null : createSigner(await loadPrivateKey(path));
}

/** The mode is asked of the file that was opened, not of whatever has the name later. */
async function readSecret(path: string): Promise<unknown> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new SluiceError('USAGE', `key ${path}: ${describeError(error)}`, { cause: error });
  });
  try {
    const { mode } = await file.stat();
    if ((mode & OF_OTHERS) !== 0)
      throw new SluiceError(
        'USAGE',
        `${path} may be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`,
      );
    return parseQuietly(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

/** A JSON error quotes the text, which is a secret. */
function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array | null): boolean {
  return b !== null && a.length === b.length && a.every((byte, at) => byte === b[at]);
}
