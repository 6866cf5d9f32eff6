import { describe, expect, test } from '@jest/globals';
import { condition } from '../../src/domain/spec/condition.js';
import { isVersionRange } from '../../src/domain/spec/version-range.js';
import { placesOf } from './spec-places.js';

const places = (when: unknown) => placesOf(condition, { when });
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i]));

describe('a condition', () => {
  test('is empty, a record, or any of several', () => {
    expect([placesOf(condition, {}), places({ a: 1 }), places([{ a: 1 }, { b: [true, 'x'] }])]).toEqual([[], [], []]);
  });

  test('has 1 to 50 attributes', () => {
    expect(places(many(50))).toEqual([]);
    expect(places(many(51))).not.toEqual([]);
    expect(places({})).not.toEqual([]);
    expect(places([{ a: 1 }, {}])).not.toEqual([]);
    expect(places([])).not.toEqual([]);
  });

  test('has one operator at least in a test', () => {
    expect(places({ a: { exists: false } })).toEqual([]);
    expect(places({ a: {} })).not.toEqual([]);
  });

  test('has no attribute that would be left out without a word', () => {
    const words = (text: string) => JSON.stringify(condition.safeParse(JSON.parse(text)).error?.issues ?? []);
    expect(words('{ "when": { "a": 1, "__proto__": 2 } }')).toContain('__proto__');
    expect(words('{ "when": [{ "a": 1 }, { "a": 1, "__proto__": 2 }] }')).toContain('__proto__');
    expect(words('{ "when": { "constructor": 1 } }')).toBe('[]');
    for (const none of [null, 'x', 7]) expect(places(none)).not.toEqual([]);
  });
});

describe('a range of versions', () => {
  test.each([
    '*',
    'x',
    '1',
    'v1.2.3',
    '=1.2.3',
    '>=2.1.0 <3',
    '>=2.1.0   <3',
    ' >=2.1.0 ',
    '^1.4 || 2.x',
    '^1.4||2.x',
    '~1.2.3-rc.1',
    '1.2.3-rc.1.x-y',
    '1.2 - 2.3.4',
    '1.0.0 - 2.0.0 || >3',
    '1.x.x',
    '1.x.*',
    '0.0.0',
    '999999999999999.0.0',
  ])('%s is one', (text) => {
    expect(isVersionRange(text)).toBe(true);
    expect(places({ a: { semver: text } })).toEqual([]);
  });

  test.each([
    '',
    ' ',
    'newest',
    '1.2.3.4',
    '01.2.3',
    '1.02.3',
    '1.2.3-01',
    '1.2.3-',
    '>= 2.1.0',
    '=>1',
    '<>1',
    '1 -2',
    '1- 2',
    '>1 - 2',
    '1.x.3',
    '1 |2',
    '1 || ',
    '|| 1',
    '1 || newest',
    'newest || 1',
    '>=1 newest',
    'newest <2',
    '1.2.3+build',
    '9999999999999999.0.0',
    'vv1',
    '1..2',
    '1.',
  ])('%j is none', (text) => {
    expect(isVersionRange(text)).toBe(false);
  });
});
