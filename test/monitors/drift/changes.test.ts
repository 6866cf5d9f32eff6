import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../../src/stats/sample/random.js';
import { type Answered, type Change, drawWindow, findingsIn, rowsOf, type World } from './world.js';

const ROWS = 1000;
const SEED = 20261121;

/** What is found in the first window after a change, against a reference from before it. */
function firstWindow(world: World, rows: readonly Answered[], change: Change) {
  const random = seededRandom(SEED);
  const reference = drawWindow(rows, world, 'none', ROWS, random);
  return findingsIn(reference, drawWindow(rows, world, change, ROWS, random));
}

/** 100 quiet windows in all; those of digits, with 64 features, take four times as long. */
describe.each([
  ['digits', 32],
  ['tumours', 68],
] as const)('real data, a real model: %s', (world, windows) => {
  const rows = rowsOf(world);

  test('covariate shift is found in the first window, as a change of the inputs and not of their answers', () => {
    const { features, model } = firstWindow(world, rows, 'covariate');
    expect(features.some((key) => key.startsWith('features:drift:'))).toBe(true);
    expect(model).not.toContain('model:concept');
  });

  test('label shift is found in the first window', () => {
    const { model } = firstWindow(world, rows, 'label');
    expect(model).toEqual(expect.arrayContaining(['model:predicted-labels', 'model:true-labels']));
  });

  test('concept drift is found in the first window, and the inputs are said to be as ever', () => {
    const { features, model } = firstWindow(world, rows, 'concept');
    expect(model).toEqual(expect.arrayContaining(['model:concept', 'model:accuracy']));
    expect(features).toEqual([]);
  });

  test(`${windows} quiet windows: no more false alarms than one in a thousand, give or take`, () => {
    const alarms = [0, 1, 2, 3].flatMap((reference) => {
      const random = seededRandom(SEED - 1 - reference);
      const before = drawWindow(rows, world, 'none', ROWS, random);
      return Array.from({ length: windows / 4 }, () =>
        findingsIn(before, drawWindow(rows, world, 'none', ROWS, random)),
      );
    });
    expect(alarms).toHaveLength(windows);
    // 0.1 alarms at most are expected of each monitor in all 100; two or more have a chance of 0.5 %. 2,000 windows: docs/performance.md.
    for (const monitor of ['features', 'model'] as const)
      expect(alarms.filter((found) => found[monitor].length > 0).length).toBeLessThanOrEqual(1);
  });
});
