import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ModelServer {
  readonly url: string;
  close(): Promise<void>;
}

const ANSWER = '{"outputs":[{"name":"predict","shape":[1,1],"datatype":"INT64","data":[1]}]}';
/** Longer than gateways keep an idle connection: none of them may meet one that is being closed. */
const KEEP_ALIVE_MS = 120_000;

/** The least that speaks the Open Inference Protocol, for models of any name: what a version does to its users is decided by the users. */
export async function startModelServer(): Promise<ModelServer> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(request.method === 'POST' ? ANSWER : '{}');
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
