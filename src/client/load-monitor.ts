import { readFile } from 'node:fs/promises';
import { describeError, SluiceError } from '../domain/errors.js';
import { type MonitorSpec, monitorSpec } from '../domain/spec/monitors/index.js';
import { readDocument } from '../yaml/read-document.js';

/** @throws {DocumentError} with line and column; {SluiceError} USAGE when the file can't be read */
export async function loadMonitor(path: string): Promise<MonitorSpec> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SluiceError('USAGE', `${path}: ${describeError(error)}`, { cause: error });
  });
  return readDocument(text, monitorSpec, path);
}
