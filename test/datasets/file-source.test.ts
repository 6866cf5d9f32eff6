import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { allRows, type DataFolder, dataFolder } from './reading.js';

const TEXT = 'a,label\n1,x\n';
let folder: DataFolder;
let elsewhere: DataFolder;
beforeEach(async () => {
  folder = await dataFolder();
  elsewhere = await dataFolder();
  await elsewhere.write('secret.csv', TEXT);
  await folder.write('x.csv', TEXT);
});
afterEach(() => Promise.all([folder.remove(), elsewhere.remove()]));

describe('inside of the folder', () => {
  test('by relative and absolute path, through folders and links that stay inside', async () => {
    await mkdir(join(folder.path, 'deep'));
    await folder.write('deep/y.csv', TEXT);
    await symlink('deep', join(folder.path, 'link'));
    await symlink('../x.csv', join(folder.path, 'deep/up.csv'));
    await mkdir(join(folder.path, '..data'));
    await folder.write('..data/z.csv', TEXT);
    for (const path of [
      'x.csv',
      './x.csv',
      'deep/../x.csv',
      join(folder.path, 'x.csv'),
      'link/y.csv',
      'deep/up.csv',
      '..data/z.csv',
    ])
      expect(await allRows(await folder.open(path))).toHaveLength(1);
  });
});

describe('outside of it is refused', () => {
  test('by path', async () => {
    const out = `../${elsewhere.path.split('/').at(-1)}/secret.csv`;
    for (const path of [out, `deep/../${out}`, join(elsewhere.path, 'secret.csv'), '/etc/passwd', '..', '.', '/'])
      await expect(folder.open({ source: path, format: 'csv' })).rejects.toMatchObject({
        code: 'DATASET_INVALID',
        message: `${path}: it lies outside of SLUICE_DATA_DIR`,
      });
  });

  test('by link, of a file and of a folder', async () => {
    await symlink(join(elsewhere.path, 'secret.csv'), join(folder.path, 'a.csv'));
    await symlink(elsewhere.path, join(folder.path, 'b'));
    await symlink('b/secret.csv', join(folder.path, 'c.csv'));
    for (const path of ['a.csv', 'b/secret.csv', 'c.csv'])
      await expect(folder.open(path)).rejects.toThrow(`${path}: it lies outside of SLUICE_DATA_DIR`);
  });

  test('a folder whose name begins alike', async () => {
    await expect(folder.open(`${folder.path}-more/x.csv`)).rejects.toThrow(/outside/);
  });
});

test('what is no file, is not there or has a zero byte is named', async () => {
  await mkdir(join(folder.path, 'd.csv'));
  execFileSync('mkfifo', [join(folder.path, 'pipe.csv')]);
  await expect(folder.open('d.csv')).rejects.toThrow('d.csv: it is not a regular file');
  await expect(folder.open('pipe.csv')).rejects.toThrow('pipe.csv: it is not a regular file');
  await expect(folder.open('gone.csv')).rejects.toMatchObject({
    code: 'DATASET_INVALID',
    message: 'gone.csv: ENOENT: no such file under SLUICE_DATA_DIR',
  });
  await expect(folder.open('x\0.csv')).rejects.toThrow(/zero byte/);
  await expect(folder.open('ftp://x/y.csv')).rejects.toThrow(/scheme is ftp/);
  await expect(folder.open('file:///etc/passwd')).rejects.toThrow(/scheme is file/);
});

test('a file that grows while it is read', async () => {
  const path = join(folder.path, 'grows.csv');
  await writeFile(path, `a,label\n${'1,x\n'.repeat(150_000)}`);
  const dataset = await folder.open('grows.csv');
  const read = async () => {
    for await (const [first] of dataset.batches({ size: 1000 }))
      if (first?.index === 1000) await appendFile(path, '2,y\n');
  };
  await expect(read()).rejects.toMatchObject({ code: 'DATASET_UNREACHABLE' });
});

test('a file that changes between two passes', async () => {
  const dataset = await folder.open('x.csv');
  await allRows(dataset);
  await folder.write('x.csv', 'a,label\n2,x\n');
  await expect(allRows(dataset)).rejects.toThrow('x.csv: it changed between two passes');
});

test('reading ends when it is called off', async () => {
  await folder.write('long.csv', `a,label\n${'1,x\n'.repeat(150_000)}`);
  const dataset = await folder.open('long.csv');
  const off = new AbortController();
  const read = async () => {
    for await (const _ of dataset.batches({ signal: off.signal })) off.abort();
  };
  await expect(read()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});
