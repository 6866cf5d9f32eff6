import type { Store } from '../../src/ports/store.js';
import { openStore } from '../../src/stores/open-store.js';
import { startPostgres } from './postgres.js';

/**
 * A store for a suite that does not mind which: an empty database of the run's PostgreSQL (test/setup/global.mjs), where there is one; else
 * PGlite, whose start takes seconds of the processor's time. What differs between them is looked at in test/stores.
 */
export async function testStore(): Promise<Store> {
  const adminUrl = process.env['TEST_DATABASE_URL'];
  if (!adminUrl) return openStore({});
  const server = await startPostgres({ kind: 'server', adminUrl });
  const store = await openStore({ databaseUrl: await server.createDatabase() });
  const close = store.close.bind(store);
  return Object.assign(store, { close: () => close().finally(() => server.stop()) });
}
