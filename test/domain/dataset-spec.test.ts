import { describe, expect, test } from '@jest/globals';
import { dataset, datasetOptions } from '../../src/domain/spec/dataset.js';
import { modulePathFault } from '../../src/domain/spec/module-path.js';
import { customCheck } from '../../src/domain/spec/validation/custom-check.js';
import { placesOf } from './spec-places.js';

describe('where a data set lies', () => {
  test.each([
    'data/a.csv',
    './a.csv',
    'a..b/c.csv',
    '..a.csv',
    '/data/a.csv',
    'http://a.example/x.csv',
    'HTTPS://a.example/x.csv?version=2',
    's3://bucket/key/of/a.parquet',
    's3://a.b-c/x',
  ])('%s', (source) => {
    expect([placesOf(dataset, source), placesOf(dataset, { source })]).toEqual([[], []]);
  });

  test.each([
    ['nothing', ''],
    ['what leads out', '../a.csv'],
    ['what leads out at once', '..'],
    ['what leads out by a detour', '././/../a.csv'],
    ['a bucket alone', 's3://bucket'],
    ['a bucket and no key', 's3://bucket/'],
    ['no bucket', 's3:///key'],
    ['a bucket in capitals', 's3://Bucket/key'],
    ['another scheme', 'ftp://a.example/x.csv'],
    ['a file of the worker', 'file:///etc/passwd'],
    ['a URL that is none', 'http://'],
    ['a user', 'https://ann@a.example/x.csv'],
    ['a password', 'https://:secret@a.example/x.csv'],
    ['a signed URL of Amazon', 'https://a.example/x.csv?X-Amz-Algorithm=x&X-Amz-Signature=1'],
    ['a signed URL of Google', 'https://a.example/x.csv?X-Goog-Signature=1'],
    ['a signed URL of Azure', 'https://a.example/x.csv?sp=r&sig=1'],
    ['a token', 'https://a.example/x.csv?token=1'],
  ])('not %s', (_, source) => {
    expect(placesOf(dataset, { source })).toEqual(['source']);
    expect(placesOf(dataset, source)).toHaveLength(1);
  });

  test('what is only like a signature is none', () => {
    for (const query of ['?design=1', '?x=token', '?tokens=1', '?a=1#sig=1'])
      expect(placesOf(dataset, `https://a.example/x.csv${query}`)).toEqual([]);
  });

  test('a secret is not repeated', () => {
    for (const source of ['https://a:planted@a.example/x', 'https://a.example/x?sig=planted'])
      expect(dataset.safeParse({ source }).error?.message).not.toContain('planted');
  });

  test('may be all that is said of it', () => {
    expect(datasetOptions('a.csv')).toEqual({ source: 'a.csv' });
    const options = { source: 'a.csv', delimiter: ';' };
    expect(datasetOptions(options)).toBe(options);
  });
});

describe('a module', () => {
  test.each([
    'check.js',
    'checks/mine.mjs',
    'a/b/c.ts',
    './check.js',
    'a..b/c.js',
    'checks\\mine.js',
    'my.check.js',
    'é.js',
  ])('%s', (path) => {
    expect(modulePathFault(path)).toBeNull();
  });

  test.each([
    ['an absolute path', '/check.js'],
    ['an absolute path of Windows', '\\check.js'],
    ['a drive', 'C:\\check.js'],
    ['a drive without a slash', 'c:check.js'],
    ['what leads upwards', '../check.js'],
    ['what leads upwards within', 'a/../check.js'],
    ['what leads upwards as Windows writes it', 'a\\..\\check.js'],
    ['what others have installed', 'node_modules/x/check.js'],
    ['what others have installed below', 'a/node_modules/check.js'],
    ['a line break', 'a\n.js'],
    ['a NUL', 'check.js\0'],
    ['another kind of file', 'check.py'],
    ['a kind in capitals', 'check.JS'],
    ['no kind', 'check'],
    ['no name', '.js'],
    ['no name in a folder', 'a/.mjs'],
    ['more after it', 'check.js.txt'],
    ['a name without a dot', 'checkjs'],
  ])('not %s', (_, path) => {
    expect(modulePathFault(path)).toEqual(expect.any(String));
  });

  test('or a URL is what a check of one’s own has, and not both', () => {
    const check = (given: object) => placesOf(customCheck, { metric: 'custom', name: 'mine', ...given });
    const [module, url] = ['a.js', 'https://a.example/'];
    expect([check({ module }), check({ url }), check({}), check({ module, url })]).toEqual([[], [], [''], ['']]);
    expect(check({ module: '../a.js' })).toEqual(['module']);
  });
});
