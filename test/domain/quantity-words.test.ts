import { expect, test } from '@jest/globals';
import {
  formatBytes,
  formatCount,
  formatMs,
  formatNumber,
  formatP,
  formatQuantity,
  formatShare,
} from '../../src/domain/quantity.js';

test.each([
  [0, '0.00 %'],
  [1, '100.00 %'],
  [-0.5, '-50.00 %'],
  [0.0002, '0.02 %'],
  // What is not 0 does not read as 0.
  [0.000012345, '0.0012 %'],
  [-0.000012345, '-0.0012 %'],
])('the share %d is %s', (share, words) => {
  expect(formatShare(share)).toBe(words);
});

test.each([
  [0, '0.00 ms'],
  [-9.994, '-9.99 ms'],
  [-12.34, '-12.3 ms'],
  [1234.56, '1234.6 ms'],
])('%d milliseconds are %s', (ms, words) => {
  expect(formatMs(ms)).toBe(words);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [12_345, '12,345'],
  [123_456, '123,456'],
  [1_234_567.6, '1,234,568'],
  [-1234, '-1,234'],
  [-123_456, '-123,456'],
])('a count of %d is %s', (count, words) => {
  expect(formatCount(count)).toBe(words);
});

test('other numbers have the digits that matter', () => {
  expect([1 / 3, 1_234_567, 0, -2.5].map(formatNumber)).toEqual(['0.333333', '1234570', '0', '-2.5']);
  expect([0, 12.5, 1536, 5 * 2 ** 20].map(formatBytes)).toEqual(['0 B', '12.5 B', '1.5 KiB', '5.0 MiB']);
  expect([0.012345, 0.5, 1e-12, null].map(formatP)).toEqual(['0.012', '0.5', '1e-12', '–']);
});

test('a cell has its unit, and a dash where there is no number', () => {
  expect(
    (['share', 'ms', 'count', 'bytes', null, undefined] as const).map((unit) => formatQuantity(1500, unit)),
  ).toEqual(['150000.00 %', '1500.0 ms', '1,500', '1.5 KiB', '1500', '1500']);
  expect([formatQuantity(null, 'share'), formatQuantity(undefined, 'ms'), formatQuantity(0, 'count')]).toEqual([
    '–',
    '–',
    '0',
  ]);
});
