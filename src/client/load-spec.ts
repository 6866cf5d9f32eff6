import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeError, SluiceError } from '../domain/errors.js';
import { type RolloutSpec, rolloutSpec } from '../domain/spec/rollout-spec.js';
import { readDocument } from '../yaml/read-document.js';

/** @throws {DocumentError} with line and column; {SluiceError} USAGE when the file can't be read */
export async function loadSpec(path: string): Promise<RolloutSpec> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SluiceError('USAGE', `${path}: ${describeError(error)}`, { cause: error });
  });
  return readDocument(text, rolloutSpec, path);
}

/** Names what was asked for, in the ledger: SHA-256 over the checked spec, 12 hex digits. */
export function specDigest(spec: RolloutSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 12);
}
