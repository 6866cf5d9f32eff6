import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { Store } from '../../src/ports/store.js';
import { runCommand } from '../setup/sluice.js';
import { testStore } from '../setup/store.js';
import { digestOf, versionOf } from './model-fixtures.js';

const TOKEN = 'a-token-of-23-characters';
let store: Store;
let api: StartedApi;
let folder: string;
let modelServer: Server;
let served: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-models-'));
  store = await testStore();
  await store.models.register(versionOf('seed', 'v1'));
  api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
  modelServer = createServer((request, response) => {
    const digest = request.url === '/v2/models/digits' ? digestOf('weights 1') : undefined;
    response.end(JSON.stringify({ name: 'digits', versions: ['v1'], parameters: { sluice_digest: digest } }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => modelServer.once('listening', resolve));
  served = `http://127.0.0.1:${(modelServer.address() as { port: number }).port}`;
  await writeFile(join(folder, 'model.bin'), 'weights 1');
  await writeFile(join(folder, 'train.csv'), 'a,label\n1,2\n');
  await writeFile(join(folder, 'version.yaml'), DOCUMENT);
}, 120_000);
afterAll(async () => {
  modelServer?.close();
  await api?.close();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

const DOCUMENT = `
sluice: model-version/v1
model: digits
version: v1
artifact: { path: model.bin, uri: s3://models/digits/v1 }
parameters: { depth: 6, bootstrap: true }
metrics: { accuracy: 0.97 }
datasets: [{ name: digits-train, role: train, path: train.csv }]
environment: { python: 3.11.9 }
author: zoe
`;

const sluice = (...args: string[]) =>
  runCommand(['models', ...args], {
    env: { SLUICE_API: api.url, SLUICE_ADMIN_TOKEN: TOKEN, USER: 'tess' },
    cwd: '/',
  });
const json = async (...args: string[]) => JSON.parse((await sluice(...args, '-o', 'json')).stdout);

test('a version from a document and options, and all that can be asked of it', async () => {
  const file = join(folder, 'version.yaml');
  const code = ['--code', 'a'.repeat(40)];
  const first = await sluice('register', '-f', file, ...code);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^digits:v1 is mv-[0-9a-f]{16}, registered /) });
  expect((await sluice('register', '-f', file, ...code)).stdout).toBe(first.stdout);
  const shown = await json('show', 'digits:v1');
  expect(shown).toMatchObject({
    artifact: { uri: 's3://models/digits/v1', digest: digestOf('weights 1'), bytes: 9 },
    datasets: [{ name: 'digits-train', role: 'train', digest: digestOf('a,label\n1,2\n') }],
    author: 'zoe',
  });

  await writeFile(join(folder, 'model2.bin'), 'weights 2');
  const more = ['--label', 'v2', '--artifact', join(folder, 'model2.bin'), '--param', 'depth=7', '--metric', 'f1=0.9'];
  const two = await json('register', '-f', file, ...code, ...more, '--parent', 'digits:v1', '--author', 'tom');
  expect(two).toMatchObject({
    version: 'v2',
    parents: [shown.id],
    parameters: { depth: 7, bootstrap: true },
    metrics: { accuracy: 0.97, f1: 0.9 },
    author: 'tom',
    artifact: { uri: expect.stringMatching(/^file:\/\/.*model2\.bin$/), digest: digestOf('weights 2') },
  });

  expect((await sluice('diff', 'digits:v1', 'digits:v2')).stdout).toContain('  ~ depth: 6 -> 7\n');
  expect((await sluice('lineage', `digits:${two.id}`)).stdout).toMatch(new RegExp(`1 +digits:v1 +${shown.id}`));
  expect((await json('lineage', 'digits:v1', '--descendants')).relatives).toHaveLength(1);

  expect(await sluice('alias', 'digits@champion', 'v1', '--reason', 'first')).toMatchObject({
    code: 0,
    stdout: `digits@champion: nothing -> ${shown.id}\n`,
  });
  const late = await sluice('alias', 'digits@champion', 'digits:v2', '--reason', 'x', '--expect', two.id);
  expect(late).toMatchObject({ code: 4, stderr: expect.stringContaining(`points at ${shown.id}, not at ${two.id}`) });
  await sluice('alias', 'digits@champion', 'digits:v2', '--reason', 'better', '--expect', shown.id);
  expect((await sluice('alias', 'digits@champion')).stdout).toMatch(/tess +better\n.*tess +first\n$/);
  expect((await sluice('list', 'digits')).stdout).toMatch(/^VERSION .*\nv2 +mv-\w+ +champion .*\nv1 +mv-/);
  expect((await json('show', 'digits@champion')).id).toBe(two.id);
  expect((await sluice('show', 'digits:v1')).stdout).toMatch(/^version +digits:v1\n/);
}, 120_000);

test('verify: the artifact, and what a model server says', async () => {
  const artifact = { uri: 's3://models/verified/v1', digest: digestOf('weights 1'), bytes: 9 };
  await store.models.register(versionOf('verified', 'v1', { artifact }));
  const verify = (...args: string[]) => sluice('verify', 'verified:v1', ...args);
  expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('unknown: s3://') });
  expect(await verify('--strict')).toMatchObject({ code: 1 });
  expect(await verify('--artifact', join(folder, 'model.bin'))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('verified: 9 bytes'),
  });
  expect(await verify('--artifact', join(folder, 'train.csv'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`registered is ${digestOf('weights 1')}`),
  });
  expect(await verify('--server', served, '--served-as', 'digits')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('verified'),
  });
  expect(await verify('--server', served)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('does not tell its digest; it serves versions v1'),
  });
}, 120_000);

test.each<[string, string[], number, string]>([
  ['a document that lacks what no option gives', ['register', '-f', 'FOLDER/version.yaml'], 2, 'options:1:1: code'],
  ['an odd name', ['show', '../../x:v1'], 2, 'is not a version'],
  ['an alias that is none', ['alias', 'digits@latest', 'v1', '--reason', 'x'], 2, 'is not an alias'],
  ['a move without a reason', ['alias', 'digits@champion', 'v1'], 2, '--reason'],
  [
    'a version of another model',
    ['alias', 'digits@champion', 'other:v1', '--reason', 'x'],
    2,
    'not a version of model',
  ],
  ['an unknown version', ['show', 'seed:v99'], 1, 'no version v99'],
  ['a metric that is no number', ['register', '-f', 'FOLDER/version.yaml', '--metric', 'a=high'], 2, 'finite number'],
  ['a server that is none', ['verify', 'seed:v1', '--server', 'ftp://x'], 2, '--server'],
])('refuses %s', async (_, args, code, words) => {
  const result = await sluice(...args.map((arg) => arg.replace('FOLDER', folder)));
  expect(result).toMatchObject({ code, stderr: expect.stringContaining(words) });
});
