import { expect, test } from '@jest/globals';
import { type Freeze, holdSignature } from '../../src/domain/freeze.js';
import { windows } from '../../src/domain/spec/windows.js';
import { holdOf } from '../../src/freezes/hold.js';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const freeze = (parts: Partial<Freeze> = {}): Freeze => ({
  id: 'f-1',
  scope: '*',
  reason: 'checkout is down',
  owner: 'alice',
  createdAt: '2026-11-23T11:00:00.000Z',
  expiresAt: '2026-11-23T14:00:00.000Z',
  liftedAt: null,
  liftedBy: null,
  liftReason: null,
  ...parts,
});
const mornings = windows.parse({ allow: [{ from: '08:00', to: '13:00', zone: 'UTC' }] });
const nights = windows.parse({ freeze: [{ from: '22:00', to: '06:00', zone: 'UTC' }] });

test('free where neither windows nor freezes hold', () => {
  expect(holdOf(null, [], NOON)).toBeNull();
  expect(holdOf(mornings, [], NOON)).toBeNull();
  expect(holdOf(nights, [], NOON)).toBeNull();
});

test('a freeze holds until its end, and past it to the next allowed window', () => {
  const reason = 'checkout is down (freeze f-1 by alice)';
  expect(holdOf(null, [freeze()], NOON)).toEqual({ until: '2026-11-23T14:00:00.000Z', reason, ids: ['f-1'] });
  expect(holdOf(mornings, [freeze()], NOON)).toEqual({ until: '2026-11-24T08:00:00.000Z', reason, ids: ['f-1'] });
});

test('the last of several counts, and all are named', () => {
  const held = holdOf(nights, [freeze(), freeze({ id: 'f-2', expiresAt: '2026-11-23T23:00:00.000Z' })], NOON);
  expect(held).toEqual({
    until: '2026-11-24T06:00:00.000Z',
    reason: 'checkout is down (freeze f-1 by alice); checkout is down (freeze f-2 by alice)',
    ids: ['f-1', 'f-2'],
  });
});

test.each([['2026-11-23T11:59:59.000Z'], ['2026-11-23T12:00:00.000Z']])(
  'a freeze that is in force by the store holds, though this clock says it ended at %s',
  (expiresAt) => {
    const [first, second] = [NOON, NOON + 1000].map((at) => holdOf(null, [freeze({ expiresAt })], at));
    expect(first?.until).toBe('2026-11-23T12:01:00.000Z');
    expect(holdSignature(first!)).toBe(holdSignature(second!));
  },
);

test('signatures tell holds apart', () => {
  const hold = { until: null, reason: 'a', ids: ['f-1'] };
  const others = [null, { ...hold, until: '2026-11-23T14:00:00.000Z' }, { ...hold, reason: 'b' }, { ...hold, ids: [] }];
  const signatures = [hold, ...others].map((one) => holdSignature(one));
  expect(new Set(signatures).size).toBe(5);
  expect(signatures).not.toContain('');
  expect(holdSignature({ ...hold })).toBe(holdSignature(hold));
});
