import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { LONGEST_FREEZE_MS, type NewFreeze } from '../../src/domain/freeze.js';
import type { Store } from '../../src/ports/store.js';
import { newService } from './observation-fixtures.js';

const HOUR_MS = 3_600_000;
const later = (ms: number) => new Date(Date.now() + ms).toISOString();
const freezeOf = (scope: string, parts: Partial<NewFreeze> = {}): NewFreeze => ({
  id: `f-${randomUUID()}`,
  scope,
  reason: 'checkout is down',
  owner: 'alice',
  expiresAt: later(HOUR_MS),
  ...parts,
});
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function freezeContract(store: () => Store): void {
  test('keeps a freeze, stamped; the same id again changes nothing', async () => {
    const service = newService();
    const asked = freezeOf(service);
    const made = await store().createFreeze(asked);
    expect(made).toEqual({
      ...asked,
      createdAt: expect.any(String),
      liftedAt: null,
      liftedBy: null,
      liftReason: null,
    });
    expect(Math.abs(Date.parse(made.createdAt) - Date.now())).toBeLessThan(60_000);
    expect(await store().createFreeze({ ...asked, reason: 'another' })).toEqual(made);
    expect(await store().freezes({ service, limit: 10 })).toEqual([made]);
    expect(await store().freezes({ service, activeAt: 'now', limit: 10 })).toEqual([made]);
  });

  test('a lifted one is kept, with who lifted it and why; the first to lift it counts', async () => {
    const service = newService();
    const made = await store().createFreeze(freezeOf(service));
    await sleep(5);
    const lifted = await store().liftFreeze(made.id, { by: 'bob', reason: 'repaired' });
    expect(lifted).toEqual({ ...made, liftedAt: expect.any(String), liftedBy: 'bob', liftReason: 'repaired' });
    expect(await store().liftFreeze(made.id, { by: 'carol', reason: 'me too' })).toEqual(lifted);
    expect(await store().freezes({ service, activeAt: 'now', limit: 10 })).toEqual([]);
    expect(await store().freezes({ service, activeAt: made.createdAt, limit: 10 })).toEqual([lifted]);
    expect(await store().freezes({ service, limit: 10 })).toEqual([lifted]);
  });

  test('ends by itself, and can not be lifted then', async () => {
    const service = newService();
    const made = await store().createFreeze(freezeOf(service, { expiresAt: later(300) }));
    expect(await store().freezes({ service, activeAt: made.expiresAt, limit: 10 })).toEqual([]);
    await sleep(350);
    expect(await store().freezes({ service, activeAt: 'now', limit: 10 })).toEqual([]);
    await expect(store().liftFreeze(made.id, { by: 'bob', reason: 'late' })).rejects.toMatchObject({
      code: 'COMMAND_REFUSED',
      message: `freeze ${made.id} ended by itself at ${made.expiresAt}`,
    });
  });

  test('an unknown one can not be lifted', async () => {
    await expect(store().liftFreeze('f-none', { by: 'bob', reason: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('f-none'),
    });
  });

  test.each([
    ['*', 'eu-digits', true],
    ['eu-*', 'eu-digits', true],
    ['eu-*', 'us-eu-digits', false],
    ['*-prod', 'digits-prod', true],
    ['*-prod', 'digits-prod-2', false],
    ['e*-d*s', 'eu-digits', true],
    ['eu-digits', 'eu-digits', true],
    ['eu-digits', 'eu-digits-2', false],
    ['*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(63), false],
  ])('%s of %s: %p', async (scope, service, isCovered) => {
    const made = await store().createFreeze(freezeOf(scope));
    const found = await store().freezes({ service, activeAt: 'now', limit: 200 });
    expect(found.some(({ id }) => id === made.id)).toBe(isCovered);
    await store().liftFreeze(made.id, { by: 'test', reason: 'over' });
  });

  test('newest first, up to a limit', async () => {
    const service = newService();
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      ids.unshift((await store().createFreeze(freezeOf(service))).id);
      await sleep(5);
    }
    expect((await store().freezes({ service, limit: 2 })).map(({ id }) => id)).toEqual(ids.slice(0, 2));
  });

  test.each<[string, Partial<NewFreeze>]>([
    ['a scope in capitals', { scope: 'EU' }],
    ['a scope that LIKE would read', { scope: 'eu_%' }],
    ['an end that is past', { expiresAt: later(-HOUR_MS) }],
    ['an end far away', { expiresAt: later(LONGEST_FREEZE_MS + 48 * HOUR_MS) }],
    ['no reason', { reason: '' }],
  ])('refuses %s', async (_, parts) => {
    await expect(store().createFreeze(freezeOf(newService(), parts))).rejects.toThrow(RangeError);
  });

  test('a character that the database can not keep stops no freeze', async () => {
    const made = await store().createFreeze(freezeOf(newService(), { reason: 'a\0b' }));
    expect(made.reason).toBe('a\u{FFFD}b');
  });
}
