import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { commandsOf, linesOf, refusalOf, spansOf, unknownIn } from './command-lines.js';
import { allPages, blocksOf } from './pages.js';

const pages = allPages();
const blocks = pages.flatMap(blocksOf);
const shell = blocks.filter(({ language }) => language === 'sh');

test('every `sluice …` of an sh block would run: it exists, with these options and arguments', () => {
  const shown = shell.flatMap(commandsOf);
  expect(shown.length).toBeGreaterThan(30);
  expect(shown.flatMap(({ words, at }) => [refusalOf(words) ?? []].flat().map((why) => `${at}: ${why}`))).toEqual([]);
});

test('every `sluice …` elsewhere names a command and options that exist', () => {
  const shown = [...blocks.filter(({ language }) => language === '').flatMap(commandsOf), ...pages.flatMap(spansOf)];
  expect(shown.length).toBeGreaterThan(50);
  expect(shown.flatMap(({ words, at }) => [unknownIn(words) ?? []].flat().map((why) => `${at}: ${why}`))).toEqual([]);
});

test('npm scripts that pages name are in package.json, and files they run are there', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [
    ...pages
      .map(({ text }) => text)
      .join('\n')
      .matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g),
  ];
  const unknown = named.map(([, name = '']) => name).filter((name) => !Object.hasOwn(scripts, name));
  expect([...new Set(unknown)]).toEqual([]);
  const files = shell.flatMap(linesOf).flatMap((line) => /npx tsx (\S+)/.exec(line)?.[1] ?? []);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

test.each([
  [['lint', 'rollout.yaml'], null],
  [['start', 'rollout.yaml', '--wait', '--on-conflict', 'queue'], null],
  [['start'], /missing required argument/],
  [['start', 'rollout.yaml', '--on-conflict', 'maybe'], /Allowed choices/],
  [['aprove', 'digits'], /unknown command/],
  [['get', 'digits', '--colour'], /unknown option/],
])('%j is seen for what it is', (words, refusal) => {
  if (refusal === null) expect(refusalOf(words)).toBeNull();
  else expect(refusalOf(words)).toMatch(refusal);
});
