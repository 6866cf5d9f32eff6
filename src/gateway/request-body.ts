import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: 'too-large' | 'broken' };

/** Reads a request's body whole, so that it can be sent twice (fallback, shadow). Never rejects. */
export function readBody(request: IncomingMessage, most: number): Promise<Body> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    // What is declared too large is not even read.
    if (Number(request.headers['content-length'] ?? 0) > most) return resolve({ ok: false, reason: 'too-large' });
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= most) return void parts.push(chunk);
      request.pause();
      resolve({ ok: false, reason: 'too-large' });
    });
    request.on('end', () => resolve({ ok: true, bytes: Buffer.concat(parts) }));
    request.on('error', () => resolve({ ok: false, reason: 'broken' }));
    request.on('close', () => resolve({ ok: false, reason: 'broken' }));
  });
}
