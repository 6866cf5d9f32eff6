import { describe, expect, test } from '@jest/globals';
import { flags } from '../../src/domain/spec/flags.js';
import { placesOf } from './spec-places.js';

const ON_OFF = { variants: { on: true, off: false }, off: 'off', default: 'off' };
const one = (given: object) => placesOf(flags, { f: { ...ON_OFF, ...given } }).map((place) => place.replace('f.', ''));

test('what is left out', () => {
  expect(flags.parse({ f: ON_OFF })).toEqual({
    f: { ...ON_OFF, revision: 0, enabled: true, prerequisites: [], units: {}, rules: [] },
  });
});

describe('variants', () => {
  const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`v${i}`, i]));
  const variants = (count: number) => one({ variants: named(count), off: 'v0', default: 'v0' });

  test('are 1 to 50', () => {
    expect([variants(1), variants(50), variants(51)]).toEqual([[], [], ['variants']]);
    expect(one({ variants: {} })).toContain('variants');
  });

  test('are of one kind', () => {
    for (const [on, off] of [
      [true, false],
      ['a', 'b'],
      [1, 2],
      [{ a: 1 }, { b: [null] }],
    ])
      expect(one({ variants: { on, off } })).toEqual([]);
    for (const [on, off] of [
      [true, 'a'],
      ['a', 1],
      [1, { a: 1 }],
      [{}, false],
    ])
      expect(one({ variants: { on, off } })).toEqual(['variants']);
  });

  test('that are objects are of 16,384 characters of JSON at most', () => {
    const object = (length: number) => ({ a: 'x'.repeat(length - '{"a":""}'.length) });
    expect(one({ variants: { on: object(16_384), off: {} } })).toEqual([]);
    expect(one({ variants: { on: object(16_385), off: {} } })).not.toEqual([]);
  });

  test('are what is served, wherever', () => {
    const rules = (serve: unknown) => [
      { name: 'a', serve: 'on' },
      { name: 'b', serve },
    ];
    expect(one({ default: 'on', units: { on: ['u'] }, rules: rules({ on: 40, off: 60 }) })).toEqual([]);
    expect(one({ off: 'x' })).toEqual(['off']);
    expect(one({ default: 'x' })).toEqual(['default']);
    expect(one({ default: { on: 50, x: 50 } })).toEqual(['default']);
    expect(one({ default: { on: 50, x: 25, y: 25 } })).toHaveLength(2);
    expect(one({ units: { x: ['u'] } })).toEqual(['units']);
    expect(one({ rules: rules('x') })).toEqual(['rules.1.serve']);
    expect(one({ rules: rules({ on: 50, x: 50 }) })).toEqual(['rules.1.serve']);
    expect(one({ rules: rules({ y: 50, x: 50 }) })).toEqual(['rules.1.serve', 'rules.1.serve']);
  });
});

describe('a split', () => {
  test.each([
    [{ on: 100 }],
    [{ on: 0, off: 100 }],
    [{ on: 33.33, off: 66.67 }],
    [{ on: 0.1, off: 99.9 }],
    [{ on: 16.1, off: 83.9 }],
    // In doubles 18.1 and 81.9 hundredfold are a little more than 10,000.
    [{ on: 18.1, off: 81.9 }],
  ])('%j adds up', (split) => {
    expect(one({ default: split })).toEqual([]);
  });

  test.each([[{ on: 50 }], [{ on: 50, off: 50.01 }], [{ on: 50, off: 49.99 }], [{ on: 33.333, off: 66.667 }], [{}]])(
    '%j does not',
    (split) => {
      expect(one({ default: split })).not.toEqual([]);
    },
  );
});

test('units and rules are named once', () => {
  expect(one({ units: { on: ['a', 'b'], off: ['c'] } })).toEqual([]);
  expect(one({ units: { on: ['a', 'b'], off: ['a'] } })).toEqual(['units']);
  expect(one({ units: { on: ['a', 'a', 'a'], off: ['b', 'b'] } })).toEqual(['units', 'units']);
  const rules = (...names: string[]) => names.map((name) => ({ name, serve: 'on' }));
  expect([one({ rules: rules('a', 'b') }), one({ rules: rules('a', 'b', 'a') })]).toEqual([[], ['rules']]);
});

describe('what flags need of each other', () => {
  const needs = (...others: (string | [string, string])[]) => ({
    ...ON_OFF,
    prerequisites: others.map((other) =>
      typeof other === 'string' ? { flag: other, variant: 'on' } : { flag: other[0], variant: other[1] },
    ),
  });
  const messages = (all: object) => flags.safeParse(all).error?.issues.map(({ message }) => message) ?? [];

  test('is there, and can be served', () => {
    expect(placesOf(flags, { a: needs('b', ['c', 'off']), b: needs('c'), c: needs() })).toEqual([]);
    expect(placesOf(flags, { a: needs('b', 'x', ['b', 'y']), b: needs() })).toEqual([
      'a.prerequisites.1',
      'a.prerequisites.2',
    ]);
    expect(placesOf(flags, { a: needs(['b', 'toString']), b: needs() })).toEqual(['a.prerequisites.0']);
  });

  test('does not lead back to where it began', () => {
    const circle = { a: needs('b', 'c'), b: needs(), c: needs('d'), d: needs('e', 'b'), e: needs('c') };
    expect(placesOf(flags, circle)).toEqual(['c.prerequisites']);
    expect(messages(circle)).toEqual([expect.stringMatching(/: c -> d -> e -> c$/)]);
    expect(messages({ a: needs(), b: needs('b') })).toEqual([expect.stringMatching(/: b -> b$/)]);
  });

  test('may be needed by several', () => {
    expect(
      placesOf(flags, { a: needs('b', 'c'), b: needs('d'), c: needs('d'), d: needs(), e: needs('a', 'd') }),
    ).toEqual([]);
  });

  test('is among 1,000 flags at most', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, ON_OFF]));
    expect([placesOf(flags, many(1000)), placesOf(flags, many(1001))]).toEqual([[], ['']]);
  });
});
