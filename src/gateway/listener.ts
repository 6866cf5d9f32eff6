import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Certificate } from './certificate.js';
import { followBareSockets } from './server/bare-sockets.js';
import { listenOn, renewCertificate, urlOf } from './server/listening.js';

export interface Listener {
  readonly url: string;
  /** For new connections of a secured one. */
  renewCertificate(certificate: Certificate): void;
  /** Takes no new connections and waits for the answers under way. @param patienceMs after which their connections are cut */
  close(patienceMs: number): Promise<void>;
}

const KEEP_ALIVE_MS = 65_000;
const REQUEST_MS = 60_000;
const IDLE_LOOK_MS = 20;

/**
 * @param stalledMs a connection on which nothing moves for this long in the middle of an exchange is cut
 * @throws {SluiceError} USAGE when the port can't be had
 */
export async function listen(
  handle: RequestListener,
  { host, port, stalledMs, tls }: { host: string; port: number; stalledMs: number; tls: Certificate | null },
): Promise<Listener> {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS };
  const server = tls === null ? createServer(options, handle) : createTlsServer({ ...options, ...tls }, handle);
  const cutBare = followBareSockets(server);
  server.timeout = stalledMs;
  // In a cluster, workers would share even a port that each of them asked for at random.
  await listenOn(server, { port, host, exclusive: true });
  return {
    url: urlOf(server),
    renewCertificate: (certificate) => renewCertificate(server, certificate),
    async close(patienceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A kept-alive connection becomes idle only after its answer; Node would hold it for its whole keep-alive.
      const looks = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
      const cut = setTimeout(() => {
        server.closeAllConnections();
        cutBare();
      }, patienceMs);
      await closed;
      clearInterval(looks);
      clearTimeout(cut);
    },
  };
}
