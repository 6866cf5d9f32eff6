import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../domain/errors.js';

const SHORTEST_KEY = 16;

/**
 * The key that prediction ids are tagged with. Replicas must share one; a single gateway may keep one of its own.
 * @throws {SluiceError} USAGE when the given key is too short to be a secret
 */
export async function predictionKey(given: string | undefined, stateDir: string): Promise<Buffer> {
  if (given !== undefined && given !== '') {
    if (given.length < SHORTEST_KEY)
      throw new SluiceError(
        'USAGE',
        `SLUICE_PREDICTION_KEY has ${given.length} characters; at least ${SHORTEST_KEY} are needed`,
      );
    return Buffer.from(given);
  }
  await mkdir(stateDir, { recursive: true });
  const path = join(stateDir, 'prediction.key');
  // "wx": of two that start at once, one writes and both read the same.
  await writeFile(path, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return Buffer.from(await readFile(path, 'utf8'));
}
