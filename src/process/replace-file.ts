import { open, rename, unlink } from 'node:fs/promises';
import { describeError, SluiceError } from '../domain/errors.js';

/**
 * Replaces a file whole, so that who reads it meanwhile reads the old one or the new one.
 * @param what it holds, for whoever is told that somebody else changes it
 * @param textOf makes the new text; runs while nobody else may change the file
 * @throws {SluiceError} USAGE where it is being changed by somebody else; what `textOf` throws
 */
export async function replaceFile(
  path: string,
  { mode, what }: { readonly mode: number; readonly what: string },
  textOf: () => Promise<string>,
): Promise<void> {
  const draft = `${path}.new`;
  // Nobody else may hold the draft: of two who change it at once, one change would be lost.
  const file = await open(draft, 'wx', mode).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? `is there: somebody else changes the ${what}` : describeError(error);
    throw new SluiceError('USAGE', `${draft} ${why}`, { cause: error });
  });
  try {
    await file.writeFile(await textOf());
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await unlink(draft);
    throw error;
  } finally {
    await file.close();
  }
}
