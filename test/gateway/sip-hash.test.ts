import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hexOf, type SipKey, sipHash, sipHashOfText } from '../../src/gateway/sip-hash.js';

const key: SipKey = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];

// The reference code's vectors: key 00..0f, message 00..(n-1); and that of the paper's appendix A for n = 15.
test.each([
  [0, '726fdb47dd0e0e31'],
  [1, '74f839c593dc67fd'],
  [2, '0d6c8009d9a94f5a'],
  [3, '85676696d7fb7e2d'],
  [4, 'cf2794e0277187b7'],
  [5, '18765564cd99a68d'],
  [6, 'cbc9466e58fee3ce'],
  [7, 'ab0200f58b01d137'],
  [8, '93f5f5799a932462'],
  [15, 'a129ca6149be45e5'],
])('%d bytes', (n, want) => {
  expect(
    hexOf(
      sipHash(
        key,
        Array.from({ length: n }, (_, i) => i),
      ),
    ),
  ).toBe(want);
});

test('a text hashes as its bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 60 }), (text) => {
      expect(sipHashOfText(key, text)).toEqual(sipHash(key, Buffer.from(text, 'latin1')));
    }),
  );
});
