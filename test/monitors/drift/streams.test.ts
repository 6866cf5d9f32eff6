import { describe, expect, jest, test } from '@jest/globals';
import { seededRandom } from '../../../src/stats/sample/random.js';
import { changedWindow, readStream, type Stream, shuffled, streamFolder, windowsOf } from './streams.js';
import { type Answered, type Change, findingsIn } from './world.js';

const ROWS = 1000;
const SEED = 20261121;
const folder = streamFolder();
if (folder === null)
  process.stderr.write('SKIPPED: no real streams; say where they are with SLUICE_TEST_DATA (docs/monitors.md)\n');
jest.setTimeout(60_000);

/** Of `count` windows after one reference, those in which either monitor finds anything. */
function alarmsIn(rows: readonly Answered[], count: number): number {
  const [reference = [], ...windows] = windowsOf(rows, ROWS);
  const found = windows.slice(0, count).map((window) => findingsIn(reference, window));
  return found.filter(({ features, model }) => features.length + model.length > 0).length;
}

(folder === null ? describe.skip : describe)('real streams, a real model', () => {
  const read = new Map<Stream, Answered[]>();
  const rowsOf = (stream: Stream) => {
    const rows = read.get(stream) ?? readStream(folder ?? '', stream);
    read.set(stream, rows);
    return rows;
  };

  test('a stream without drift: the 20 windows after the reference are quiet', () => {
    expect(alarmsIn(rowsOf('sea'), 20)).toBe(0);
  });

  test.each([
    ['electricity', 48],
    ['weather', 30],
  ] as const)(
    '%s: whole days or months in any order are quiet, although rows resemble their neighbours',
    (stream, block) => {
      // Tests of independent rows find something in four of five such windows. 420 windows: docs/performance.md.
      expect(alarmsIn(shuffled(rowsOf(stream), block, seededRandom(SEED)), 15)).toBeLessThanOrEqual(1);
    },
  );

  test('electricity in its own order: the first window with prices of the second market differs, and all after it', () => {
    const [reference = [], ...windows] = windowsOf(rowsOf('electricity'), ROWS);
    // Half a year of constant prices, then the market opens (May 1997).
    const found = windows.slice(11, 17).map((window) => findingsIn(reference, window).features);
    const hasOpened = found.map((keys) => keys.includes('features:drift:vicprice'));
    expect(hasOpened).toEqual([...Array(3).fill(false), ...Array(3).fill(true)]);
  });

  test.each([
    ['sea', 'covariate', 'features:drift:attrib1'],
    ['electricity', 'covariate', 'features:drift:nswdemand'],
    ['weather', 'covariate', 'features:drift:feat_1'],
    ['sea', 'label', 'model:true-labels'],
    ['electricity', 'label', 'model:true-labels'],
    ['weather', 'label', 'model:true-labels'],
    ['sea', 'concept', 'model:concept'],
    ['weather', 'concept', 'model:concept'],
  ] as const)('%s: %s shift is found in the first window', (stream, change: Change, key) => {
    const rows = rowsOf(stream);
    const random = seededRandom(SEED);
    const reference = shuffled(rows, 1, random).slice(0, ROWS);
    const { features, model } = findingsIn(reference, changedWindow(rows, stream, change, ROWS, random));
    expect([...features, ...model]).toContain(key);
  });
});
