import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly ok: true; readonly bytes: Buffer | null }
  | { readonly ok: false; readonly reason: 'too-large' | 'broken' };

/**
 * Reads a request's body whole, so that it can be sent twice (fallback, shadow). Calls back once: `bytes` is null where there is none.
 * A callback and not a promise: this runs for every request.
 */
export function readBody(request: IncomingMessage, most: number, done: (body: Body) => void): void {
  // What is declared too large is not even read.
  if (Number(request.headers['content-length'] ?? 0) > most) return done({ ok: false, reason: 'too-large' });
  let first: Buffer | null = null;
  let parts: Buffer[] | null = null;
  let bytes = 0;
  let isOver = false;
  const finish = (body: Body) => {
    if (isOver) return;
    isOver = true;
    done(body);
  };
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > most) {
      request.pause();
      return finish({ ok: false, reason: 'too-large' });
    }
    if (first === null) first = chunk;
    else (parts ??= [first]).push(chunk);
  });
  request.on('end', () => finish({ ok: true, bytes: parts === null ? first : Buffer.concat(parts) }));
  const broken = () => finish({ ok: false, reason: 'broken' });
  // Node tells of a broken request by `error` only where somebody listens; it closes in any case.
  request.on('close', broken);
}

/** The same as a promise, for what is not asked a thousand times a second. */
export function bodyOf(request: IncomingMessage, most: number): Promise<Body> {
  return new Promise((resolve) => readBody(request, most, resolve));
}
