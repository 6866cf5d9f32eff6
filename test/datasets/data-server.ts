import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What was asked for. */
interface Asked {
  readonly url: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

export interface Served {
  body: Buffer;
  /** null: none is sent. */
  etag?: string | null;
  lastModified?: string;
  ranges?: boolean;
  /** Instead of an answer, for the first requests in order; undefined lets one through. */
  instead?: ((answer: ServerResponse) => void)[];
  /** Bytes of each answer after which the connection breaks, in order. */
  breakAfter?: number[];
}

export interface DataServer {
  readonly url: string;
  readonly files: Map<string, Served>;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** A real server of bytes, with ranges and ETags, that breaks where a test wants it to. */
export async function startDataServer(): Promise<DataServer> {
  const files = new Map<string, Served>();
  const asked: Asked[] = [];
  const server = createServer((request, answer) => {
    asked.push({ url: request.url ?? '', range: request.headers.range, ifRange: header(request, 'if-range') });
    serve(files.get(request.url ?? ''), request, answer);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, files, asked, close: () => closed(server) };
}

function serve(served: Served | undefined, request: IncomingMessage, answer: ServerResponse): void {
  const other = served?.instead?.shift();
  if (served === undefined) answer.writeHead(404).end('nothing here');
  else if (other !== undefined) other(answer);
  else serveBytes(served, request, answer);
}

function serveBytes(served: Served, request: IncomingMessage, answer: ServerResponse): void {
  const { body, ranges = true, lastModified } = served;
  const etag = served.etag === undefined ? `"${createHash('sha1').update(body).digest('hex')}"` : served.etag;
  if (etag !== null) answer.setHeader('etag', etag);
  if (lastModified !== undefined) answer.setHeader('last-modified', lastModified);
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const condition = header(request, 'if-range');
  const partial = ranges && first !== undefined && (condition === undefined || condition === (etag ?? lastModified));
  const start = partial ? Number(first) : 0;
  const end = partial && last ? Number(last) + 1 : body.length;
  answer.setHeader('content-length', end - start);
  if (partial) answer.setHeader('content-range', `bytes ${start}-${end - 1}/${body.length}`);
  answer.writeHead(partial ? 206 : 200);
  const most = served.breakAfter?.shift();
  if (most === undefined) answer.end(body.subarray(start, end));
  else answer.write(body.subarray(start, Math.min(end, start + most)), () => setTimeout(() => answer.destroy(), 20));
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}
