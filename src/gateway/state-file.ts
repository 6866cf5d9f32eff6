import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How state is kept. */
export type KeepState = (path: string, state: unknown) => Promise<void>;

/** Replaces a file whole: a crash leaves the old one or the new one, never half of one. */
export const keepState: KeepState = async (path, state) => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(state, null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
};

/** @returns undefined where nothing was kept yet @throws where it can't be read, or is no JSON */
export async function readState(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? undefined : JSON.parse(text);
}
