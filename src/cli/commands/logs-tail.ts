import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LONGEST_LINE_BYTES } from '../../monitors/logs/split-lines.js';
import { NO_HEAD, type Position, type Stretch } from './logs-position.js';

/** Of one delivery; far below what the api takes. */
const CHUNK_BYTES = 1024 * 1024;
const HEAD_BYTES = 256;
const NEWLINE = 0x0a;

/** A file that is open: it stays the same one, whatever its name is by now. */
export interface OpenLog {
  readonly inode: number;
  readonly handle: FileHandle;
}

/** The file of that name now; null where there is none. */
export async function openLog(path: string): Promise<OpenLog | null> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return handle === null ? null : { handle, inode: (await handle.stat()).ino };
}

/**
 * The file that a position is in: of that name, or renamed beside it by a rotation.
 * @returns null where it is nowhere; what was not read of it is lost
 */
export async function reopen(path: string, position: Position): Promise<OpenLog | null> {
  for (const name of [path, ...(await besides(path))]) {
    const inode = await inodeOf(name);
    if (inode === null || inode !== position.inode) continue;
    const log = await openLog(name);
    if (log !== null && log.inode === position.inode && (await isSame(log, position))) return log;
    await log?.handle.close();
  }
  return null;
}

/** Files whose names begin as that one's does, itself among them. */
async function besides(path: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  return names.filter((name) => name.startsWith(basename(path))).map((name) => join(dirname(path), name));
}

/** What rotations put behind a name: numbers, dates. What was packed has an ending besides. */
const ROTATED = /^[.-]\d[\d.:_T-]*$/;

/**
 * Where a log goes on that was read to its end and rotated away: in the file of its name, or, where it was rotated again since, in the one beside it
 * that was written to next.
 */
export async function nextAfter({ inode, handle }: OpenLog, path: string): Promise<string> {
  const { size, mtimeNs: endedAt } = await handle.stat({ bigint: true });
  // Of one that was never written to nobody knows what came after it.
  if (size === 0n) return path;
  const others = (await besides(path)).filter((other) => ROTATED.test(basename(other).slice(basename(path).length)));
  let next = { path, endedAt: null as bigint | null };
  for (const other of others) {
    const found = await stat(other, { bigint: true }).catch(() => null);
    if (found === null || Number(found.ino) === inode || found.mtimeNs <= endedAt) continue;
    if (next.endedAt === null || found.mtimeNs < next.endedAt) next = { path: other, endedAt: found.mtimeNs };
  }
  return next.path;
}

export async function inodeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ ino }) => ino,
    () => null,
  );
}

/** Neither cut short nor another file under an inode that was free again. */
export async function isSame({ handle }: OpenLog, { offset, head }: Position): Promise<boolean> {
  if ((await handle.stat()).size < offset) return false;
  return (await headOf(handle, head.bytes)).digest === head.digest;
}

export async function headOf(handle: FileHandle, offset: number): Promise<Position['head']> {
  const bytes = Math.min(offset, HEAD_BYTES);
  if (bytes === 0) return NO_HEAD;
  const read = await bytesOf(handle, 0, bytes);
  return { bytes, digest: createHash('sha256').update(read).digest('hex') };
}

/**
 * What is to be sent next: whole lines. A line longer than a delivery is sent by its beginning, and its rest passed over.
 * @param isLast nobody writes to the file any more: a line without an end is whole
 */
export async function nextStretch(
  { handle }: OpenLog,
  { offset, inLine }: Position,
  isLast: boolean,
): Promise<Stretch | null> {
  const bytes = await bytesOf(handle, offset, CHUNK_BYTES);
  if (bytes.length === 0) return null;
  if (inLine) {
    const end = bytes.indexOf(NEWLINE);
    const passed = end === -1 ? bytes.length : end + 1;
    return { from: offset, to: offset + passed, sent: 0, endsInLine: end === -1 };
  }
  const whole = bytes.lastIndexOf(NEWLINE) + 1;
  if (whole > 0) return { from: offset, to: offset + whole, sent: whole, endsInLine: false };
  if (bytes.length < CHUNK_BYTES)
    return isLast ? { from: offset, to: offset + bytes.length, sent: bytes.length, endsInLine: false } : null;
  // A byte more than is read of a line, so that it is counted as cut.
  return { from: offset, to: offset + bytes.length, sent: LONGEST_LINE_BYTES + 1, endsInLine: true };
}

/** At most that many bytes; fewer at the end of the file. */
export async function bytesOf(handle: FileHandle, from: number, most: number): Promise<Buffer> {
  const buffer = Buffer.alloc(most);
  let read = 0;
  while (read < most) {
    const { bytesRead } = await handle.read(buffer, read, most - read, from + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}
