import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createFreezeActivities, type FreezeQuestion } from '../../activities/freezes.js';
import { SluiceError } from '../../src/domain/errors.js';
import { type Hold, holdSignature } from '../../src/domain/freeze.js';
import { windows } from '../../src/domain/spec/windows.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';

let store: Store;
beforeAll(async () => {
  store = await testStore();
}, 120_000);
afterAll(() => store?.close());

let count = 0;
const fresh = () => {
  count += 1;
  return `service-${count}`;
};
const freeze = (scope: string, forMs = 3_600_000) => {
  count += 1;
  const expiresAt = new Date(Date.now() + forMs).toISOString();
  return store.createFreeze({ id: `f-${count}`, scope, reason: 'checkout is down', owner: 'alice', expiresAt });
};
const ask = (question: Partial<FreezeQuestion>, over: { now?: () => number; from?: Store } = {}) => {
  const { from = store, ...deps } = over;
  const environment = new MockActivityEnvironment();
  const activities = createFreezeActivities({ store: from, ...deps });
  let beats = 0;
  environment.on('heartbeat', () => {
    beats += 1;
  });
  const whole = { service: 'digits', windows: null, waitMs: 60_000, known: '', ...question };
  const answer = environment.run((asked: FreezeQuestion) => activities.untilFree(asked), whole) as Promise<{
    held: Hold | null;
  }>;
  return { answer, environment, beats: () => beats };
};
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('free at once', async () => {
  expect(await ask({ service: fresh() }).answer).toEqual({ held: null });
});

test('held: at once where that is news, with who and until when', async () => {
  const service = fresh();
  const made = await freeze(service);
  const { held } = await ask({ service }).answer;
  expect(held).toEqual({
    until: made.expiresAt,
    reason: `checkout is down (freeze ${made.id} by alice)`,
    ids: [made.id],
  });
  expect(await ask({ service: fresh() }).answer).toEqual({ held: null });
});

test('goes on within seconds of a lift, beating meanwhile', async () => {
  const service = fresh();
  const made = await freeze(service);
  const { held } = await ask({ service }).answer;
  const asking = ask({ service, known: holdSignature(held) });
  await sleep(2500);
  await store.liftFreeze(made.id, { by: 'bob', reason: 'repaired' });
  const lifted = performance.now();
  expect(await asking.answer).toEqual({ held: null });
  expect(performance.now() - lifted).toBeLessThan(10_000);
  expect(asking.beats()).toBeGreaterThanOrEqual(2);
});

test('says so when a second freeze comes', async () => {
  const service = fresh();
  await freeze(service);
  const { held } = await ask({ service }).answer;
  const asking = ask({ service, known: holdSignature(held) });
  const second = await freeze(service, 7_200_000);
  expect((await asking.answer).held).toMatchObject({ until: second.expiresAt, ids: [second.id, held?.ids[0]] });
});

test('a freeze that ends by itself is over then', async () => {
  const service = fresh();
  await freeze(service, 700);
  const { held } = await ask({ service }).answer;
  const begun = performance.now();
  expect(await ask({ service, known: holdSignature(held) }).answer).toEqual({ held: null });
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test('gives up at the end of its time, held still', async () => {
  const service = fresh();
  await freeze(service);
  const { held } = await ask({ service }).answer;
  const begun = performance.now();
  expect(await ask({ service, known: holdSignature(held), waitMs: 300 }).answer).toEqual({ held });
  expect(performance.now() - begun).toBeLessThan(1900);
});

test('a window opens to the moment, without a poll of seconds', async () => {
  const given = windows.parse({ allow: [{ from: '09:00', zone: 'UTC' }] });
  const ahead = Date.parse('2026-11-23T08:59:59.500Z') - Date.now();
  const now = () => Date.now() + ahead;
  const service = fresh();
  const { held } = await ask({ service, windows: given }, { now }).answer;
  expect(held).toMatchObject({ until: '2026-11-23T09:00:00.000Z', ids: [] });
  const begun = performance.now();
  expect(await ask({ service, windows: given, known: holdSignature(held) }, { now }).answer).toEqual({ held: null });
  expect(performance.now() - begun).toBeLessThan(1900);
});

test('cancellation ends the wait', async () => {
  const service = fresh();
  await freeze(service);
  const { held } = await ask({ service }).answer;
  const asking = ask({ service, known: holdSignature(held) });
  await sleep(100);
  asking.environment.cancel();
  await expect(asking.answer).rejects.toThrow(/CANCELLED/i);
});

test.each<[string, () => Promise<never>]>([
  ['refuses', () => Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'PostgreSQL at db:5432/x cannot answer'))],
  ['never answers', () => new Promise<never>(() => undefined)],
])(
  'a store that %s: nothing moves forward',
  async (_, freezes) => {
    const from = { freezes } as Partial<Store> as Store;
    const { held } = await ask({}, { from }).answer;
    expect(held).toEqual({ until: null, reason: expect.stringContaining('can not be read'), ids: [] });
    expect(await ask({ known: holdSignature(held), waitMs: 100 }, { from }).answer).toEqual({ held });
  },
  30_000,
);

test('goes on when the store is back', async () => {
  let isUp = false;
  const service = fresh();
  const from: Store = {
    ...store,
    freezes: (filter) =>
      isUp ? store.freezes(filter) : Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'no connection')),
  };
  const { held } = await ask({ service }, { from }).answer;
  const asking = ask({ service, known: holdSignature(held) }, { from });
  await sleep(100);
  isUp = true;
  expect(await asking.answer).toEqual({ held: null });
});

test('a defect is no answer', async () => {
  const from = { freezes: () => Promise.reject(new TypeError('broken')) } as Partial<Store> as Store;
  await expect(ask({}, { from }).answer).rejects.toThrow('broken');
});
