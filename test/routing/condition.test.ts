import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import type { AttributeValue } from '../../src/domain/condition.js';
import { type Condition, condition } from '../../src/domain/spec/condition.js';
import { isVersionRange } from '../../src/domain/spec/version-range.js';
import { compileCondition } from '../../src/routing/condition.js';

const NOON = Date.parse('2026-11-21T12:00:00Z');

function holds(written: unknown, attributes: Record<string, AttributeValue>, at: number | string = NOON): boolean {
  const moment = typeof at === 'string' ? Date.parse(at) : at;
  return compileCondition(condition.parse(written))(new Map(Object.entries(attributes)), moment);
}
const one = (test: unknown, value: AttributeValue) => holds({ when: { a: test } }, { a: value });

describe('tests of one attribute', () => {
  test.each<[string, unknown, AttributeValue, boolean]>([
    ['equal text', 'de', 'de', true],
    ['other text', 'de', 'DE', false],
    ['equal number', 3, 3, true],
    ['a number as text', 3, '3.0', true],
    ['a text is not a number', '3', 3, false],
    ['a truth value as text', true, 'true', true],
    ['one of', ['de', 'at'], 'at', true],
    ['none of', ['de', 'at'], 'fr', false],
    ['in', { in: ['de', 1] }, '1', true],
    ['not', { not: 'de' }, 'fr', true],
    ['not, refused', { not: 'de' }, 'de', false],
    ['notIn', { notIn: ['de', 'at'] }, 'at', false],
    ['startsWith', { startsWith: ['x', 'ab'] }, 'abc', true],
    ['startsWith, within', { startsWith: 'b' }, 'abc', false],
    ['endsWith, within', { endsWith: 'b' }, 'abc', false],
    ['contains, elsewhere', { contains: 'd' }, 'abc', false],
    ['endsWith', { endsWith: '@example.com' }, 'a@example.com', true],
    ['contains', { contains: 'b' }, 'abc', true],
    ['contains is of texts', { contains: '1' }, 11, false],
    ['lessThan', { lessThan: 3 }, 3, false],
    ['atMost', { atMost: 3 }, 3, true],
    ['greaterThan', { greaterThan: 3 }, '3', false],
    ['greaterThan, above', { greaterThan: 3 }, '3.01', true],
    ['atMost, above', { atMost: 3 }, 3.01, false],
    ['atLeast, below', { atLeast: 3 }, 2.99, false],
    ['a signed number', { atMost: -3 }, '-3.', true],
    ['a fraction without a whole', { atLeast: 0.5 }, '+.5', true],
    ['a number of 64 characters', { atLeast: 3 }, `3.${'0'.repeat(62)}`, true],
    ['a number of 65 characters', { atLeast: 3 }, `3.${'0'.repeat(63)}`, false],
    ['atLeast', { atLeast: 3 }, '3e0', true],
    ['a number in part', { atLeast: 3 }, '30 days', false],
    ['an empty text is not 0', { atMost: 3 }, '', false],
    ['nor is a truth value', { atMost: 3 }, true, false],
    ['hexadecimal is none', { atLeast: 3 }, '0x10', false],
    ['infinity is none', { atLeast: 3 }, '1e999', false],
    ['between', { atLeast: 3, lessThan: 5 }, 4, true],
    ['between, above', { atLeast: 3, lessThan: 5 }, 5, false],
    ['before', { before: '2026-01-01T00:00:00Z' }, '2025-12-31', true],
    ['before, in another zone', { before: '2026-01-01T00:00:00Z' }, '2026-01-01T00:30:00+01:00', true],
    ['before is exclusive', { before: '2026-01-01T00:00:00Z' }, '2026-01-01', false],
    ['after', { after: '2026-01-01T00:00:00Z' }, '2026-01-01T00:00:00.001Z', true],
    ['after is exclusive', { after: '2026-01-01T00:00:00Z' }, '2026-01-01', false],
    ['a time without a zone', { after: '2026-01-01T00:00:00Z' }, '2027-01-01T00:00:00', false],
    ['an impossible date', { after: '2026-01-01T00:00:00Z' }, '2027-13-01', false],
    ['semver', { semver: '>=2.1.0 <3 || 4.x' }, '4.2.0', true],
    ['semver, outside', { semver: '^2.1' }, '3.0.0', false],
    ['semver, before a release', { semver: '>=2.0.0' }, '3.0.0-beta', false],
    ['semver of no version', { semver: '*' }, 'latest', false],
    ['exists', { exists: true }, '', true],
    ['exists, not wanted', { exists: false }, '', false],
    ['any element', 'b', ['a', 'b'], true],
    ['no element', 'c', ['a', 'b'], false],
    ['one element for all operators', { atLeast: 3, atMost: 5 }, ['1', '9'], false],
    ['no refused element', { notIn: ['b'] }, ['a', 'c'], true],
    ['a refused element', { not: 'b' }, ['a', 'b'], false],
    ['an empty list', { exists: true }, [], true],
    ['an empty list equals nothing', 'a', [], false],
  ])('%s', (_, test, value, expected) => {
    expect(one(test, value)).toBe(expected);
  });

  test.each<[unknown, boolean]>([
    ['de', false],
    [{ exists: true }, false],
    [{ exists: false }, true],
    [{ not: 'de' }, true],
    [{ notIn: ['de'] }, true],
    [{ not: 'de', startsWith: 'd' }, false],
    [{ semver: '*' }, false],
    [{ exists: false, not: 'de' }, true],
  ])('%j of a missing attribute: %s', (test, expected) => {
    expect(holds({ when: { a: test } }, {})).toBe(expected);
  });

  test('inside one record all must match, of a list any record', () => {
    const when = [{ country: 'de', tier: 'gold' }, { country: 'fr' }];
    expect(holds({ when }, { country: 'de', tier: 'gold' })).toBe(true);
    expect(holds({ when }, { country: 'de' })).toBe(false);
    expect(holds({ when }, { country: 'fr' })).toBe(true);
    expect(holds({}, {})).toBe(true);
  });

  test('names of prototypes are names like any other', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(holds({ when: { [name]: { exists: true } } }, {})).toBe(false);
      expect(compileCondition(condition.parse({ when: { [name]: 'x' } }))(new Map([[name, 'x']]), NOON)).toBe(true);
    }
    for (const text of [
      '{"when":{"__proto__":"x"}}',
      '{"when":{"a":"b","__proto__":"x"}}',
      '{"when":[{"a":"b","__proto__":"x"}]}',
    ])
      expect(condition.safeParse(JSON.parse(text)).success).toBe(false);
  });
});

describe('hours and days', () => {
  const berlin = { zone: 'Europe/Berlin' };
  test.each<[string, Condition['during'], string, boolean]>([
    ['from is inclusive', { ...berlin, from: '08:00', to: '18:00' }, '2026-01-05T07:00:00Z', true],
    ['a minute before', { ...berlin, from: '08:00', to: '18:00' }, '2026-01-05T06:59:59.999Z', false],
    ['to is exclusive', { ...berlin, from: '08:00', to: '18:00' }, '2026-01-05T17:00:00Z', false],
    ['summer time', { ...berlin, from: '08:00', to: '18:00' }, '2026-07-06T06:00:00Z', true],
    // 29 March 2026: 02:00 becomes 03:00 in Berlin, at 01:00 UTC.
    ['before the hour that is left out', { ...berlin, from: '01:30', to: '02:30' }, '2026-03-29T00:59:00Z', true],
    ['after the hour that is left out', { ...berlin, from: '01:30', to: '02:30' }, '2026-03-29T01:00:00Z', false],
    ['in the left-out hour nothing begins', { ...berlin, from: '02:00', to: '03:00' }, '2026-03-29T01:00:00Z', false],
    // 25 October 2026: 03:00 becomes 02:00, at 01:00 UTC; the hour from 02:00 comes twice.
    ['the first time', { ...berlin, from: '02:00', to: '03:00' }, '2026-10-25T00:30:00Z', true],
    ['the second time', { ...berlin, from: '02:00', to: '03:00' }, '2026-10-25T01:30:00Z', true],
    ['and over', { ...berlin, from: '02:00', to: '03:00' }, '2026-10-25T02:00:00Z', false],
    // 8 March and 1 November 2026 in New York.
    ['New York, spring', { zone: 'America/New_York', from: '03:00', to: '04:00' }, '2026-03-08T07:00:00Z', true],
    [
      'New York, the hour before',
      { zone: 'America/New_York', from: '01:00', to: '02:00' },
      '2026-03-08T06:59:00Z',
      true,
    ],
    ['New York, autumn, first', { zone: 'America/New_York', from: '01:00', to: '02:00' }, '2026-11-01T05:30:00Z', true],
    [
      'New York, autumn, second',
      { zone: 'America/New_York', from: '01:00', to: '02:00' },
      '2026-11-01T06:30:00Z',
      true,
    ],
    ['over midnight, evening', { ...berlin, from: '22:00', to: '06:00', days: ['fri'] }, '2026-01-09T21:30:00Z', true],
    [
      'over midnight, the morning after',
      { ...berlin, from: '22:00', to: '06:00', days: ['fri'] },
      '2026-01-10T04:59:00Z',
      true,
    ],
    ['over midnight, it ends', { ...berlin, from: '22:00', to: '06:00', days: ['fri'] }, '2026-01-10T05:00:00Z', false],
    [
      'the morning of the day itself',
      { ...berlin, from: '22:00', to: '06:00', days: ['fri'] },
      '2026-01-09T01:00:00Z',
      false,
    ],
    ['Sunday follows Saturday', { ...berlin, from: '22:00', to: '06:00', days: ['sat'] }, '2026-01-11T01:00:00Z', true],
    ['Sunday night', { ...berlin, from: '22:00', to: '06:00', days: ['sun'] }, '2026-01-12T01:00:00Z', true],
    ['the day is local', { ...berlin, days: ['sat'] }, '2026-01-09T23:30:00Z', true],
    ['without an end', { ...berlin, from: '20:00' }, '2026-01-09T22:59:00Z', true],
    ['without an end it stops at midnight', { ...berlin, from: '20:00' }, '2026-01-09T23:00:00Z', false],
    ['without a beginning', { zone: 'UTC', to: '06:00' }, '2026-01-09T00:00:00Z', true],
    ['until midnight', { zone: 'UTC', from: '20:00', to: '00:00' }, '2026-01-09T23:59:00Z', true],
    ['half an hour off', { zone: 'Asia/Kolkata', from: '12:00', to: '12:30' }, '2026-01-09T06:30:00Z', true],
  ])('%s', (_, during, at, expected) => {
    expect(holds({ during }, {}, at)).toBe(expected);
  });

  test('a window and what follows it share the day between them, over both days of change', () => {
    const window = compileCondition(condition.parse({ during: { ...berlin, from: '22:00', to: '06:00' } }));
    const rest = compileCondition(condition.parse({ during: { ...berlin, from: '06:00', to: '22:00' } }));
    const span = { min: Date.parse('2026-03-01T00:00:00Z'), max: Date.parse('2026-11-30T00:00:00Z') };
    fc.assert(
      fc.property(fc.integer(span), (at) => {
        const hour = Number(new Date(at).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit' }));
        expect(window(new Map(), at)).toBe(hour >= 22 || hour < 6);
        expect(rest(new Map(), at)).toBe(!window(new Map(), at));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what the schema refuses', () => {
  test.each<[string, unknown]>([
    ['an empty record', { when: {} }],
    ['an empty list', { when: [] }],
    ['an unknown operator', { when: { a: { matches: '.*' } } }],
    ['no operator', { when: { a: {} } }],
    ['null', { when: { a: null } }],
    ['a name that is none', { when: { 'a b': 'x' } }],
    ['an empty part', { when: { a: { startsWith: '' } } }],
    ['a long text', { when: { a: 'x'.repeat(257) } }],
    ['a long list', { when: { a: Array.from({ length: 1001 }, (_, i) => i) } }],
    ['many attributes', { when: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`a${i}`, 1])) }],
    ['a time without a zone', { when: { a: { before: '2026-01-01T00:00:00' } } }],
    ['no range', { when: { a: { semver: 'newest' } } }],
    ['a number for a range', { when: { a: { semver: 2 } } }],
    ['an unknown zone', { during: { from: '08:00', zone: 'Europe/Nowhere' } }],
    ['an offset', { during: { from: '08:00', zone: '+01:00' } }],
    ['no zone', { during: { from: '08:00' } }],
    ['only a zone', { during: { zone: 'UTC' } }],
    ['an empty window', { during: { from: '08:00', to: '08:00', zone: 'UTC' } }],
    ['an empty window at midnight', { during: { to: '00:00', zone: 'UTC' } }],
    ['no time of day', { during: { from: '24:00', zone: 'UTC' } }],
    ['minutes as YAML reads them', { during: { from: 480, zone: 'UTC' } }],
    ['no day', { during: { days: ['monday'], zone: 'UTC' } }],
  ])('%s', (_, written) => {
    expect(condition.safeParse(written).success).toBe(false);
  });
});

test.each(['*', '1', '1.x', 'v1.2.3', '>=2.1.0 <3', '^1.4 || 2.x', '~1.2.3-rc.1', '1.2 - 2.3.4', '>1.2.3-0', '<=1'])(
  'the range %s is taken',
  (text) => {
    expect(condition.safeParse({ when: { a: { semver: text } } }).success).toBe(true);
  },
);

describe('properties', () => {
  const scalar = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
  );
  const value = fc.oneof(scalar, fc.array(fc.string({ maxLength: 5 }), { maxLength: 5 }));
  const texts = fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 });
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const operators = fc
    .record(
      {
        in: fc.array(scalar, { minLength: 1, maxLength: 5 }),
        notIn: fc.array(scalar, { minLength: 1, maxLength: 5 }),
        not: scalar,
        startsWith: texts,
        endsWith: texts,
        contains: texts,
        lessThan: number,
        atLeast: number,
        before: fc.constant('2026-01-01T00:00:00Z'),
        semver: fc.constantFrom('*', '^1.2', '>=1 <2'),
        exists: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .filter((test) => Object.keys(test).length > 0);

  test('what the schema takes compiles, and answers anything without throwing', () => {
    fc.assert(
      fc.property(operators, fc.option(fc.anything(), { nil: undefined }), fc.double(), (test, any, at) => {
        const check = compileCondition(
          condition.parse({ when: { a: test }, during: { zone: 'Asia/Tokyo', from: '05:00' } }),
        );
        const attributes = new Map<string, AttributeValue>();
        if (typeof any === 'string' || typeof any === 'number' || typeof any === 'boolean') attributes.set('a', any);
        expect(typeof check(attributes, at)).toBe('boolean');
      }),
    );
  });

  test('several operators hold exactly where each alone holds', () => {
    fc.assert(
      fc.property(operators, scalar, (test, value) => {
        const alone = Object.entries(test).every(([name, argument]) => one({ [name]: argument }, value));
        expect(one(test, value)).toBe(alone);
      }),
    );
  });

  test('notIn is the opposite of in, for lists as well', () => {
    fc.assert(
      fc.property(fc.array(scalar, { minLength: 1, maxLength: 5 }), value, (items, value) => {
        expect(one({ notIn: items }, value)).toBe(!one({ in: items }, value));
      }),
    );
  });

  test('whatever range the schema takes, npm reads', () => {
    const part = fc.constantFrom('0', '1', '17', 'x', '*', '999999999999999');
    const tail = fc.constantFrom('', '', '-rc.1', '-0', '-a-b');
    const version = fc
      .tuple(fc.constantFrom('', 'v'), fc.array(part, { minLength: 1, maxLength: 3 }), tail)
      .map(([v, parts, pre]) => `${v}${parts.join('.')}${parts.length === 3 ? pre : ''}`);
    const comparator = fc
      .tuple(fc.constantFrom('', '<', '<=', '>', '>=', '=', '~', '^'), version)
      .map((parts) => parts.join(''));
    const range = fc.oneof(
      fc.array(comparator, { minLength: 1, maxLength: 3 }).map((list) => list.join(' ')),
      fc.tuple(version, version).map(([low, high]) => `${low} - ${high}`),
    );
    const union = fc.array(range, { minLength: 1, maxLength: 3 }).map((list) => list.join(' || '));
    fc.assert(
      fc.property(union, (text) => {
        if (isVersionRange(text)) expect(semver.validRange(text)).not.toBeNull();
      }),
      { numRuns: 2000 },
    );
    const junk = fc.string({ unit: fc.constantFrom(...'01.x*-+ |<>=~^va'.split('')), maxLength: 12 });
    fc.assert(
      fc.property(junk, (text) => {
        if (isVersionRange(text)) expect(semver.validRange(text)).not.toBeNull();
      }),
      { numRuns: 5000 },
    );
  });
});
