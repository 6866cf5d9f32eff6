import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { describeError, SluiceError } from '../domain/errors.js';
import type { Log } from '../process/log.js';

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

const LOOK_MS = 60_000;

/**
 * Looks at the files of a certificate every minute, for as long as the process lives: who renews it (certbot, Kubernetes) replaces them, and the one that is
 * shown ends.
 * @param take is given each new one; two files that do not belong together, such as while they are replaced, are looked at again
 */
export function followCertificate(
  { certPath, keyPath }: { certPath: string; keyPath: string },
  known: Certificate,
  { take, log, everyMs = LOOK_MS }: { take: (renewed: Certificate) => void; log: Log; everyMs?: number },
): void {
  let shown = known;
  const look = async () => {
    const found = await readCertificate(certPath, keyPath);
    if (found.cert === shown.cert && found.key === shown.key) return;
    take(found);
    shown = found;
    log('info', 'a renewed certificate is shown', { certPath });
  };
  const onError = (error: unknown) =>
    log('warn', 'the certificate can not be read; the one before is shown', { cause: describeError(error) });
  setInterval(() => void look().catch(onError), everyMs).unref();
}
