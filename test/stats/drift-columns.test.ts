import { describe, expect, test } from '@jest/globals';
import {
  type Column,
  categoryShares,
  chiSquareOfCounts,
  chiSquareOfTable,
  columnDrift,
  countCodes,
  type DriftMethod,
  datasetDrift,
  defaultMethod,
  defaultThreshold,
  jensenShannonDistance,
  ksTest,
  normalSf,
  normedWasserstein,
  numericShares,
  populationStability,
  type Sample,
  seededRandom,
} from '../../src/stats/index.js';

/** Counts of categories against their definitions, and which of the statistics judges a column, from which value on. */

const range = (length: number, valueOf: (i: number) => number = (i) => i) =>
  Array.from({ length }, (_, i) => valueOf(i));
const tableOf = (text: string) => text.split(' / ').map((row) => row.split(' ').map(Number));

function integers(length: number, below: number, seed: number): number[] {
  const random = seededRandom(seed);
  return range(length, () => Math.floor(random() * below));
}

/** P of a chi-square above x: of one degree of freedom both tails of a normal, of two an exponential. */
const oneDf = (x: number) => expect.closeTo(2 * normalSf(Math.sqrt(x)), 12);
const twoDf = (x: number) => expect.closeTo(Math.exp(-x / 2), 12);

describe('chi-square', () => {
  test('of a table by hand; what has no counts is left out', () => {
    const { statistic, df, pValue, expected, cramersV } = chiSquareOfTable([
      [10, 0, 20],
      [0, 0, 0],
      [30, 0, 40],
    ]);
    // Expected 12, 18 of 30 and 28, 42 of 70: 4/12 + 4/18 + 4/28 + 4/42.
    expect(expected).toEqual([
      [12, 18],
      [28, 42],
    ]);
    expect(statistic).toBeCloseTo(50 / 63, 12);
    expect([df, pValue]).toEqual([1, oneDf(50 / 63)]);
    expect(cramersV).toBeCloseTo(Math.sqrt(50 / 6300), 12);
  });
  test.each([
    ['5 0 0 / 0 7 3', 1],
    ['5 0 / 0 7 / 0 3', 1],
    ['5 0 0 / 0 7 0 / 0 0 3', 2],
  ])('%s: one side says the other, V is 1', (text, smaller) => {
    const table = tableOf(text);
    const { cramersV, statistic, df } = chiSquareOfTable(table);
    expect([cramersV, statistic]).toEqual([expect.closeTo(1, 12), expect.closeTo(15 * smaller, 12)]);
    expect(df).toBe((table.length - 1) * ((table[0]?.length ?? 0) - 1));
  });
  test("Yates' correction takes half a count off, none where there is none, and of 2 x 2 tables alone", () => {
    const table = tableOf('10 20 / 30 40');
    expect(chiSquareOfTable(table, true).statistic).toBeCloseTo((50 / 63) * (1.5 / 2) ** 2, 12);
    expect(chiSquareOfTable(tableOf('10 10 / 10 11'), true)).toMatchObject({ statistic: 0, pValue: 1 });
    const wide = tableOf('1 2 3 / 4 2 5');
    expect(chiSquareOfTable(wide, true)).toEqual(chiSquareOfTable(wide));
  });
  test('what is no table is named', () => {
    expect(() => chiSquareOfTable([])).toThrow('table has no counts');
    expect(() => chiSquareOfTable(tableOf('0 0 / 0 0'))).toThrow('table has no counts');
    expect(() => chiSquareOfTable(tableOf('1 2'))).toThrow('counts in 1 rows and 2 columns');
    expect(() => chiSquareOfTable(tableOf('1 0 / 2 0'))).toThrow('counts in 2 rows and 1 columns');
    expect(() => chiSquareOfTable(tableOf('1 2 / 3 4 5'))).toThrow('row 1 has 3 columns, the first has 2');
    expect(() => chiSquareOfTable(tableOf('1 2 / 3 -1'))).toThrow('row 1 has a count of -1');
    expect(() => chiSquareOfTable(tableOf('1 0.5 / 3 1'))).toThrow('row 0 has a count of 0.5');
  });
  test('of counts by hand', () => {
    expect(chiSquareOfCounts([0, 10], [5, 5])).toEqual({ statistic: 10, df: 1, pValue: oneDf(10) });
    expect(chiSquareOfCounts([8, 4, 12, 0], [10, 6, 8, 0])).toMatchObject({ statistic: 0.4 + 4 / 6 + 2, df: 3 });
    expect(chiSquareOfCounts([8, 4, 12], [10, 6, 8])).toMatchObject({ df: 2, pValue: twoDf(0.4 + 4 / 6 + 2) });
    expect(chiSquareOfCounts([0, 5], [0, 5])).toEqual({ statistic: 0, df: 1, pValue: 1 });
    expect(() => chiSquareOfCounts([1, 2], [3])).toThrow('2 observed and 1 expected counts');
    expect(() => chiSquareOfCounts([1], [1])).toThrow('1 categories; at least 2 are needed');
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => chiSquareOfCounts([1, bad], [1, 1])).toThrow(`category 1: observed ${bad}, expected 1`);
      expect(() => chiSquareOfCounts([1, 1], [bad, 1])).toThrow(`category 0: observed 1, expected ${bad}`);
    }
  });
});

describe('codes', () => {
  test.each([1, 255, 256])('of %d categories, all bytes that there are', (categories) => {
    const codes = Uint8Array.from(integers(250_003, categories, categories));
    codes[250_002] = categories - 1;
    const counts = range(categories, () => 0);
    for (const code of codes) counts[code] = (counts[code] as number) + 1;
    expect(countCodes(codes, categories)).toEqual(counts);
    expect(countCodes(codes.subarray(0, 101), categories)).toEqual(countCodes([...codes.subarray(0, 101)], categories));
  });
  test('the first that is none is named', () => {
    expect(() => countCodes([0, 0, 10, 11], 10)).toThrow('code 10 at index 2 is not an integer in 0..9');
    expect(() => countCodes([0, -1], 10)).toThrow('code -1 at index 1');
    expect(() => countCodes([0, 9, 0.5], 10)).toThrow('code 0.5 at index 2');
    expect(() => countCodes([0, Number.NaN], 10)).toThrow('code NaN at index 1');
    for (const bad of [0, -1, 1.5, Number.NaN])
      expect(() => countCodes([], bad)).toThrow(`categories ${bad} is not an integer >= 1`);
    expect(countCodes([], 2)).toEqual([0, 0]);
  });
});

const numeric = (reference: Sample, current: Sample): Column => ({ type: 'numeric', reference, current });
const names = (reference: string, current: string): Column => ({
  type: 'categorical',
  reference: reference.split(''),
  current: current.split(''),
});

describe('a column is judged', () => {
  test('by a test up to 1000 reference rows, then by a distance; few values are categories', () => {
    const cycle = (rows: number, values: number) => range(rows, (i) => i % values);
    const method = (rows: number, values: number, alsoNow = 0) =>
      defaultMethod(numeric(cycle(rows, values), [0, alsoNow]));
    expect([2, 3, 5, 6].map((values) => method(1000, values))).toEqual(['z', 'chisquare', 'chisquare', 'ks']);
    expect([2, 5, 6].map((values) => method(1001, values))).toEqual(['jensenshannon', 'jensenshannon', 'wasserstein']);
    // Values count wherever they are.
    expect([method(1000, 2, 9), method(1000, 5, 9), method(1001, 5, 9)]).toEqual(['chisquare', 'ks', 'wasserstein']);
  });
  test('of names by what names can be judged by, however many', () => {
    expect(defaultMethod(names('ab', 'a'))).toBe('z');
    expect(defaultMethod(names('ab', 'abc'))).toBe('chisquare');
    expect(defaultMethod(names('abcdefgh', 'a'))).toBe('chisquare');
    expect(defaultMethod(names('abcdefgh'.repeat(125), 'a'))).toBe('chisquare');
    expect(defaultMethod(names('abcdefgh'.repeat(126), 'a'))).toBe('jensenshannon');
  });

  const [x, y] = [integers(200, 40, 5), integers(150, 44, 6)];
  test('by the statistic of that name', () => {
    const score = (method: DriftMethod) => columnDrift(numeric(x, y), method).score;
    expect(score('ks')).toBe(ksTest(x, y).pValue);
    expect(score('wasserstein')).toBe(normedWasserstein(x, y));
    expect(score('psi')).toBe(populationStability(numericShares(x, y)));
    expect(score('jensenshannon')).toBe(jensenShannonDistance(numericShares(x, y)));
    const shares = categoryShares(['a', 'a', 'b'], ['a', 'b', 'b', 'b']);
    expect(columnDrift(names('aab', 'abbb'), 'psi').score).toBe(populationStability(shares));
    expect(columnDrift(names('aab', 'abbb'), 'jensenshannon').score).toBe(jensenShannonDistance(shares));
  });
  test('by chi-square: current counts against the shares of the reference', () => {
    // 8, 4 and 12 of 24 where 10, 6 and 8 are expected.
    const p = twoDf(0.4 + 4 / 6 + 2);
    const [before, now] = [
      'a'.repeat(5) + 'b'.repeat(3) + 'c'.repeat(4),
      'a'.repeat(8) + 'b'.repeat(4) + 'c'.repeat(12),
    ];
    expect(columnDrift(names(before, now), 'chisquare').score).toEqual(p);
    const coded = (text: string) => range(text.length, (i) => text.charCodeAt(i));
    expect(columnDrift(numeric(coded(before), coded(now)), 'chisquare').score).toEqual(p);
    expect(columnDrift(names('aabb', 'aaaaabbb'), 'chisquare').score).toEqual(oneDf(0.5));
    expect(columnDrift(names('aa', 'aaa'), 'chisquare')).toMatchObject({ score: 1, drifted: false });
    expect(columnDrift(names('aa', 'aab'), 'chisquare')).toMatchObject({ score: 0, drifted: true });
  });
  test('by z: two shares, with their pooled variance', () => {
    // 30 of 100 and 10 of 50: pooled 4/15, z^2 = 0.01 / (44/225 * 0.03).
    const p = oneDf(0.01 / ((44 / 225) * 0.03));
    const rows = (name: string, n: number) => name.repeat(n);
    expect(columnDrift(names(rows('a', 30) + rows('b', 70), rows('b', 40) + rows('a', 10)), 'z').score).toEqual(p);
    const found = columnDrift(
      numeric(
        range(100, (i) => (i < 30 ? 5 : 7)),
        range(50, (i) => (i < 10 ? 5 : 7)),
      ),
      'z',
    );
    expect(found.score).toEqual(p);
    expect(columnDrift(names('aa', 'aaa'), 'z').score).toBe(1);
    expect(() => columnDrift(names('ab', 'abc'), 'z')).toThrow('z needs at most two categories; the column has 3');
  });
  test('alike in every kind of array', () => {
    const bare = (values: readonly number[]): Sample => Object.assign({ length: values.length }, values);
    const [few, others] = [integers(60, 2, 1), integers(50, 2, 2)];
    for (const method of ['ks', 'wasserstein', 'psi', 'jensenshannon', 'chisquare', 'z'] as const) {
      const expected = columnDrift(numeric(few, others), method);
      expect(columnDrift(numeric(bare(few), bare(others)), method)).toEqual(expected);
      expect(columnDrift(numeric(Float64Array.from(few), Uint8Array.from(others)), method)).toEqual(expected);
    }
  });
  test('with a threshold: a distance and the p of ks drift on it, the p of other tests below it', () => {
    const column = numeric(integers(90, 2, 1), integers(50, 2, 3));
    const METHODS = { ks: 0.05, wasserstein: 0.1, psi: 0.1, jensenshannon: 0.1, chisquare: 0.05, z: 0.05 } as const;
    for (const [name, usual] of Object.entries(METHODS)) {
      const method = name as DriftMethod;
      expect(defaultThreshold(method)).toBe(usual);
      const { score, threshold } = columnDrift(column, method);
      expect(threshold).toBe(usual);
      expect(score).toBeGreaterThan(0);
      const drifted = [0.99, 1, 1.01].map((part) => columnDrift(column, method, score * part).drifted);
      const isP = usual === 0.05;
      expect(drifted).toEqual([!isP, method !== 'chisquare' && method !== 'z', isP]);
    }
  });
  test('or refused, naming the side and the method', () => {
    for (const method of ['ks', 'wasserstein', 'psi', 'jensenshannon', 'chisquare', 'z'] as const) {
      expect(() => columnDrift(numeric([1, Number.NaN], [1]), method)).toThrow('reference[1] is NaN');
      expect(() => columnDrift(numeric([1], [1 / 0]), method)).toThrow('current[0] is Infinity');
      expect(() => columnDrift(numeric([], [1]), method)).toThrow('reference has 0 values');
    }
    for (const method of ['ks', 'wasserstein'] as const)
      expect(() => columnDrift(names('ab', 'ab'), method)).toThrow(`${method} needs numbers`);
    expect(() => columnDrift(names('', 'ab'))).toThrow('0 reference and 2 current values');
  });
});

test('a data set takes the method and threshold of each feature, and keeps the cause of a refusal', () => {
  const columns = { a: names('aabb', 'aaaaabbb'), b: names('aabb', 'aaaaabbb'), c: names('aabb', 'aaaabbbb') };
  const { score } = columnDrift(columns.a, 'chisquare');
  const plan = {
    methods: { a: { method: 'chisquare', threshold: score + 1e-6 }, b: { method: 'chisquare' } },
  } as const;
  expect(datasetDrift(columns, plan)).toEqual({
    columns: {
      a: { method: 'chisquare', score, threshold: score + 1e-6, drifted: true },
      b: { method: 'chisquare', score, threshold: 0.05, drifted: false },
      c: { method: 'z', score: 1, threshold: 0.05, drifted: false },
    },
    driftedCount: 1,
    driftShare: 1 / 3,
    drifted: false,
  });
  expect(datasetDrift(columns, { ...plan, driftShare: 1 / 3 }).drifted).toBe(true);
  expect(() => datasetDrift({ ...columns, d: names('', 'a') })).toThrow(
    'feature "d": 0 reference and 1 current values',
  );
});
