import { mkdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readConfig } from '../../config.js';
import { SluiceError } from '../../domain/errors.js';
import type { KeyHolder } from '../../domain/identity.js';
import { appendToKeySet, checkKey } from '../../identity/key-set-file.js';
import { generateKey, publicJwkOf, writePrivateKey } from '../../identity/private-key.js';

export interface CreateKeyOptions {
  readonly role: readonly string[];
  readonly issuer?: boolean;
  readonly out?: string;
  readonly keyset?: string;
}

/** @throws {SluiceError} USAGE where a file is in the way, or the subject or a role is none */
export async function createKey(subject: string, options: CreateKeyOptions): Promise<void> {
  if (options.issuer === true && options.role.length > 0)
    throw new SluiceError('USAGE', 'an issuer has no roles of its own: --issuer or --role');
  const holder: KeyHolder = options.issuer === true ? { issuer: true } : { subject, roles: [...new Set(options.role)] };
  const key = await generateKey(subject, holder);
  checkKey(key);
  const path = options.out ?? join(readConfig().stateDir, `${subject.replace(/[^\w.@-]/g, '-')}.key.json`);
  await mkdir(dirname(path), { recursive: true });
  await writePrivateKey(path, key);
  if (options.keyset !== undefined)
    await appendToKeySet(options.keyset, key).catch(async (error: unknown) => {
      // A key that nobody knows of would only be in the way of the next attempt.
      await unlink(path);
      throw error;
    });
  process.stderr.write(`private key: ${path}; use it with SLUICE_IDENTITY=${path}\n`);
  process.stdout.write(`${JSON.stringify(publicJwkOf(key))}\n`);
}
