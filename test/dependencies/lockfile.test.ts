import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { lockedPackages } from '../../scripts/dependencies/locked.js';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
const locked = lockedPackages();

test.each([...direct, ...Object.entries(manifest.overrides)])('%s has an exact version', (_, version) => {
  expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
});

test('the lockfile has the versions of package.json', () => {
  const versions = new Map(locked.map(({ path, version }) => [path, version]));
  for (const [name, version] of direct) expect([name, versions.get(`node_modules/${name}`)]).toEqual([name, version]);
});

test('everything has a hash, and nothing the address of a registry', () => {
  expect(locked.filter(({ integrity }) => !integrity?.startsWith('sha512-')).map(({ path }) => path)).toEqual([]);
  expect(locked.filter(({ resolved }) => resolved !== undefined).map(({ path }) => path)).toEqual([]);
});

/** A lockfile that was made where a platform's file could not be had fails `npm ci` on that platform. */
test('what is optional is there for every platform', () => {
  const paths = new Set(locked.map(({ path }) => path));
  const missing = locked.flatMap(({ path, optionalDependencies }) =>
    optionalDependencies.filter(
      (name) => !paths.has(`node_modules/${name}`) && !paths.has(`${path}/node_modules/${name}`),
    ),
  );
  expect(missing).toEqual([]);
});

test('no package runs a script while it is installed', () => {
  expect(readFileSync('.npmrc', 'utf8').split('\n')).toContain('ignore-scripts=true');
});
