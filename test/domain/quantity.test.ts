import { expect, test } from '@jest/globals';
import { formatBytes, formatMs, formatNumber, formatShare } from '../../src/domain/quantity.js';

test.each<[string, () => string]>([
  ['unknown', () => formatShare(null)],
  ['12.35 %', () => formatShare(0.12345)],
  ['unknown', () => formatMs(null)],
  ['9.99 ms', () => formatMs(9.994)],
  ['10.0 ms', () => formatMs(10)],
  ['1234.5', () => formatNumber(1234.5)],
  ['0.001234', () => formatNumber(0.0012340004)],
  ['1023 B', () => formatBytes(1023)],
  ['1.0 KiB', () => formatBytes(1024)],
  ['1024.0 KiB', () => formatBytes(2 ** 20 - 1)],
  ['1.0 MiB', () => formatBytes(2 ** 20)],
])('%s', (shown, format) => expect(format()).toBe(shown));
