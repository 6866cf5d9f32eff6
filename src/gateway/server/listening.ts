import type { AddressInfo, ListenOptions, Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { SluiceError } from '../../domain/errors.js';
import type { Certificate } from '../certificate.js';

/** @throws {SluiceError} USAGE when the port can't be had */
export function listenOn(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new SluiceError('USAGE', `the gateway can't listen on ${options.host}:${options.port}`, { cause: error })),
    );
    server.listen(options, resolve);
  });
}

/** Of one that listens. */
export function urlOf(server: Server): string {
  const { family, address, port } = server.address() as AddressInfo;
  return `${server instanceof TlsServer ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** For new connections, where it is a secured one. */
export function renewCertificate(server: Server, certificate: Certificate): void {
  if (server instanceof TlsServer) server.setSecureContext(certificate);
}
