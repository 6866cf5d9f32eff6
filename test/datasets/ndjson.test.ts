import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type DataFolder, dataFolder } from './reading.js';

let folder: DataFolder;
beforeEach(async () => {
  folder = await dataFolder();
});
afterEach(() => folder.remove());

describe('rows', () => {
  test('typed cells; null and left out are missing; true is 1', async () => {
    const text = '{"id":7,"a":1.5,"b":true,"label":3}\n\n{"b":false,"label":"x","a":null,"id":"k"}\r\n{"id":null}\n';
    expect(await folder.read(text, { format: 'ndjson', schema: { features: ['a', 'b'] } })).toEqual([
      { index: 0, features: [1.5, 1], label: '3', fields: { id: 7 } },
      { index: 1, features: [null, 0], label: 'x', fields: { id: 'k' } },
      { index: 2, features: [null, null], label: null, fields: { id: null } },
    ]);
  });

  test('by default all but the label are features, wherever it stands; .jsonl and gzip too', async () => {
    const rows = [{ index: 0, features: [1, 2], label: 'x', fields: {} }];
    const text = '{"a":1,"label":"x","b":2}';
    expect(await folder.read(text, { source: 'x.jsonl' })).toEqual(rows);
    expect(await folder.read(gzipSync(text), { source: 'x.ndjson.gz' })).toEqual(rows);
  });

  test('characters of several bytes, cut by chunks', async () => {
    const text = Array.from({ length: 60_000 }, (_, i) => `{"a":${i},"label":"日本🙂é"}`).join('\n');
    const rows = await folder.read(text, { format: 'ndjson' });
    expect(rows).toHaveLength(60_000);
    expect(new Set(rows.map(({ label }) => label))).toEqual(new Set(['日本🙂é']));
  });
});

describe('refused, naming file and line', () => {
  test.each([
    [
      'text for a number',
      '{"a":1,"label":"x"}\n{"a":"1","label":"x"}',
      /^x\.ndjson: line 2: a is "1", expected a finite number/,
    ],
    ['an object for a label', '{"a":1,"label":{}}', /line 1: label is \{\}, expected a text or a number/],
    ['another column', '{"a":1,"label":"x"}\n\n{"a":1,"label":"x","b":2}', /line 3: column b, which line 1 has not/],
    ['a cut line', '{"a":1,"label":"x"}\n{"a":1,"la', /line 2: .* is no JSON, or cut off/],
    ['an array', '[1,2]', /line 1: \[1,2\], expected an object/],
    ['no label', '{"a":1}', /line 1: no column label/],
    ['nothing', '\n\n', /no object/],
  ])('%s', async (_, text, message) => {
    await expect(folder.read(text, { format: 'ndjson' })).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(message),
    });
  });

  test('a line that never ends', async () => {
    await expect(folder.read(`{"a":"${'x'.repeat(9 * 2 ** 20)}`, { format: 'ndjson' })).rejects.toThrow(
      /line 1: more than 8388608/,
    );
  });
});
