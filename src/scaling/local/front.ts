import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import type { ReplicaPool } from './replica-pool.js';

/** Of one connection, not of a message. Source: RFC 9110, 7.6.1 */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade']);

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/** One address for all replicas: each request goes to the ready one with the fewest under way. Where none is ready, status 503. */
export async function openFront(pool: ReplicaPool, port: number): Promise<Front> {
  const server: Server = createServer((incoming, answer) => forward(pool, incoming, answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function forward(pool: ReplicaPool, incoming: IncomingMessage, answer: ServerResponse): void {
  const replica = pool.pick();
  if (replica === null) {
    incoming.resume();
    answer.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('no replica is ready\n');
    return;
  }
  replica.inFlight += 1;
  answer.once('close', () => {
    replica.inFlight -= 1;
  });
  const upstream = request({
    host: '127.0.0.1',
    port: replica.port,
    method: incoming.method,
    path: incoming.url,
    headers: withoutHops(incoming.headers),
    // A connection of its own: one that is kept may close in the moment it is used.
    agent: false,
  });
  upstream.once('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, withoutHops(response.headers));
    // Errors end both sides: half an answer must not look like a whole one.
    pipeline(response, answer, () => undefined);
  });
  upstream.once('error', () => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(502, { 'content-type': 'text/plain' }).end('the replica broke off\n');
  });
  answer.once('close', () => upstream.destroy());
  // Not a pipeline: it would end the user's connection before the 502 is out.
  incoming.pipe(upstream);
}

function withoutHops<Headers extends NodeJS.Dict<string | string[]>>(headers: Headers): NodeJS.Dict<string | string[]> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}
