import { readFile } from 'node:fs/promises';
import type { PublicKey } from '../domain/identity.js';
import { replaceFile } from '../process/replace-file.js';
import { jwksOf, parseKeySet } from './key-set.js';
import { publicJwkOf } from './private-key.js';

/** Whether a key set could hold a key. @throws {SluiceError} USAGE saying what is wrong with it */
export function checkKey(key: PublicKey): void {
  parseKeySet(JSON.stringify({ keys: [publicJwkOf(key)] }), 'the new key set');
}

/**
 * Adds a key to a key set, which is made where there is none. Replaced whole, so that a worker that starts meanwhile reads the old one or the new one.
 * @throws {SluiceError} USAGE where the set is not one, has the kid already, or is being changed by somebody else
 */
export async function appendToKeySet(path: string, key: PublicKey): Promise<void> {
  await replaceFile(path, { mode: 0o644, what: 'key set' }, async () => {
    const text = `${JSON.stringify({ keys: [...(await entriesOf(path)), publicJwkOf(key)] }, null, 2)}\n`;
    parseKeySet(text, path);
    return text;
  });
}

async function entriesOf(path: string): Promise<unknown[]> {
  try {
    return jwksOf(await readFile(path, 'utf8'), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
