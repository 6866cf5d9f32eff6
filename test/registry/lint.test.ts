import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { lint } from '../../src/cli/commands/lint.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-lint-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function linted(document: string) {
  const file = join(folder, 'version.yaml');
  await writeFile(file, document);
  const said: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
  try {
    await lint([file], { output: 'text' });
  } finally {
    write.mockRestore();
  }
  const code = process.exitCode;
  process.exitCode = undefined;
  return { code, said: said.join('').replaceAll(`${folder}/`, '') };
}

test('a model version, also one that gets its commit when it is registered', async () => {
  const document = 'sluice: model-version/v1\nmodel: digits\nversion: v2\nartifact: { path: model.bin }\n';
  expect(await linted(document)).toEqual({ code: undefined, said: 'version.yaml: ok\n' });
});

test('what is wrong is named with its place', async () => {
  const { code, said } = await linted('sluice: model-version/v1\nmodel: Digits\nmetrik: { f1: 1 }\n');
  expect(code).toBe(2);
  expect(said).toContain('version.yaml:2:8: model: expected 1 to 63 lower-case letters');
  expect(said).toContain('version.yaml:3:1: unknown key metrik');
});
