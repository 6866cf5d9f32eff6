import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskNumber } from '../../../src/monitors/logs/mask-number.js';
import { KINDS, maskWord, withoutKinds } from '../../../src/monitors/logs/masks.js';
import { textOf, wordsOf } from '../../../src/monitors/logs/message-words.js';

const ALL_KINDS = Object.values(KINDS).reduce((all, kind) => all | kind, 0);
const PIECES = [
  'a',
  'ab',
  'z',
  '_',
  '=',
  '-',
  '/',
  '.',
  ':',
  ',',
  ';',
  '(',
  ')',
  '[',
  ']',
  '<',
  '>',
  '"',
  "'",
  '1',
  '20',
  '0',
  '3.5',
  '%',
  '~',
  '#',
  '*',
  ' ',
  ' ',
  'Dec',
  'Sun',
  'ms',
  'KB',
  '10.0.0.1',
  '2005',
  '04:47:44',
  '<num>',
  'com',
];
const messages = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(''));
const named = (message: string) => textOf(wordsOf(message));

test.each([
  ['took 12 ms of 3.5s', 'took <num> of <num>'],
  ['from 10.0.0.1:8080 to /10.1.2.3', 'from <ip> to <ip>'],
  ['id 123e4567-e89b-12d3-a456-426614174000 at 0xdeadbeef', 'id <uuid> at <hex>'],
  ['open "/etc/x y" and /var/log/a.log failed', 'open <str> and <path> failed'],
  ['GET https://a.example/b?c=1 at 2026-11-21T10:00:00Z', 'GET <url> at <time>'],
  ["can't find user's file", "can't find user's file"],
  ['commit 1a2b3c4d5e', 'commit <hex>'],
  ['v2 of resnet50', 'v<num> of resnet<num>'],
  ['HTTP/1.1 read/write of text/plain', 'HTTP/<num> read/write of text/plain'],
  [
    'attempt_1445144423722_0020_m_000001_0 and jk2_init() of psycopg2.Error',
    'attempt_<num> and jk<num>_init() of psycopg<num>.Error',
  ],
  ['proxy.example.com:5070 close, lifetime <1 sec', '<host> close, lifetime <num>'],
  ['lease of 00:11:43:e3:ba:c3 via node-7', 'lease of <mac> via node-<num>'],
  ['[Sun Dec 04 04:47:44 2005] at Wed Jun 15 13:01:02 2005', '[<time>] at <time>'],
  ['sent (1.26 KB), 5 bytes', 'sent (<num>), <num>'],
  ['token=<secret> of <email>', 'token=<secret> of <email>'],
  ['Dec is a month; 5 of May', 'Dec is a month; <num> of May'],
])('parameters: %s', (message, expected) => expect(named(message)).toBe(expected));

describe('properties', () => {
  test('the short way through numbers and addresses says what the long one does', () => {
    const words = messages.map((message) => message.replaceAll(' ', ''));
    fc.assert(
      fc.property(words, (word) => {
        const short = maskNumber(word);
        if (short !== null) expect(short).toBe(maskWord(word, ALL_KINDS));
      }),
      { seed: 20_261_121, numRuns: 20_000 },
    );
  });

  test('a template as people read it is the same template: a new process knows it again', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const found = wordsOf(message);
        expect(withoutKinds(textOf(found))).toBe(found.words.join(' '));
      }),
      { seed: 20_261_121, numRuns: 20_000 },
    );
  });
});
