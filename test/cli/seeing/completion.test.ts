import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { knownNames } from '../../../src/cli/completion/known-names.js';
import { complete, type KnownNames } from '../../../src/cli/completion/words.js';
import { buildProgram } from '../../../src/cli/program.js';
import { stateInBake } from './example-rollout.js';
import { StoreApi } from './store-api.js';

const NAMES: KnownNames = {
  services: [
    { value: 'digits', meaning: 'v1 → v2, waiting' },
    { value: 'fraud', meaning: 'no rollout yet' },
    { value: 'd$(touch owned)', meaning: '' },
    { value: 'd`id`', meaning: '' },
  ],
  rollouts: [{ value: 'digits-77', meaning: 'v2, promoted' }],
};
const program = buildProgram();
/** Values only. */
async function values(line: string): Promise<string[]> {
  const words = line.split(' ').slice(1);
  return (await complete(program, words, async () => NAMES)).candidates.map(({ value }) => value);
}

test.each([
  ['sluice comp', ['completion']],
  ['sluice freeze ', ['create', 'list', 'lift', 'help']],
  ['sluice freeze cr', ['create']],
  ['sluice get ', ['digits', 'fraud']],
  ['sluice get f', ['fraud']],
  ['sluice get digits ', []],
  ['sluice history digits', ['digits', 'digits-77']],
  ['sluice dequeue fraud ', ['digits-77']],
  ['sluice list --service d', ['digits']],
  ['sluice list --needs-me --service fr', ['fraud']],
  ['sluice list --status ro', ['rolled-back']],
  ['sluice get digits -o ', ['table', 'wide', 'json', 'yaml', 'name']],
  ['sluice get --timeout 5m fr', ['fraud']],
  ['sluice get --timeout=5m fr', ['fraud']],
  ['sluice list --act', ['--active']],
  ['sluice list --active --act', []],
  ['sluice completion z', ['zsh']],
  ['sluice __', []],
  ['sluice nonsense ', []],
])('%s', async (line, expected) => {
  expect(await values(line)).toEqual(expected);
});

test('files where files are meant, and only there', async () => {
  const files = async (...words: string[]) => (await complete(program, words, async () => NAMES)).files;
  expect(await files('lint', '')).toBe(true);
  expect(await files('lint', 'a.yaml', '')).toBe(true);
  expect(await files('start', '')).toBe(true);
  expect(await files('gateway', '--config', '')).toBe(true);
  expect(await files('get', '')).toBe(false);
});

describe('names', () => {
  let api: StoreApi;
  let folder = '';
  let before: string | undefined;
  beforeAll(async () => {
    api = await StoreApi.open();
    folder = await mkdtemp(join(tmpdir(), 'sluice-names-'));
    before = process.env['SLUICE_API'];
    process.env['SLUICE_API'] = api.url;
    api.save(stateInBake({ rolloutId: 'digits-1' }));
  });
  afterAll(async () => {
    if (before === undefined) delete process.env['SLUICE_API'];
    else process.env['SLUICE_API'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  test('are asked for once for two presses, kept for the user alone, and there while the api is away', async () => {
    const env = { XDG_CACHE_HOME: folder };
    const first = await knownNames(api.url, env);
    expect(first).toMatchObject({ services: [{ value: 'digits' }], rollouts: [{ value: 'digits-1' }] });
    const { asked } = api;
    await knownNames(api.url, env);
    expect(api.asked).toBe(asked);
    const [path = ''] = (await readdir(join(folder, 'sluice'))).map((name) => join(folder, 'sluice', name));
    expect((await stat(path)).mode & 0o077).toBe(0);

    const old = { ...(JSON.parse(await readFile(path, 'utf8')) as object), at: Date.now() - 60_000 };
    await writeFile(path, JSON.stringify(old));
    await api.close();
    expect(await knownNames(api.url, env)).toMatchObject({ services: [{ value: 'digits' }] });
    expect(await knownNames('http://127.0.0.1:9', env)).toEqual({ services: [], rollouts: [] });
  });
});
