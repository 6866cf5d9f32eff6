import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const text = readFileSync('docs/security.md', 'utf8');

interface Claim {
  readonly name: string;
  /** File and name of each test. */
  readonly tests: readonly (readonly [string, string])[];
}

/** Rows such as: | S1 | what | `test/x.test.ts` "a name", "another"; `test/y.test.ts` "a third" | */
const claims: Claim[] = [...text.matchAll(/^\| (S\d+) \|.*\| (.*) \|$/gm)].map(([, name = '', held = '']) => ({
  name,
  tests: [...held.matchAll(/`(test\/[^`]+)`((?:,? "[^"]+")+)/g)].flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/"([^"]+)"/g)].map(([, one = '']) => [file, one] as const),
  ),
}));

test('claims are numbered without a gap, and those that are named elsewhere are there', () => {
  const names = claims.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(20);
  expect(names).toEqual(names.map((_, i) => `S${i + 1}`));
  expect([...text.matchAll(/\bS\d+\b/g)].map(([name]) => name).filter((name) => !names.includes(name))).toEqual([]);
});

test.each(claims.map((claim) => [claim.name, claim] as const))('%s is held by tests that there are', (_, { tests }) => {
  expect(tests).not.toEqual([]);
  const missing = tests.filter(
    ([file, name]) => !existsSync(file) || !readFileSync(file, 'utf8').includes(`'${name}'`),
  );
  expect(missing).toEqual([]);
});

test('every test of this folder holds a claim', () => {
  const named = new Set(claims.flatMap(({ tests }) => tests.map(([, name]) => name)));
  const files = readdirSync('test/security').filter((file) => file !== 'claims.test.ts');
  const names = files.flatMap((file) =>
    [...readFileSync(`test/security/${file}`, 'utf8').matchAll(/(?:\btest\(|\)\()\s*'([^']+)'/g)].map(
      ([, name = '']) => name,
    ),
  );
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !named.has(name))).toEqual([]);
});
