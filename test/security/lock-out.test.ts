import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '../../src/ports/store.js';
import { openStore } from '../../src/stores/open-store.js';
import { openSite, TOKENS } from '../api/site.js';

let store: Store;
beforeAll(async () => {
  store = await openStore({});
});
afterAll(() => store?.close());

test('whoever guesses tokens locks out no one who has shown a good one', async () => {
  const site = await openSite(store, { limits: { requests: 1000, refusals: 3 } });
  const status = async (token: string) => (await site.ask('/v1/me', token)).status;
  expect(await status(TOKENS.operator)).toBe(200);
  for (let i = 0; i < 3; i += 1) expect(await status(`slc_guess-${i}`)).toBe(401);
  expect([await status('slc_guess-4'), await status(TOKENS.operator)]).toEqual([429, 200]);
  await site.close();
});
