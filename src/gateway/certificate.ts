import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { describeError, SluiceError } from '../domain/errors.js';

/** What a listener shows of itself, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** @throws {SluiceError} USAGE naming the files where they are no certificate and its key */
export async function readCertificate(certPath: string, keyPath: string): Promise<Certificate> {
  try {
    const [cert, key] = await Promise.all([readFile(certPath, 'utf8'), readFile(keyPath, 'utf8')]);
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    throw new SluiceError('USAGE', `${certPath}, ${keyPath}: ${describeError(error)}`, { cause: error });
  }
}
