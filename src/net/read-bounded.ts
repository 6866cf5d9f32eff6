import type { Readable } from 'node:stream';

/** @returns null where it is longer than `most` bytes; the connection is closed then */
export async function readBounded(stream: Readable, most: number): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    length += part.length;
    // Leaving the loop closes the connection.
    if (length > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
