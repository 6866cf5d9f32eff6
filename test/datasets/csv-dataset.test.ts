import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readCsvDataset } from '../../src/datasets/csv-dataset.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-csv-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const read = async (text: string) => {
  await writeFile(join(folder, 'x.csv'), text);
  return readCsvDataset('x.csv', folder);
};

test('features as numbers, labels as text; BOM, quotes and blank lines are no matter', async () => {
  expect(await read('\uFEFFa,b,label\n1,"2.5",cat\n\n-3,1e2,"do,g"\n')).toEqual({
    rows: [
      [1, 2.5],
      [-3, 100],
    ],
    labels: ['cat', 'do,g'],
  });
});

test.each([
  ['no label column', 'a,b\n1,2\n', /x\.csv: line 1: the last column is not label/],
  ['a word for a number', 'a,label\n1,x\ntwo,y\n', /x\.csv: line 3: a is "two", not a finite number/],
  ['NaN', 'a,label\nNaN,x\n', /line 2: a is "NaN"/],
  ['an empty cell', 'a,label\n,x\n', /line 2: a is ""/],
  ['a short row', 'a,b,label\n1,2,x\n1,x\n', /line 3/],
  ['a quote that never ends', 'a,label\n"1,x\n', /[Qq]uote/],
  ['a header only', 'a,label\n', /no rows/],
  ['nothing', '', /line 1: the last column is not label/],
])('%s is refused, naming file and line', async (_, text, message) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'DATASET_INVALID', message: expect.stringMatching(message) });
});

test('a file that is not there is named', async () => {
  await expect(readCsvDataset('gone.csv', folder)).rejects.toMatchObject({
    code: 'DATASET_INVALID',
    message: expect.stringMatching(/gone\.csv: ENOENT/),
  });
});
