import { describe, expect, test } from '@jest/globals';
import { decodeCursor, encodeCursor, pageOf } from '../../src/api/page-of.js';

const cursorOf = (text: string) => Buffer.from(text).toString('base64url');

interface Item {
  readonly at: string;
  readonly id: string;
}

/** Two of each moment, the youngest first. */
const ALL: readonly Item[] = Array.from({ length: 30_000 }, (_, n) => ({
  at: String(50_000 - Math.floor(n / 2)),
  id: `item-${n}`,
}));
const ORDER = { at: 'down', id: 'up' } as const;

/** Asked for at most so many, at most so often. */
function listOf(all: readonly Item[]) {
  let calls = 0;
  return async (most: number) => {
    calls += 1;
    if (calls > 30) throw new Error('asked for ever');
    return all.slice(0, most);
  };
}

describe('a page of a list', () => {
  test.each([
    '[-51,"x","y"]',
    '[-1,"x","y"]',
    '[0.5,"x","y"]',
    '[1e999,"x","y"]',
    '[20001,"x","y"]',
    '[9007199254740993,"x","y"]',
    '[null,"x","y"]',
    '[1,"\\u0000","y"]',
    '[1,"x"]',
    '["x",1]',
    '{',
  ])('after %s is refused', async (text) => {
    await expect(pageOf({ limit: 50, cursor: cursorOf(text) }, listOf(ALL), ORDER)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^cursor: /),
    });
  });

  test.each([89, 88])('skips none and repeats none where its last items are gone: %i of them left', async (left) => {
    const first = await pageOf({ limit: 90 }, listOf(ALL.slice(0, 100)), ORDER);
    const rest = [...ALL.slice(0, left), ...ALL.slice(90, 100)];
    const page = await pageOf({ limit: 50, cursor: first.next ?? undefined }, listOf(rest), ORDER);
    expect(page).toEqual({ items: ALL.slice(90, 100), next: null });
  });

  test('ends where nothing stands behind one that is gone', async () => {
    const page = await pageOf({ limit: 5, cursor: encodeCursor([90, '1', 'gone']) }, listOf(ALL.slice(0, 100)), ORDER);
    expect(page).toEqual({ items: [], next: null });
  });

  test('pages follow each other down to the deepest', async () => {
    const seen: Item[] = [];
    let cursor: string | undefined;
    do {
      const { items, next } = await pageOf({ limit: 999, cursor }, listOf(ALL), ORDER);
      seen.push(...items);
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(ALL.slice(0, 20_000));
  });
});

test('a number in a cursor is a count', () => {
  expect(decodeCursor(encodeCursor([7]), ['number'])).toEqual([7]);
  expect(() => decodeCursor(encodeCursor([-7]), ['number'])).toThrow(/^cursor/);
});
