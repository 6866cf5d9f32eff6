import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ExtendedSources, extensions } from './extended-sources.js';

const run = promisify(execFile);
const all = extensions();
const MOST_LINES = 40;

test('there is an example of each', () => {
  expect(all.map(({ title }) => title)).toEqual(['A metric', 'A check', 'A traffic driver', 'A phase']);
});

test.each(all.map(({ title, lines }) => [title, lines] as const))('%s takes %d lines', (_, lines) => {
  expect(lines).toBeGreaterThan(0);
  expect(lines).toBeLessThan(MOST_LINES);
});

describe('with all of them', () => {
  let sources: ExtendedSources;
  beforeAll(async () => {
    sources = await ExtendedSources.with(...all.map(({ title }) => title));
  });
  afterAll(() => sources?.remove());

  test('the compiler finds no other place that has to know', async () => {
    const config = { extends: './tsconfig.json', include: ['src', 'workflows', 'activities'] };
    await writeFile(join(sources.folder, 'tsconfig.extended.json'), JSON.stringify(config));
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.extended.json'], {
      cwd: sources.folder,
    });
  });

  test('the sources are formatted as all others', async () => {
    await run('node_modules/.bin/biome', ['check', '--vcs-enabled=false', 'src', 'workflows'], { cwd: sources.folder });
  });
});
