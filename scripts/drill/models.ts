import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one model of a version behaves now. */
interface Behaviour {
  readonly latencyMs: number;
  readonly fails: boolean;
}

/** A model server that answers for every service of the drill: always the same label, and what it is switched to. */
export interface ModelServer {
  readonly url: string;
  set(model: string, behaviour: Partial<Behaviour>): void;
  close(): Promise<void>;
}

export const LABEL = 7;
const WELL: Behaviour = { latencyMs: 0, fails: false };

export async function startModel(): Promise<ModelServer> {
  const behaviours = new Map<string, Behaviour>();
  const server = createServer((request, response) => {
    const [, model = '', question = ''] = /^\/v2\/models\/([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { latencyMs, fails } = behaviours.get(model) ?? WELL;
      if (question === 'ready') return void response.writeHead(200).end('{}');
      if (question !== 'infer') return void response.writeHead(404).end('{}');
      setTimeout(() => answer(response, fails, rowsOf(parts)), latencyMs);
    });
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (model, change) => void behaviours.set(model, { ...(behaviours.get(model) ?? WELL), ...change }),
    close: () => closeServer(server),
  };
}

function answer(response: ServerResponse, fails: boolean, rows: number): void {
  const outputs = [{ name: 'predict', shape: [rows, 1], datatype: 'INT64', data: Array(rows).fill(LABEL) }];
  const text = JSON.stringify(fails ? { error: 'switched to fail' } : { outputs });
  response.writeHead(fails ? 500 : 200, { 'content-type': 'application/json' }).end(text);
}

function rowsOf(parts: readonly Buffer[]): number {
  const asked = JSON.parse(Buffer.concat(parts).toString()) as { inputs: [{ shape: [number] }] };
  return asked.inputs[0].shape[0];
}

/** Takes webhooks, and counts what it was told. */
export interface Receiver {
  readonly told: readonly string[];
  close(): Promise<void>;
}

export async function startReceiver(port: number): Promise<Receiver> {
  const told: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      told.push(Buffer.concat(parts).toString());
      response.writeHead(204).end();
    });
  });
  await listen(server, port);
  return { told, close: () => closeServer(server) };
}

function listen(server: Server, port = 0): Promise<void> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
