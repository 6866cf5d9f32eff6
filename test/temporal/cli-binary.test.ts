import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cliCacheFolder, findTemporalCli } from '../../src/temporal/cli-binary.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const program = async (place: string): Promise<string> => {
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'temporal'), '#!/bin/sh\n');
  await chmod(join(place, 'temporal'), 0o755);
  return join(place, 'temporal');
};
const quiet = () => undefined;
const fails = (name: string) => ({ name, make: () => Promise.reject(new Error(`${name} is not to be had`)) });

describe('the Temporal CLI is found in this order', () => {
  test('TEMPORAL_CLI_PATH, PATH, the cache folder, then whatever makes one', async () => {
    const cache = { XDG_CACHE_HOME: join(folder, 'cache') };
    const made = { name: 'maker', make: async () => 'made' };
    expect(await findTemporalCli(quiet, cache, [fails('first'), made])).toBe('made');
    const cached = await program(cliCacheFolder(cache));
    expect(await findTemporalCli(quiet, cache, [made])).toBe(cached);
    const onPath = await program(join(folder, 'bin'));
    const env = { ...cache, PATH: `${join(folder, 'nothing')}:${join(folder, 'bin')}` };
    expect(await findTemporalCli(quiet, env, [made])).toBe(onPath);
    const named = await program(join(folder, 'named'));
    expect(await findTemporalCli(quiet, { ...env, TEMPORAL_CLI_PATH: named }, [made])).toBe(named);
  });

  test('a path that is named and wrong is an error, not a reason to look elsewhere', async () => {
    await program(join(folder, 'bin'));
    const env = { PATH: join(folder, 'bin'), TEMPORAL_CLI_PATH: folder };
    await expect(findTemporalCli(quiet, env, [])).rejects.toMatchObject({
      code: 'TEMPORAL_CLI_MISSING',
      message: expect.stringContaining(`TEMPORAL_CLI_PATH=${folder}: no executable file is there`),
    });
  });

  test('a failure says what was tried, and what to do', async () => {
    const env = { XDG_CACHE_HOME: folder, PATH: '' };
    const error = await findTemporalCli(quiet, env, [fails('download'), fails('go install')]).catch((e: unknown) => e);
    for (const words of [
      'PATH: no temporal',
      'download is not to be had',
      'go install is not to be had',
      'TEMPORAL_ADDRESS',
    ])
      expect((error as Error).message).toContain(words);
  });

  test('of a program that failed, what it said last', async () => {
    const make = () => Promise.reject(new Error('Command failed: go install x\ngo: downloading y\ngo: no such host\n'));
    const error = await findTemporalCli(quiet, { XDG_CACHE_HOME: folder, PATH: '' }, [{ name: 'go', make }]).catch(
      String,
    );
    expect(error).toContain('  - go: Command failed: go install x: go: no such host\n');
  });

  test('an empty XDG_CACHE_HOME is none', () => {
    expect(cliCacheFolder({ XDG_CACHE_HOME: '' })).toBe(cliCacheFolder({}));
  });
});
