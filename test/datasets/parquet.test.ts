import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { allRows, type DataFolder, dataFolder } from './reading.js';

// fixtures/make_parquet.py wrote them: rows 0..9 in groups of 4, 4 and 2, each column with another codec.
const fixture = (name: string) => readFile(join(import.meta.dirname, 'fixtures', name));
const FEATURES = { features: ['a', 'b', 'c', 'flag', 'f', 'price'] };

let folder: DataFolder;
beforeEach(async () => {
  folder = await dataFolder();
  await folder.write('mixed.parquet', await fixture('mixed.parquet'));
  await folder.write('odd.parquet', await fixture('odd.parquet'));
});
afterEach(() => folder.remove());

describe('rows', () => {
  test('of every codec and type; null and NaN are missing', async () => {
    const dataset = await folder.open({ source: 'mixed.parquet', schema: FEATURES });
    expect(dataset.rows).toBe(10);
    expect(dataset.columns).toEqual({ ...FEATURES, label: 'label', fields: ['id', 'when', 'country'] });
    const rows = await allRows(dataset, { size: 3 });
    expect(rows.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rows[0]).toEqual({
      index: 0,
      features: [0, 0, 0, 1, 0.5, 0.25],
      label: '0',
      fields: { id: '000', when: '2025-01-01T00:00:00.000Z', country: 'de' },
    });
    expect(rows.map(({ features }) => features[0])).toEqual([0, 0.25, 0.5, null, 1, null, 1.5, 1.75, 2, 2.25]);
    expect(rows[9]?.features.slice(1)).toEqual([81, 2 ** 60 + 9, 0, 9.5, 9.25]);
    expect(rows.map(({ label }) => label)).toEqual(['0', '1', '2', '0', '1', '2', '0', null, '2', '0']);
  });

  test('an integer that no number holds is text among the fields', async () => {
    const schema = { features: ['b'], ignore: ['when'] };
    const rows = await allRows(await folder.open({ source: 'mixed.parquet', schema }));
    expect(rows[9]?.fields).toMatchObject({ c: '1152921504606846985', flag: 'false', price: 9.25 });
    expect(rows[8]?.fields).toMatchObject({ c: 8, flag: 'true' });
  });

  test.each([0, 1, 3, 4, 5, 7, 8, 9, 10, 11])('from row %i', async (from) => {
    const dataset = await folder.open({ source: 'mixed.parquet', schema: FEATURES });
    const rows = await allRows(dataset, { from, size: 2 });
    expect(rows).toEqual((await allRows(dataset)).slice(from));
  });

  test('the digest is that of the file, and is checked before the first row', async () => {
    const expectDigest = `sha256:${createHash('sha256')
      .update(await fixture('mixed.parquet'))
      .digest('hex')}`;
    const dataset = await folder.open({ source: 'mixed.parquet', schema: FEATURES, expectDigest });
    expect(await allRows(dataset)).toHaveLength(10);
    expect(await dataset.digest()).toBe(expectDigest);
    const other = await folder.open({ source: 'odd.parquet', schema: { ignore: ['tags'] }, expectDigest });
    await expect(other.batches()[Symbol.asyncIterator]().next()).rejects.toThrow(expectDigest);
  });
});

describe('refused', () => {
  test.each([
    [
      'a text as a feature',
      'mixed.parquet',
      undefined,
      /^mixed\.parquet: column id is BYTE_ARRAY \(STRING\), expected numbers/,
    ],
    [
      'a time as a feature',
      'mixed.parquet',
      { features: ['when'] },
      /column when is INT64 \(TIMESTAMP\), expected numbers/,
    ],
    ['a list', 'odd.parquet', undefined, /column tags is nested/],
    ['a list among the fields', 'odd.parquet', { features: ['x'] }, /column tags is nested/],
    [
      'an infinity',
      'odd.parquet',
      { ignore: ['tags'] },
      /^odd\.parquet: row group 1, row 0: x is Infinity, expected a finite number$/,
    ],
    [
      'a column that is not there',
      'odd.parquet',
      { features: ['y'] },
      /no column y \(a feature\); there are: x, tags, label/,
    ],
  ])('%s', async (_, source, schema, message) => {
    const read = async () => allRows(await folder.open({ source, ...(schema && { schema }) }));
    await expect(read()).rejects.toMatchObject({ code: 'DATASET_INVALID', message: expect.stringMatching(message) });
  });

  test('a row group that would fill the memory', async () => {
    await folder.write('bomb.parquet', await fixture('bomb.parquet'));
    await expect(folder.open('bomb.parquet')).rejects.toThrow(
      'bomb.parquet: row group 0 takes 320000000 bytes unpacked, at most 268435456; write smaller row groups',
    );
  });

  test('a file cut anywhere', async () => {
    const bytes = await fixture('mixed.parquet');
    for (const length of [0, 3, 11, 12, 500, bytes.length - 1]) {
      await folder.write('cut.parquet', bytes.subarray(0, length));
      await expect(folder.open('cut.parquet')).rejects.toThrow(
        /cut\.parquet: no PAR1 at its end, byte \d+: no Parquet, or cut off/,
      );
    }
  });

  test('a damaged file, at any byte, with an error that names it or with rows', async () => {
    const bytes = await fixture('mixed.parquet');
    let refused = 0;
    for (let at = 4; at < bytes.length; at += 97) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0xff;
      await folder.write('damaged.parquet', damaged);
      const read = async () => allRows(await folder.open({ source: 'damaged.parquet', schema: FEATURES }));
      const error: unknown = await read().then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null) continue;
      refused += 1;
      expect(error).toMatchObject({ code: 'DATASET_INVALID', message: expect.stringMatching(/^damaged\.parquet: /) });
    }
    expect(refused).toBeGreaterThan(10);
  });

  test('a footer that is longer than the file', async () => {
    const bytes = Buffer.from(await fixture('mixed.parquet'));
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 8);
    await folder.write('long.parquet', bytes);
    await expect(folder.open('long.parquet')).rejects.toThrow(/long\.parquet: a footer of 2147483647 bytes/);
  });
});
