import type { Store } from '../ports/store.js';
import { migrate } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import { openPostgres } from './pg-client.js';
import { createSqlStore } from './sql-store.js';

export interface StoreLocation {
  /** A PostgreSQL server: `postgres://user:password@host:port/database`. Goes before `dataDir`. */
  readonly databaseUrl?: string | undefined;
  /** The folder of an embedded store, made where it is missing. Without either, the store is in memory. */
  readonly dataDir?: string | undefined;
}

/**
 * Opens the store and brings its schema up to date.
 * @throws {SluiceError} USAGE for a URL that is none of PostgreSQL; STORE_LOCKED when another process owns the folder;
 *   STORE_UNAVAILABLE when the server or the data can't be reached
 */
export async function openStore({ databaseUrl, dataDir }: StoreLocation): Promise<Store> {
  const client =
    databaseUrl === undefined
      ? await (await import('./pglite-client.js')).openPglite(dataDir)
      : openPostgres(databaseUrl);
  try {
    await migrate(client, MIGRATIONS);
    return createSqlStore(client);
  } catch (error) {
    await client.close();
    throw error;
  }
}
