import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { describeError, SluiceError } from '../../domain/errors.js';
import { datasetFault, datasetUnreachable } from '../dataset-fault.js';
import type { ByteSource } from './byte-source.js';
import { fileInFolder } from './data-dir.js';

const CHUNK = 256 * 1024;

/** A file under SLUICE_DATA_DIR. */
export function fileSource(folder: string, path: string): ByteSource {
  const opened = <T>(body: (file: FileHandle, size: number) => Promise<T>) => withFile(folder, path, body);
  return {
    name: path.replaceAll('\0', '\\0'),
    bytes: (signal) => readAll(folder, path, signal),
    size: () => opened((_, size) => Promise.resolve(size)),
    range: (start, end, signal) =>
      opened(async (file) => {
        signal?.throwIfAborted();
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(end - start), 0, end - start, start);
        if (bytesRead < end - start)
          throw datasetFault(path, `it ends at byte ${start + bytesRead}, before byte ${end}`);
        return buffer;
      }),
  };
}

async function* readAll(folder: string, path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const file = await openFile(folder, path);
  try {
    const before = await file.stat();
    for (let at = 0; ; ) {
      signal?.throwIfAborted();
      const { buffer, bytesRead } = await readChunk(file, path, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    const after = await file.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw datasetUnreachable(path, 'it changed while it was read');
  } finally {
    await file.close();
  }
}

/** A new buffer each time: whoever reads may keep it. */
async function readChunk(file: FileHandle, path: string, at: number) {
  try {
    return await file.read(Buffer.allocUnsafeSlow(CHUNK), 0, CHUNK, at);
  } catch (error) {
    throw datasetFault(path, describeError(error), error);
  }
}

async function withFile<T>(
  folder: string,
  path: string,
  body: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const file = await openFile(folder, path);
  try {
    return await body(file, (await file.stat()).size);
  } catch (error) {
    throw error instanceof SluiceError ? error : datasetFault(path, describeError(error), error);
  } finally {
    await file.close();
  }
}

async function openFile(folder: string, path: string): Promise<FileHandle> {
  const real = await fileInFolder(folder, path);
  // What was a file a moment ago must not have become a link.
  return open(real, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    throw datasetFault(path, error.code ?? 'unreadable');
  });
}
