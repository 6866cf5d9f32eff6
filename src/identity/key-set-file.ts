import { open, readFile, rename, unlink } from 'node:fs/promises';
import { describeError, SluiceError } from '../domain/errors.js';
import type { PublicKey } from '../domain/identity.js';
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
  const draft = `${path}.new`;
  // Nobody else may hold the draft: of two who add a key at once, one would be lost.
  const file = await open(draft, 'wx', 0o644).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? 'is there: somebody else changes the key set' : describeError(error);
    throw new SluiceError('USAGE', `${draft} ${why}`, { cause: error });
  });
  try {
    const text = `${JSON.stringify({ keys: [...(await entriesOf(path)), publicJwkOf(key)] }, null, 2)}\n`;
    parseKeySet(text, path);
    await file.writeFile(text);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await unlink(draft);
    throw error;
  } finally {
    await file.close();
  }
}

async function entriesOf(path: string): Promise<unknown[]> {
  try {
    return jwksOf(await readFile(path, 'utf8'), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
