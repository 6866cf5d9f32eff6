import { expect, test } from '@jest/globals';
import { type MetricEstimate, primaryOf } from '../../src/domain/experiment.js';
import { isCurrency } from '../../src/domain/feedback.js';
import { holdSignature } from '../../src/domain/freeze.js';
import { isErrorLevel } from '../../src/domain/log-line.js';
import { none, part } from '../../src/domain/report.js';

test('error and fatal are errors', () => {
  expect((['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const).filter(isErrorLevel)).toEqual([
    'error',
    'fatal',
  ]);
});

test('currencies are codes of ISO 4217', () => {
  expect(['EUR', 'USD', 'JPY', 'eur', 'EURO', 'XYZ', ''].filter(isCurrency)).toEqual(['EUR', 'USD', 'JPY']);
});

test('the primary metric is that over all units', () => {
  const estimate = (role: MetricEstimate['role'], segment: string | null) => ({ role, segment }) as MetricEstimate;
  const [secondary, inEu, whole] = [estimate('secondary', null), estimate('primary', 'eu'), estimate('primary', null)];
  expect(primaryOf({ estimates: [secondary, inEu, whole] })).toBe(whole);
  expect(primaryOf({ estimates: [secondary, inEu] })).toBeNull();
});

test('equal holds have equal signatures, and others have others', () => {
  const hold = { until: '2026-11-22T00:00:00.000Z', reason: 'sale', ids: ['f1'] };
  expect(holdSignature({ ...hold })).toBe(holdSignature(hold));
  const others = [null, { ...hold, until: null }, { ...hold, reason: 'x' }, { ...hold, ids: [] }];
  expect(new Set([hold, ...others].map(holdSignature)).size).toBe(5);
});

test('a section of a report has data, with a note or without, or says why it has none', () => {
  expect(part([1])).toEqual({ data: [1], note: null });
  expect(part([1], 'the newest')).toEqual({ data: [1], note: 'the newest' });
  expect(none('nobody asked')).toEqual({ data: null, note: 'nobody asked' });
});
