import type { Server, Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/**
 * Follows the bare connections of a server, where it is a secured one. Who connects and never shows that they speak TLS, such as a balancer's probe, is known to no other
 * list, and a server that closes waits for them.
 * @returns what cuts those that are there
 */
export function followBareSockets(server: Server): () => void {
  const sockets = new Set<Socket>();
  if (!(server instanceof TlsServer)) return () => undefined;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
