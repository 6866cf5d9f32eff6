import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import { flags as flagsSchema } from '../../src/domain/spec/flags.js';
import { readContext } from '../../src/routing/evaluation-context.js';
import { evaluate, evaluateAll } from '../../src/routing/flag-evaluation.js';
import { compileFlags } from '../../src/routing/flag-set.js';

type Written = Record<string, Partial<z.input<typeof flagsSchema>[string]>>;
const NOON = Date.parse('2026-11-21T12:00:00Z');
const onOff = { variants: { on: true, off: false }, off: 'off', default: 'off' };

const setOf = (written: Written) =>
  compileFlags(
    flagsSchema.parse(Object.fromEntries(Object.entries(written).map(([key, flag]) => [key, { ...onOff, ...flag }]))),
  );
const serve = (written: Written, key: string, context: object = {}, at = NOON) =>
  evaluate(setOf(written), key, readContext(context), at);

function messages(written: Written): string {
  const result = flagsSchema.safeParse(
    Object.fromEntries(Object.entries(written).map(([key, flag]) => [key, { ...onOff, ...flag }])),
  );
  return result.success
    ? ''
    : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n');
}

describe('what is served, and why', () => {
  test.each<[string, Written[string], object, object]>([
    ['a default that nothing can change', {}, {}, { value: false, variant: 'off', reason: 'STATIC' }],
    ['the kill switch', { enabled: false, default: 'on' }, {}, { variant: 'off', reason: 'DISABLED' }],
    ['a unit', { units: { on: ['ann'] } }, { targetingKey: 'ann' }, { variant: 'on', reason: 'TARGETING_MATCH' }],
    ['another unit', { units: { on: ['ann'] } }, { targetingKey: 'bob' }, { variant: 'off', reason: 'DEFAULT' }],
    [
      'the first rule that matches',
      {
        rules: [
          { name: 'french', when: { 'user.country': 'fr' }, serve: 'off' },
          { name: 'euro', when: { 'user.country': ['fr', 'de'] }, serve: 'on' },
        ],
      },
      { user: { country: 'de' } },
      { variant: 'on', reason: 'TARGETING_MATCH', metadata: { revision: 0, rule: 'euro' } },
    ],
    [
      'a rule for units',
      { rules: [{ name: 'staff', when: { targetingKey: { endsWith: '@example.com' } }, serve: 'on' }] },
      { targetingKey: 'ann@example.com' },
      { variant: 'on' },
    ],
    [
      'hours',
      { rules: [{ name: 'day', during: { from: '08:00', to: '18:00', zone: 'Europe/Berlin' }, serve: 'on' }] },
      {},
      { variant: 'on', metadata: { revision: 0, rule: 'day' } },
    ],
    ['a split', { default: { on: 100, off: 0 } }, { targetingKey: 'ann' }, { variant: 'on', reason: 'SPLIT' }],
    ['a split needs a unit', { default: { on: 100 } }, {}, { errorCode: 'TARGETING_KEY_MISSING' }],
    ['an empty unit is none', { default: { on: 100 } }, { targetingKey: '' }, { errorCode: 'TARGETING_KEY_MISSING' }],
    ['the revision', { revision: 7 }, {}, { metadata: { revision: 7 } }],
  ])('%s', (_, flag, context, expected) => {
    expect(serve({ f: flag }, 'f', context)).toMatchObject({ key: 'f', ...expected });
  });

  test('an unknown flag, and names of prototypes', () => {
    for (const key of ['nothing', '__proto__', 'constructor', 'toString'])
      expect(serve({ f: {} }, key)).toMatchObject({ key, errorCode: 'FLAG_NOT_FOUND' });
    expect(serve({ constructor: {} }, 'constructor')).toMatchObject({ variant: 'off' });
  });

  test('prerequisites must serve what is asked of them', () => {
    const needs = { default: 'on', prerequisites: [{ flag: 'base', variant: 'on' }] };
    expect(serve({ f: needs, base: { default: 'on' } }, 'f')).toMatchObject({ variant: 'on', reason: 'DEFAULT' });
    expect(serve({ f: needs, base: {} }, 'f')).toMatchObject({
      variant: 'off',
      reason: 'DISABLED',
      metadata: { prerequisite: 'base' },
    });
    expect(serve({ f: needs, base: { default: { on: 50, off: 50 } } }, 'f')).toMatchObject({
      key: 'f',
      errorCode: 'TARGETING_KEY_MISSING',
    });
  });

  test('prerequisites that are shared layer after layer are worked out once', () => {
    const layers = Array.from({ length: 40 }, (_, i) => ({
      [`a${i}`]: { default: 'on', prerequisites: i === 0 ? [] : both(i - 1) },
      [`b${i}`]: { default: 'on', prerequisites: i === 0 ? [] : both(i - 1) },
    }));
    expect(serve(Object.assign({}, ...layers), 'a39')).toMatchObject({ variant: 'on' });
  });

  function both(i: number) {
    return ['a', 'b'].map((name) => ({ flag: `${name}${i}`, variant: 'on' }));
  }
});

describe('splits', () => {
  const units = Array.from({ length: 4000 }, (_, i) => `unit-${i}`);
  const served = (written: Written, key: string) => {
    const set = setOf(written);
    return units.map((unit) => {
      const evaluation = evaluate(set, key, readContext({ targetingKey: unit }), NOON);
      return 'variant' in evaluation ? evaluation.variant : '';
    });
  };
  const abc = { variants: { a: 'A', b: 'B', c: 'C' }, off: 'a' };

  test('shares are met, and a unit stays where it is', () => {
    const split = { f: { ...abc, default: { a: 10, b: 30.5, c: 59.5 } } };
    const all = served(split, 'f');
    expect(all).toEqual(served(split, 'f'));
    const share = (variant: string) => all.filter((v) => v === variant).length / all.length;
    expect(share('a')).toBeCloseTo(0.1, 1);
    expect(share('b')).toBeCloseTo(0.305, 1);
    expect(share('c')).toBeCloseTo(0.595, 1);
  });

  test('raising the first share only adds units to it', () => {
    const at = (on: number) => served({ f: { default: { on, off: 100 - on } } }, 'f');
    const [low, high] = [at(10), at(25)];
    low.forEach((variant, i) => variant === 'on' && expect(high[i]).toBe('on'));
  });

  test('flags are independent, unless they share a salt', () => {
    const half = { default: { on: 50, off: 50 } };
    const [f, g] = [served({ f: half }, 'f'), served({ g: half }, 'g')];
    expect(f.filter((variant, i) => variant === g[i]).length / units.length).toBeCloseTo(0.5, 1);
    expect(served({ f: { ...half, salt: 's' } }, 'f')).toEqual(served({ g: { ...half, salt: 's' } }, 'g'));
  });

  test('whatever the shares, somebody gets one of the variants with a share', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.string({ minLength: 1 }), (x, y, unit) => {
        const [low, high] = [Math.min(x, y), Math.max(x, y)];
        const shares = { a: low / 100, b: (high - low) / 100, c: (10_000 - high) / 100 };
        const evaluation = serve({ f: { ...abc, default: shares } }, 'f', { targetingKey: unit });
        expect(shares[(evaluation as unknown as { variant: 'a' }).variant]).toBeGreaterThan(0);
      }),
    );
  });
});

describe('contexts', () => {
  test('nested names have dots, lists keep what is a text, and null is not there', () => {
    const { unit, attributes } = readContext({
      targetingKey: 'ann',
      user: { plan: 'gold', team: { id: 3 } },
      tags: ['a', 1, null, { x: 1 }],
      since: new Date(0),
      none: null,
    });
    expect(unit).toBe('ann');
    expect(Object.fromEntries(attributes)).toEqual({
      targetingKey: 'ann',
      'user.plan': 'gold',
      'user.team.id': 3,
      tags: ['a', '1'],
      since: '1970-01-01T00:00:00.000Z',
    });
  });

  const nested = (depth: number): object => (depth === 1 ? { a: 1 } : { a: nested(depth - 1) });
  const wide = (size: number) => Object.fromEntries(Array.from({ length: size }, (_, i) => [`a${i}`, i]));
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a unit of 1024 characters', { targetingKey: 'x'.repeat(1024) }],
    ['eight objects in each other', nested(8)],
    ['500 attributes', wide(500)],
  ])('%s is read', (_, raw) => {
    expect(readContext(raw).attributes).toBeInstanceOf(Map);
  });
  test.each<[string, unknown]>([
    ['a text', 'ann'],
    ['a list', ['ann']],
    ['a unit that is a number', { targetingKey: 7 }],
    ['a unit of 1025 characters', { targetingKey: 'x'.repeat(1025) }],
    ['nine objects in each other', nested(9)],
    ['501 attributes', wide(501)],
  ])('%s is refused', (_, raw) => {
    expect(() => readContext(raw)).toThrow(expect.objectContaining({ name: 'InvalidContext' }));
  });
  test('a date that is none is an empty text, and a unit of null is none', () => {
    const { unit, attributes } = readContext({ targetingKey: null, since: new Date(Number.NaN) });
    expect([unit, attributes.get('since'), attributes.size]).toEqual([null, '', 1]);
  });

  test('a prototype is neither read nor changed', () => {
    const { unit, attributes } = readContext(JSON.parse('{"__proto__":{"targetingKey":"x","polluted":true}}'));
    expect(unit).toBeNull();
    expect(attributes.get('__proto__.polluted')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('whatever it is, it is read or refused, and every flag answers', () => {
    const set = setOf({
      f: { default: { on: 50, off: 50 }, rules: [{ name: 'r', when: { a: { atLeast: 1 } }, serve: 'on' }] },
      g: { prerequisites: [{ flag: 'f', variant: 'on' }] },
    });
    fc.assert(
      fc.property(fc.anything({ withDate: true }), fc.double(), (raw, at) => {
        try {
          const context = readContext(raw);
          expect(evaluateAll(set, context, at)).toHaveLength(2);
        } catch (error) {
          expect((error as Error).name).toBe('InvalidContext');
        }
      }),
      { numRuns: 1000 },
    );
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => readContext(circle)).toThrow('nested more than 8 deep');
  });
});

describe('what the schema refuses', () => {
  test.each<[string, Written, string]>([
    [
      'variants of two kinds',
      { f: { variants: { on: true, off: 'no' } } },
      'variants are of one kind, not boolean and string',
    ],
    ['an unknown default', { f: { default: 'x' } }, 'f.default: x is not among the variants on, off'],
    ['an unknown off', { f: { off: 'x' } }, 'f.off: x is not'],
    ['an unknown variant of a rule', { f: { rules: [{ name: 'r', serve: { x: 100 } }] } }, 'f.rules.0.serve: x is not'],
    ['a split that does not add up', { f: { default: { on: 10, off: 80 } } }, 'f.default: '],
    ['a split finer than a hundredth', { f: { default: { on: 10.001, off: 89.999 } } }, 'f.default: '],
    ['a unit given twice', { f: { units: { on: ['u'], off: ['u'] } } }, 'unit u is given twice'],
    [
      'an unknown prerequisite',
      { f: { prerequisites: [{ flag: 'g', variant: 'on' }] } },
      'f needs g, and there is no such flag',
    ],
    [
      'an unknown variant of a prerequisite',
      { f: { prerequisites: [{ flag: 'g', variant: 'x' }] }, g: {} },
      'f needs g to serve x',
    ],
    [
      'a circle',
      {
        f: { prerequisites: [{ flag: 'g', variant: 'on' }] },
        g: { prerequisites: [{ flag: 'h', variant: 'on' }] },
        h: { prerequisites: [{ flag: 'g', variant: 'on' }] },
      },
      'prerequisites run in a circle: g -> h -> g',
    ],
    ['itself', { f: { prerequisites: [{ flag: 'f', variant: 'on' }] } }, 'prerequisites run in a circle: f -> f'],
    ['a key', { 'F F': {} }, 'F F: '],
    ['a list for a variant', { f: { variants: { on: [] as never } } }, 'f.variants.on: '],
  ])('%s', (_, written, expected) => {
    expect(messages(written)).toContain(expected);
  });
});
