import { readFile, writeFile } from 'node:fs/promises';
import { expect } from '@jest/globals';

/** Compares with test/cli/golden/<name>; WRITE_GOLDEN=1 writes it anew, for a look at the difference in git. */
export async function expectGolden(name: string, text: string): Promise<void> {
  const path = new URL(`../golden/${name}`, import.meta.url);
  if (process.env['WRITE_GOLDEN']) await writeFile(path, `${text}\n`);
  expect(`${text}\n`).toBe(await readFile(path, 'utf8'));
}
