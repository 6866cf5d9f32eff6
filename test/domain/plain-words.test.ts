import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { plainWords } from '../../src/domain/plain-words.js';

const said = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value, { error: plainWords }).error?.issues.map(({ message }) => message);

describe('what is wrong with a value is what was expected', () => {
  test.each<[string, z.ZodType, unknown, string]>([
    ['a text', z.string(), 1, 'expected a text'],
    ['a number', z.number(), 'x', 'expected a number'],
    ['a whole number', z.int(), 1.5, 'expected a whole number'],
    ['a boolean', z.boolean(), 'x', 'expected true or false'],
    ['an object', z.strictObject({}), 1, 'expected an object'],
    ['a record', z.record(z.string(), z.string()), 1, 'expected an object'],
    ['a list', z.array(z.string()), {}, 'expected a list'],
    ['null', z.null(), 1, 'expected nothing'],
    ['what has no word of its own', z.date(), 1, 'expected date'],
    ['one value', z.literal('v1'), 'v2', 'expected v1'],
    ['one of two', z.enum(['a', 'b']), 'c', 'expected a or b'],
    ['one of three', z.enum(['a', 'b', 'c']), 'd', 'expected a, b or c'],
    ['at least', z.number().min(2), 1, 'expected at least 2'],
    ['more than', z.number().gt(2), 2, 'expected more than 2'],
    ['at most', z.number().max(2), 3, 'expected at most 2'],
    ['less than', z.number().lt(2), 2, 'expected less than 2'],
    ['steps', z.number().multipleOf(0.01), 0.001, 'expected a multiple of 0.01'],
    ['a short text', z.string().max(3), 'four', 'expected at most 3 characters'],
    ['a long text', z.string().min(3), 'ab', 'expected at least 3 characters'],
    ['a text of one length', z.string().length(3), 'four', 'expected exactly 3 characters'],
    ['a list with something in it', z.array(z.string()).min(1), [], 'expected at least 1 entries'],
    ['a short list', z.array(z.string()).max(1), ['a', 'b'], 'expected at most 1 entries'],
    ['a list of one length', z.array(z.string()).length(2), ['a'], 'expected exactly 2 entries'],
    ['a set with something in it', z.set(z.string()).min(1), new Set(), 'expected at least 1 entries'],
    ['one of two kinds', z.union([z.string(), z.number()]), true, 'expected a text or a number'],
    ['one of three kinds', z.union([z.string(), z.number(), z.null()]), true, 'expected a text, a number or nothing'],
    ['true, false or a word', z.union([z.boolean(), z.literal('strict')]), 1, 'expected true, false or strict'],
    ['the same of two kinds', z.union([z.string().max(1), z.string().min(3)]), 1, 'expected a text'],
  ])('%s', (_, schema, value, words) => {
    expect(said(schema, value)).toEqual([words]);
  });

  test('a kind that is none of those there are', () => {
    const kinds = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('call') }),
      z.object({ kind: z.literal('veto') }),
    ]);
    expect(said(kinds, { kind: 'x' })).toEqual(['expected call or veto']);
  });
});

describe('what is missing', () => {
  test.each<[string, z.ZodType, string]>([
    ['a text', z.string(), 'is missing: expected a text'],
    ['one of some', z.enum(['a', 'b']), 'is missing: expected a or b'],
    ['one of two kinds', z.union([z.string(), z.number()]), 'is missing: expected a text or a number'],
  ])('is said to be: %s', (_, schema, words) => {
    expect(said(z.object({ a: schema }), {})).toEqual([words]);
  });

  test('is not what is there and is nothing', () => {
    expect(said(z.object({ a: z.string() }), { a: null })).toEqual(['expected a text']);
  });
});

describe('a schema’s own words are left', () => {
  test('where it has some', () => {
    expect(said(z.string().regex(/^a/, 'begins with a'), 'b')).toEqual(['begins with a']);
    expect(
      said(
        z.string().refine(() => false, 'never'),
        'b',
      ),
    ).toEqual(['never']);
  });

  test('where no branch of several speaks of the value itself', () => {
    const branches = z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]);
    expect(said(branches, { a: 1, b: 'x' })).toEqual(['Invalid input']);
    expect(said(z.union([z.string().regex(/^a/, 'own'), z.number()]), true)).toEqual(['expected a text or a number']);
    // A branch of its own words says more than what the others expect.
    for (const error of ['own', 'not as expected of a name'])
      expect(said(z.union([z.string({ error }), z.number()]), true)).toEqual(['Invalid input']);
    expect(said(z.union([z.array(z.string()), z.number()]), [1])).toEqual(['Invalid input']);
  });
});
