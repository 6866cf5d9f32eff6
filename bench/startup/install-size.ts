import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockedPackages } from '../../scripts/dependencies/locked.js';

export interface InstalledPackage {
  readonly name: string;
  readonly bytes: number;
}

/** What `npm ci --omit=dev` installs on this machine. Several copies of a package are one row. */
export function productionPackages(): InstalledPackage[] {
  const sizes = new Map<string, number>();
  for (const { name, path, isProduction } of lockedPackages())
    if (isProduction && existsSync(path)) sizes.set(name, (sizes.get(name) ?? 0) + bytesOf(path));
  return [...sizes].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** Of its files; packages within it are counted by themselves. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum;
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? bytesOf(path) : lstatSync(path).size);
  }, 0);
}
