import { describe, expect, test } from '@jest/globals';
import {
  harrellDavis,
  pickRanks,
  quantileInterval,
  quantiles,
  seededRandom,
  summarise,
} from '../../src/stats/index.js';

describe.each([4095, 4096, 4097, 5000])('of %d values', (n) => {
  const random = seededRandom(n);
  const values = Float64Array.from({ length: n }, () => (random() - 0.5) * 10 ** Math.floor(12 * random() - 6));
  const order = values.toSorted();

  test('each rank is that of the sorted sample, negative or not, in any order and asked twice', () => {
    const ranks = [n - 1, 0, 7, 7, Math.floor(n / 2), n - 2, 1, Math.floor(n / 3)];
    const pick = pickRanks(values, ranks);
    expect(ranks.map(pick)).toEqual(ranks.map((rank) => order[rank]));
    const list = Array.from(values);
    expect(ranks.map(pickRanks(list, ranks))).toEqual(ranks.map((rank) => order[rank]));
    expect(list).toEqual(Array.from(values));
  });
  test('quantiles lie between ranks', () => {
    const [least, median, most] = quantiles(values, [0, 0.5, 1]);
    const middle = (order[Math.floor((n - 1) / 2)] as number) / 2 + (order[Math.ceil((n - 1) / 2)] as number) / 2;
    expect([least, most]).toEqual([order[0], order[n - 1]]);
    expect(median).toBeCloseTo(middle, 12);
  });
});

test('a quantile outside 0..1 is none', () => {
  for (const q of [-0.1, 1.1, Number.NaN])
    expect(() => quantiles([1, 2], [q])).toThrow(`quantile ${q} is outside 0..1`);
  for (const q of [0, 1]) {
    expect(() => harrellDavis([1, 2], q)).toThrow(`quantile ${q} is not between 0 and 1`);
    expect(() => quantileInterval([1, 2], q)).toThrow(`quantile ${q} is not between 0 and 1`);
  }
  expect(() => quantileInterval([1, 2], 0.5, 1)).toThrow('confidence 1 is not between 0 and 1');
});

test('an interval of the median has the ranks that the binomial law gives, and its confidence', () => {
  // Of ten values: P(2 <= X <= 8) of 10 coins is 0.979 with the ends, 0.891 without one more on each side.
  const ten = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
  expect(quantileInterval(ten, 0.5)).toEqual([2, 9]);
  expect(quantileInterval(ten, 0.5, 0.5)).toEqual([4, 7]);
  expect(quantileInterval(ten, 0.01)).toEqual([1, 2]);
  expect(summarise(ten)).toMatchObject({ n: 10, mean: 5.5, min: 1, max: 10, median: 5.5, skew: 0 });
});
