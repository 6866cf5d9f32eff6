import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { describeError } from '../../domain/errors.js';
import { datasetFault } from '../dataset-fault.js';

/**
 * The one way from a path in a spec to a file. Links are followed first, then the file must lie in the folder.
 * @param path relative paths start in the folder
 * @returns the real path of a regular file
 * @throws {SluiceError} DATASET_INVALID where it lies outside, is not there, or is no file
 */
export async function fileInFolder(folder: string, path: string): Promise<string> {
  if (path.includes('\0')) throw datasetFault(path.replaceAll('\0', '\\0'), 'a path holds no zero byte');
  const root = await realpath(folder).catch((error: unknown) => {
    throw datasetFault(path, `SLUICE_DATA_DIR ${folder}: ${describeError(error)}`, error);
  });
  const given = resolve(root, path);
  // Before anything is touched, so that nobody learns what lies outside.
  const written = [root, resolve(folder)].some((base) => isInside(base, given));
  if (!written) throw outside(path);
  const real = await realpath(given).catch((error: NodeJS.ErrnoException) => {
    throw datasetFault(
      path,
      error.code === 'ENOENT' ? `ENOENT: no such file under SLUICE_DATA_DIR` : (error.code ?? 'unreadable'),
    );
  });
  if (!isInside(root, real)) throw outside(path);
  if (!(await stat(real)).isFile()) throw datasetFault(path, 'it is not a regular file');
  return real;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function outside(path: string) {
  return datasetFault(path, 'it lies outside of SLUICE_DATA_DIR');
}
