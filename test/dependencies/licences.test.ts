import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { isAllowed, licenceOf, licencesPage } from '../../scripts/dependencies/licences.js';
import { lockedPackages } from '../../scripts/dependencies/locked.js';

test('no production dependency is under a licence that is not allowed', () => {
  const production = lockedPackages().filter(({ isProduction }) => isProduction);
  expect(production.length).toBeGreaterThan(400);
  const refused = production
    .map((one) => [`${one.name}@${one.version}`, licenceOf(one)])
    .filter(([, licence]) => licence === undefined || !isAllowed(licence));
  expect(refused).toEqual([]);
});

test.each([
  ['MIT', true],
  ['Apache-2.0 AND MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['Apache-2.0 AND GPL-3.0-only', false],
  ['AGPL-3.0-only', false],
  ['SEE LICENSE IN LICENSE.md', false],
  ['UNLICENSED', false],
])('%s: %s', (expression, expected) => {
  expect(isAllowed(expression)).toBe(expected);
});

test('what the lockfile says of an installed package is what the package says', () => {
  const differing = lockedPackages().flatMap((one) => {
    const said = readLicence(one.path);
    return said === null || said === one.license ? [] : [[one.path, one.license, said]];
  });
  expect(differing).toEqual([]);
});

test('docs/licences.md is what `npm run licences` writes', () => {
  expect(readFileSync('docs/licences.md', 'utf8')).toBe(licencesPage());
});

/** @returns null where it is not installed, or in an older form than a string */
function readLicence(path: string): string | null {
  try {
    const { license } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8')) as { license?: unknown };
    return typeof license === 'string' ? license : null;
  } catch {
    return null;
  }
}
