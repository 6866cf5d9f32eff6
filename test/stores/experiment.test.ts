import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Store } from '../../src/ports/store.js';
import { openStore } from '../../src/stores/open-store.js';
import { findPostgres, type PostgresServer, startPostgres } from '../setup/postgres.js';
import { experimentContract } from './experiment-contract.js';
import { experimentProperty } from './experiment-property.js';

describe('experiments: PGlite in memory', () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore({});
  }, 120_000);
  afterAll(() => store?.close());
  experimentContract(() => store);
  experimentProperty(() => store);
});

const source = await findPostgres();

(source === null ? describe.skip : describe)('experiments: PostgreSQL', () => {
  let server: PostgresServer;
  let store: Store;
  beforeAll(async () => {
    server = await startPostgres(source as NonNullable<typeof source>);
    store = await openStore({ databaseUrl: await server.createDatabase() });
  }, 120_000);
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });
  experimentContract(() => store);
  experimentProperty(() => store);
});
