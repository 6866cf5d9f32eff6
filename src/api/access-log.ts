import { createWriteStream, type WriteStream } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { logToStderr } from '../process/log.js';

/** One line an answer. No query, no header and no body: neither a token nor what somebody looks for is in it. */
export interface AccessLine {
  readonly at: string;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly ip: string;
  /** null: nobody had to be known, or is. */
  readonly subject: string | null;
}

export function addAccessLog(server: FastifyInstance, write: (line: AccessLine) => void): void {
  server.addHook('onResponse', async (request, reply) => {
    write({
      at: new Date().toISOString(),
      requestId: request.id,
      method: request.method,
      path: (request.url.split('?', 1)[0] ?? '').slice(0, 500),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      ip: request.ip,
      subject: request.principal?.subject ?? null,
    });
  });
}

/** As JSON lines, into a file that is added to. What can't be written is not waited for. */
export function openAccessLog(path: string): { write(line: AccessLine): void; close(): Promise<void> } {
  const file: WriteStream = createWriteStream(path, { flags: 'a', mode: 0o640 });
  file.on('error', (error) => logToStderr('error', 'access log not written', { path, cause: error.message }));
  return {
    write: (line) => void (file.destroyed || file.write(`${JSON.stringify(line)}\n`)),
    close: () => new Promise((resolve) => (file.destroyed ? resolve() : file.end(() => resolve()))),
  };
}
