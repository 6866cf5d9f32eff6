import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allRows, type DataFolder, dataFolder } from './reading.js';

let folder: DataFolder;
beforeEach(async () => {
  folder = await dataFolder();
});
afterEach(() => folder.remove());

const sha256 = (bytes: string | Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('rows', () => {
  test('features as numbers, labels as text; BOM, quotes, blank lines and line ends are no matter', async () => {
    expect(await folder.read('\uFEFFa,b,label\r\n1,"2.5",cat\r\n\r\n -3 ,1e2,"do,g"\n+.5,-0,"two\nlines"\n')).toEqual([
      { index: 0, features: [1, 2.5], label: 'cat', fields: {} },
      { index: 1, features: [-3, 100], label: 'do,g', fields: {} },
      { index: 2, features: [0.5, -0], label: 'two\nlines', fields: {} },
    ]);
  });

  test('what is missing is null', async () => {
    expect(await folder.read('a,b,label\n1,,x\n,"",\n')).toEqual([
      { index: 0, features: [1, null], label: 'x', fields: {} },
      { index: 1, features: [null, null], label: null, fields: {} },
    ]);
  });

  test('a schema says what is what; an id keeps its zeros', async () => {
    const schema = { label: 'y', features: ['b', 'a'], ignore: ['secret'] };
    const text = 'id,y,secret,a,country,b\n007,cat,no number,1,de,2\n008,dog,,3,,4\n';
    expect(await folder.read(text, { schema })).toEqual([
      { index: 0, features: [2, 1], label: 'cat', fields: { id: '007', country: 'de' } },
      { index: 1, features: [4, 3], label: 'dog', fields: { id: '008', country: null } },
    ]);
    const dataset = await folder.open({ source: 'x.csv', schema });
    expect(dataset.columns).toEqual({ features: ['b', 'a'], label: 'y', fields: ['id', 'country'] });
  });

  test('without labels, with another delimiter, by tabs', async () => {
    const row = { index: 0, features: [1, 2], label: null, fields: {} };
    expect(await folder.read('a;b\n1;2\n', { delimiter: ';', schema: { label: null } })).toEqual([row]);
    expect(await folder.read('a\tb\n1\t2\n', { source: 'x.tsv', schema: { label: null } })).toEqual([row]);
    expect(await folder.read('a\tlabel\n1\t\n', { source: 'x.tsv' })).toEqual([{ ...row, features: [1] }]);
  });

  test('gzip, by its bytes; the digest is that of the bytes as stored', async () => {
    const packed = gzipSync('a,label\n1,x\n');
    expect(await folder.read(packed, { source: 'x.csv.gz' })).toHaveLength(1);
    expect(await folder.read(packed, { source: 'y.csv' })).toHaveLength(1);
    expect(await (await folder.open('x.csv.gz')).digest()).toBe(sha256(packed));
  });

  test.each([1, 2, 3, 5, 7, 100])('in batches of %i, from any row', async (size) => {
    const text = `a,label\n${Array.from({ length: 7 }, (_, i) => `${i},x\n`).join('')}`;
    await folder.write('x.csv', text);
    const dataset = await folder.open('x.csv');
    for (let from = 0; from <= 8; from += 1) {
      const lengths: number[] = [];
      const seen: number[] = [];
      for await (const batch of dataset.batches({ from, size })) {
        lengths.push(batch.length);
        seen.push(...batch.map(({ index, features }) => (index === features[0] ? index : -1)));
      }
      expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6].slice(from));
      expect(lengths.slice(0, -1).every((length) => length === size)).toBe(true);
    }
  });

  test('count and digest are known once all was read, and by resuming as well', async () => {
    const text = 'a,label\n1,x\n2,y\n';
    await folder.write('x.csv', text);
    const dataset = await folder.open({ source: 'x.csv', expectDigest: sha256(text) });
    expect(dataset.rows).toBeNull();
    expect(await allRows(dataset, { from: 1 })).toHaveLength(1);
    expect(dataset.rows).toBe(2);
    expect(await dataset.digest()).toBe(sha256(text));
  });

  test('a reader may stop half-way', async () => {
    await folder.write('x.csv', `a,label\n${'1,x\n'.repeat(100_000)}`);
    const dataset = await folder.open('x.csv');
    for await (const _ of dataset.batches({ size: 2 })) break;
    expect(dataset.rows).toBeNull();
  });

  test('whatever is written is read back', async () => {
    const cell = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => text.trim() === text && !text.includes('\0'));
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.option(number), cell), { minLength: 1 }), async (rows) => {
        const text = `a,label\n${rows.map(([a, label]) => `${a ?? ''},${quote(label)}`).join('\n')}`;
        const read = await folder.read(text);
        expect(read.map(({ features, label }) => [features[0], label])).toEqual(
          // Text has one zero only.
          rows.map(([a, label]) => [a === 0 ? 0 : a, label.replace(/^\uFEFF/, '\uFEFF')]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('refused, naming file and line', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['no label column', 'a,b\n1,2\n', /^x\.csv: line 1: the last column is not label/],
    ['a word for a number', 'a,label\n1,x\ntwo,y\n', /^x\.csv: line 3: a is "two", expected a finite number$/],
    ['the same with other line ends', 'a,label\r\n1,x\r\n\r\ntwo,y\r\n', /line 4: a is "two"/],
    ['and with those of old', 'a,label\r1,x\rtwo,y', /line 3: a is "two"/],
    ['NaN', 'a,label\nNaN,x\n', /line 2: a is "NaN"/],
    ['Infinity', 'a,label\n-Infinity,x\n', /line 2: a is "-Infinity"/],
    ['a hexadecimal number', 'a,label\n0x10,x\n', /line 2: a is "0x10"/],
    ['a number in full-width digits', 'a,label\n１,x\n', /line 2: a is/],
    ['a huge value, cut', `a,label\n${'y'.repeat(500)},x\n`, /line 2: a is "y{70,80}…, expected/],
    ['a short row', 'a,b,label\n1,2,x\n1,x\n', /line 3: 2 cells, expected 3/],
    ['a long row', 'a,b,label\n1,2,x,4\n', /line 2: 4 cells, expected 3/],
    ['a file cut within a row', 'a,b,label\n1,2,x\n1,2', /line 3: 2 cells, expected 3/],
    ['a quote that never ends', 'a,label\n1,x\n"1,x\n', /line \d: .*[Qq]uote/],
    ['a column twice', 'a,a,label\n1,2,x\n', /line 1: column a is there twice/],
    ['a column without a name', 'a,,label\n1,2,x\n', /line 1: column 2 of 3 has no name/],
    ['a header only', 'a,label\n', /no rows/],
    ['labels only', 'label\nx\n', /no features/],
    ['nothing', '', /line 1: no header/],
    ['Latin-1', Buffer.from('a,label\n1,x\n2,caf\xe9\n3,x\n', 'latin1'), /line 3: not UTF-8/],
    ['UTF-16', Buffer.from('\uFEFFa,label\n1,x\n', 'utf16le'), /line 1: not UTF-8/],
    ['a character cut off', Buffer.from('a,label\n1,x\n2,é').subarray(0, -1), /line 3: not UTF-8, or cut off/],
  ])('%s', async (_, text, message) => {
    await expect(folder.read(text)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(message),
    });
  });

  test('the line counts over quoted line ends and chunks', async () => {
    const many = '1,"a\nb"\n'.repeat(70_000);
    await expect(folder.read(`a,label\n${many}oops,x\n`)).rejects.toThrow(/line 140002: a is "oops"/);
    await expect(
      folder.read(Buffer.concat([Buffer.from(`a,label\n${many}`), Buffer.from([0x31, 0x2c, 0xff, 0x0a])])),
    ).rejects.toThrow(/line 140002: not UTF-8/);
  });

  test('the line is the right one after line ends of two characters within quotes', async () => {
    await expect(folder.read('a,label\r\n1,"a\r\nb\r\nc"\r\noops,x\r\n')).rejects.toThrow(/line 5: a is "oops"/);
  });

  test('a row that never ends does not fill the memory', async () => {
    await expect(folder.read(`a,label\n1,"${'x'.repeat(9 * 2 ** 20)}`)).rejects.toThrow(
      /line 2: a row of more than 8388608 bytes/,
    );
  });

  test.each([
    ['a label that is not there', { label: 'y' }, /no column y \(the label\); there are: a, b, label/],
    ['a feature that is not there', { features: ['c'] }, /no column c \(a feature\)/],
    ['an ignored one that is not there', { ignore: ['B'] }, /no column B \(to ignore\)/],
    ['a feature twice', { features: ['a', 'a'] }, /a feature is named twice/],
    ['the label as a feature', { features: ['a', 'label'] }, /column label is a feature and the label/],
    ['an ignored feature', { features: ['a'], ignore: ['a'] }, /column a is a feature and ignored/],
    ['all ignored', { ignore: ['a', 'b'] }, /no features/],
  ])('a schema with %s', async (_, schema, message) => {
    await expect(folder.read('a,b,label\n1,2,x\n', { schema })).rejects.toThrow(message);
  });

  test('gzip that is cut off or damaged', async () => {
    const packed = gzipSync(`a,label\n${Array.from({ length: 20_000 }, (_, i) => `${Math.sin(i)},x\n`).join('')}`);
    for (const bytes of [packed.subarray(0, -10), packed.subarray(0, packed.length / 2)])
      await expect(folder.read(bytes, { source: 'x.csv.gz' })).rejects.toMatchObject({
        code: 'DATASET_INVALID',
        message: expect.stringMatching(/^x\.csv\.gz: its gzip is damaged or cut off/),
      });
    // What it unpacks to may make no sense before its sum is seen to be wrong.
    await expect(folder.read(flipped(packed), { source: 'x.csv.gz' })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
    });
  });

  test('other bytes than expected, naming both digests', async () => {
    const text = 'a,label\n1,x\n';
    const expected = sha256('other');
    await expect(folder.read(text, { expectDigest: expected })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: `x.csv: its digest is ${sha256(text)}, expected ${expected}`,
    });
  });

  test('an ending that says no format', async () => {
    await expect(folder.read('a', { source: 'x.dat' })).rejects.toThrow(/^x\.dat: its ending "dat" says no format/);
    expect(await folder.read('a,label\n1,x\n', { source: 'x.dat', format: 'csv' })).toHaveLength(1);
    await expect(folder.read('{}', { format: 'ndjson', delimiter: ';' })).rejects.toThrow(/a delimiter is for CSV/);
  });
});

function flipped(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[bytes.length >> 1]! ^= 0xff;
  return damaged;
}
