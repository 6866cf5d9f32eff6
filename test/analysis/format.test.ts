import { expect, test } from '@jest/globals';
import { formatBytes, formatMs, formatNumber, formatShare } from '../../src/analysis/format.js';

test.each([
  [formatShare(null), 'unknown'],
  [formatShare(0.12345), '12.35 %'],
  [formatMs(null), 'unknown'],
  [formatMs(9.994), '9.99 ms'],
  [formatMs(10), '10.0 ms'],
  [formatNumber(1234.5), '1234.5'],
  [formatNumber(0.0012340004), '0.001234'],
  [formatBytes(1023), '1023 B'],
  [formatBytes(1024), '1.0 KiB'],
  [formatBytes(2 ** 20 - 1), '1024.0 KiB'],
  [formatBytes(2.5 * 2 ** 20), '2.5 MiB'],
])('%s', (shown, expected) => expect(shown).toBe(expected));
