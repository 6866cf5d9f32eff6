import { fileURLToPath } from 'node:url';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { createEncryptingCodec } from './encrypting-codec.js';
import { KeyRing } from './key-ring.js';

/**
 * What client and worker encode payloads with, from `SLUICE_CODEC_KEYS`; null where it is not set and nothing is encrypted.
 * @throws {SluiceError} USAGE that says what is wrong with the file of keys
 */
export function codecDataConverter(env: NodeJS.ProcessEnv = process.env): DataConverter | null {
  const codec = codecFromEnvironment(env);
  return codec === null ? null : { payloadCodecs: [codec], failureConverterPath: failureConverterPath() };
}

/** @throws {SluiceError} USAGE that says what is wrong with the file of keys */
export function codecFromEnvironment(env: NodeJS.ProcessEnv = process.env): PayloadCodec | null {
  const path = env['SLUICE_CODEC_KEYS'];
  return path === undefined || path === '' ? null : createEncryptingCodec(new KeyRing(path));
}

/** The SDK loads it in Node and bundles it for the sandbox, both by its path. */
function failureConverterPath(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./failure-converter.${extension}`, import.meta.url));
}
