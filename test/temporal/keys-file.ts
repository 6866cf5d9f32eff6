import { randomBytes } from 'node:crypto';
import { chmod, rename, writeFile } from 'node:fs/promises';

export const newKey = (): string => randomBytes(32).toString('base64');

/** Writes a file of keys as an operator would: whole, private, and in one step. */
export async function writeKeys(
  path: string,
  active: string,
  keys: Record<string, string>,
  mode = 0o600,
): Promise<void> {
  const fresh = `${path}.new`;
  await writeFile(fresh, JSON.stringify({ active, keys }), { mode });
  await chmod(fresh, mode);
  await rename(fresh, path);
}
