import { isUtf8 } from 'node:buffer';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { describeError } from '../domain/errors.js';

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Unpacks gzip. Its first two bytes tell it from text: in UTF-8 the second can not stand there.
 * @throws {RangeError} where it is damaged or cut off; and whatever `bytes` throws
 */
export async function* unpacked(bytes: Bytes): AsyncGenerator<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  try {
    const head = await firstBytes(source);
    const all = prefixed(head, source);
    if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzipped(all);
    else yield* all;
  } finally {
    await source.return?.();
  }
}

async function* gunzipped(bytes: Bytes): AsyncGenerator<Uint8Array> {
  let fault: unknown = null;
  const stored = Readable.from(
    (async function* () {
      try {
        yield* bytes;
      } catch (error) {
        fault = error;
        throw error;
      }
    })(),
    { objectMode: false },
  );
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  pipeline(stored, gunzip, () => undefined);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    // The source says better what happened than its end does.
    if (fault !== null) throw fault;
    throw new RangeError(`its gzip is damaged or cut off (${describeError(error)})`, { cause: error });
  } finally {
    stored.destroy();
    gunzip.destroy();
  }
}

/** @throws {RangeError} naming the line that is not UTF-8 */
export async function* utf8Checked(bytes: Bytes): AsyncGenerator<Uint8Array> {
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const joined = rest.length === 0 ? asBuffer(chunk) : Buffer.concat([rest, chunk]);
    const end = completeUpTo(joined);
    const whole = joined.subarray(0, end);
    if (!isUtf8(whole)) throw new RangeError(`line ${line + linesBeforeFault(whole)}: not UTF-8`);
    line += countLines(whole);
    rest = joined.subarray(end);
    if (end > 0) yield whole;
  }
  if (rest.length > 0) throw new RangeError(`line ${line}: not UTF-8, or cut off within a character`);
}

/** @throws {RangeError} naming the limit */
export async function* atMost(bytes: Bytes, largest: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of bytes) {
    seen += chunk.length;
    if (seen > largest) throw new RangeError(`it unpacks to more than ${largest} bytes`);
    yield chunk;
  }
}

async function firstBytes(source: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await source.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* prefixed(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Where the last character that may go on in the next chunk begins; the length where there is none. */
function completeUpTo(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < needs ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function linesBeforeFault(bytes: Buffer): number {
  let line = 0;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
