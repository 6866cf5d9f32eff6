import { describe, expect, test } from '@jest/globals';
import { parseDuration } from '../../src/domain/duration.js';
import { duration } from '../../src/domain/spec/duration.js';
import { placesOf } from './spec-places.js';

test.each([
  ['1ms', 1],
  ['2s', 2000],
  ['3m', 180_000],
  ['4h', 14_400_000],
  ['5d', 432_000_000],
  ['0.5s', 500],
  ['0s', 0],
])('%s are %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['1', 's', '1 s', '1S', '.5s', '1.s', '+1s', '1s ', '1m30s', '1e3s'])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
  expect(placesOf(duration, text)).not.toEqual([]);
});

describe('a duration of a spec', () => {
  test('is whole milliseconds, and never shorter than was written', () => {
    expect(['30s', '0.1ms', '1.5ms', '0.0001s', '366d'].map((text) => duration.parse(text))).toEqual([
      30_000,
      1,
      2,
      1,
      366 * 86_400_000,
    ]);
  });

  test('is above nothing, and no longer than a year', () => {
    for (const text of ['0s', '0.0ms', '367d', '366.001d', '8785h']) {
      const { error } = duration.safeParse(text);
      expect(error?.issues).toMatchObject([{ path: [], message: expect.stringContaining(text) }]);
    }
  });

  test('that is missing is said to be, and one that is no text is not', () => {
    const words = (value: unknown) => duration.safeParse(value).error?.issues[0]?.message;
    expect(words(undefined)).toMatch(/^is missing: expected/);
    expect([words(30), words(null)]).toEqual(Array(2).fill(expect.stringMatching(/^expected/)));
  });
});
