import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutText } from '../../src/domain/cut-text.js';

test('a text is cut to its length, and between characters', () => {
  expect(cutText('abcdef', 6)).toBe('abcdef');
  expect(cutText('abcdefg', 6)).toBe('abcde…');
  expect(cutText('abc\u{1F600}\u{1F600}', 5)).toBe('abc…');
  expect(cutText('abc\u{1F600}\u{1F600}', 6)).toBe('abc\u{1F600}…');
  // Half a character that came so is none either.
  expect(cutText('a\uD83D', 6)).toBe('a\u{FFFD}');
});

test('whatever it is, no half of a character is left, and no more is cut than has to be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, length) => {
      for (const given of [text, text.slice(1), text.slice(0, -1)]) {
        const [whole, cut] = [given.toWellFormed(), cutText(given, length)];
        expect(cut.isWellFormed()).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(length);
        const kept = cut === whole ? whole : cut.slice(0, -1);
        expect(whole.startsWith(kept)).toBe(true);
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(whole.length, length - 2));
      }
    }),
  );
});
