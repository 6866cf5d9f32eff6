import { readFileSync } from 'node:fs';

/** A package that package-lock.json installs at one place. */
export interface LockedPackage {
  /** From the root: `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** As its author wrote it: an SPDX expression, as a rule. */
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  /** Whether `npm ci --omit=dev` installs it, on a machine that it is made for. */
  readonly isProduction: boolean;
  readonly optionalDependencies: readonly string[];
}

interface Entry {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** All of the lockfile, for every platform, without Sluice itself. */
export function lockedPackages(): LockedPackage[] {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Readonly<Record<string, Entry>>;
  };
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { dev, devOptional, optionalDependencies, ...entry }]) => ({
      ...entry,
      path,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      isProduction: !dev && !devOptional,
      optionalDependencies: Object.keys(optionalDependencies ?? {}),
    }));
}
