import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../domain/errors.js';

const SHORTEST_KEY = 16;

/**
 * The key that prediction ids are tagged with. Replicas must share one; a single gateway may keep one of its own.
 * @throws {SluiceError} USAGE when the key, given or kept, is too short to be a secret
 */
export async function predictionKey(given: string | undefined, stateDir: string): Promise<Buffer> {
  if (given !== undefined && given !== '') return asKey(given, 'SLUICE_PREDICTION_KEY');
  const path = join(stateDir, 'prediction.key');
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return null;
  });
  // Nothing is written where there is one: a full disk must not keep a gateway from starting.
  if (kept !== null) return asKey(kept, path);
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await createOnce(path, randomBytes(32).toString('base64url'));
  return asKey(await readFile(path, 'utf8'), path);
}

/** Linked into place whole: of two that start at once one wins, and neither can read half a key, nor keep one after a crash. */
async function createOnce(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
}

export function asKey(text: string, from: string): Buffer {
  if (text.length >= SHORTEST_KEY) return Buffer.from(text);
  throw new SluiceError('USAGE', `${from} has ${text.length} characters; at least ${SHORTEST_KEY} are needed`);
}
