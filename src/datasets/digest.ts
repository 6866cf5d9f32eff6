import { createHash, type Hash } from 'node:crypto';
import { datasetFault } from './dataset-fault.js';
import type { ByteSource } from './sources/byte-source.js';

export const SHA256 = 'sha256';

/** The same bytes, each told to the hash. */
export async function* hashing(bytes: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Reads all bytes. */
export async function digestOf(source: ByteSource, signal?: AbortSignal): Promise<string> {
  const hash = createHash(SHA256);
  for await (const chunk of source.bytes(signal)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

/** @throws {SluiceError} DATASET_INVALID naming both */
export function assertDigest(name: string, expected: string | undefined, digest: string): void {
  if (expected !== undefined && expected !== digest)
    throw datasetFault(name, `its digest is ${digest}, expected ${expected}`);
}
