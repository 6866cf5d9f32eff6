import { describe, expect, test } from '@jest/globals';
import { decodeCursor, encodeCursor, pageOf } from '../../src/api/page-of.js';

const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

/** Asked for at most so many, at most so often. */
function listOf(length: number) {
  const all = Array.from({ length }, (_, n) => `item-${n}`);
  let calls = 0;
  return async (most: number) => {
    calls += 1;
    if (calls > 30) throw new Error('asked for ever');
    return all.slice(0, most);
  };
}

describe('a page of a list', () => {
  test.each([
    '["x",-51]',
    '["x",-1]',
    '["x",0.5]',
    '["x",1e999]',
    '["x",20001]',
    '["x",9007199254740993]',
    '["x",null]',
    '["\\u0000",1]',
    '["x"]',
    '{',
  ])('after %s is refused', async (text) => {
    await expect(pageOf({ limit: 50, cursor: cursorOf(text) }, listOf(100), String)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^cursor: /),
    });
  });

  test('after one that is gone goes on in its place, and ends', async () => {
    const page = await pageOf({ limit: 50, cursor: encodeCursor(['gone', 90]) }, listOf(100), String);
    expect([page.items.length, page.items[0], page.next]).toEqual([10, 'item-90', null]);
  });

  test('pages follow each other down to the deepest', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, next } = await pageOf({ limit: 999, cursor }, listOf(30_000), String);
      seen.push(...items);
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    expect([new Set(seen).size, seen.length]).toEqual([20_000, 20_000]);
  });
});

test('a number in a cursor is a count', () => {
  expect(decodeCursor(encodeCursor([7]), ['number'])).toEqual([7]);
  expect(() => decodeCursor(encodeCursor([-7]), ['number'])).toThrow(/^cursor/);
});
