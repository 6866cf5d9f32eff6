import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { endChild } from '../../src/process/child-process.js';
import { spawnSluice } from '../setup/sluice.js';
import { newKey, writeKeys } from './keys-file.js';

let folder: string;
let keys: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-codec-command-'));
  keys = join(folder, 'keys.json');
  await writeKeys(keys, 'k1', { k1: newKey() });
});
afterAll(async () => {
  await Promise.all(children.map((child) => endChild(child)));
  await rm(folder, { recursive: true, force: true });
});

let count = 0;
function codecServer(env: NodeJS.ProcessEnv, ...args: string[]) {
  count += 1;
  const logPath = join(folder, `${count}.log`);
  const child = spawnSluice(['codec-server', '--port', '0', ...args], { env, logPath });
  children.push(child);
  return { child, said: () => readFile(logPath, 'utf8') };
}

test.each([
  ['without keys', {}, [], /SLUICE_CODEC_KEYS is not set/],
  [
    'open to others without a token',
    null,
    ['--host', '0.0.0.0'],
    /0\.0\.0\.0 can be reached from elsewhere: set SLUICE_CODEC_TOKEN/,
  ],
  ['with a short token', { SLUICE_CODEC_TOKEN: 'short' }, [], /SLUICE_CODEC_TOKEN has 5 characters; at least 16/],
  ['with an origin that is none', null, ['--ui-origin', 'the-ui'], /"the-ui" is not an origin/],
])('%s: exit 2, and says why', async (name, more, args, reason) => {
  const env = name === 'without keys' ? {} : { SLUICE_CODEC_KEYS: keys, ...more };
  const { child, said } = codecServer(env, ...args);
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(await said()).toMatch(reason);
});

test('answers as a process of its own, and ends on SIGTERM with 0', async () => {
  const { child, said } = codecServer({ SLUICE_CODEC_KEYS: keys });
  let url: string | undefined;
  for (const end = performance.now() + 20_000; url === undefined; ) {
    url = /codec server listens","url":"([^"]+)/.exec(await said())?.[1];
    if (performance.now() > end) throw new Error(await said());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const body = JSON.stringify({ payloads: [{ metadata: { encoding: btoa('json/plain') }, data: btoa('1') }] });
  const answer = await fetch(`${url}/encode`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(JSON.stringify(await answer.json())).toContain(btoa('binary/encrypted'));
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
