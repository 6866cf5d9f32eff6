import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Readonly<Record<string, string>>>;
const page = readFileSync('docs/decisions/007-dependencies.md', 'utf8');

test.each([
  ['dependencies', '## In production'],
  ['devDependencies', '## In development'],
])('each of %s has its purpose under %s, once', (section, title) => {
  const [, text = ''] = page.split(`${title}\n`);
  const [table = ''] = text.split('\n## ');
  const named = table
    .split('\n')
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  expect(named.sort()).toEqual(Object.keys(manifest[section] ?? {}).sort());
});
