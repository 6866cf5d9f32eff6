import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { describeError } from '../../src/domain/errors.js';
import { migrate } from '../../src/stores/migrate.js';
import { MIGRATIONS } from '../../src/stores/migrations/index.js';
import { openStore } from '../../src/stores/open-store.js';
import { openPostgres } from '../../src/stores/pg-client.js';
import { findPostgres, type PostgresServer, startPostgres } from '../setup/postgres.js';
import { batchOf, bucketOf, newService } from './observation-fixtures.js';
import { runStoreProcess } from './run-store-process.js';
import { storeContract } from './store-contract.js';

const source = await findPostgres();

(source === null ? describe.skip : describe)('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(source!);
  }, 120_000);
  afterAll(() => server?.stop());

  storeContract('PostgreSQL', async () => openStore({ databaseUrl: await server.createDatabase() }));

  test('two processes and eight openers that migrate at once all get the same schema', async () => {
    const databaseUrl = await server.createDatabase();
    const [service, other] = [newService(), newService()];
    const processes = await Promise.all([
      runStoreProcess({ databaseUrl, service }),
      runStoreProcess({ databaseUrl, service: other }),
    ]);
    expect(processes.map(({ said }) => said)).toEqual(['open', 'open']);
    await Promise.all(processes.map((process) => process.end()));

    const fresh = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ databaseUrl: fresh })));
    await Promise.all(stores.map((store) => store.close()));
    const rows = await readAll(fresh, 'SELECT id, name FROM sluice.migration ORDER BY id');
    expect(rows).toEqual(MIGRATIONS.map(({ id, name }) => ({ id, name })));
  });

  test('a migration that fails leaves nothing behind, and one that was edited is refused', async () => {
    const client = openPostgres(await server.createDatabase());
    const broken = { id: 1, name: 'broken', sql: 'CREATE TABLE sluice.half (a int4); SELECT nonsense;' };
    await expect(migrate(client, [broken])).rejects.toThrow(/nonsense/);
    const sound = { id: 1, name: 'sound', sql: 'CREATE TABLE sluice.half (a int4);' };
    await migrate(client, [sound]);
    await migrate(client, [sound]);
    await expect(migrate(client, [{ ...sound, sql: `${sound.sql} ` }])).rejects.toThrow(
      /migration 1 \(sound\).*other contents/,
    );
    await client.close();
  });

  test('a migration, an erasure and a query of a metric may take longer than other statements', async () => {
    const databaseUrl = await server.createDatabase();
    const client = openPostgres(databaseUrl);
    const other = await server.createDatabase();
    const store = await openStore({ databaseUrl: other });
    // Longer than both limits of other statements: the server's 30 s and the driver's 35 s.
    const slow = {
      id: 1,
      name: 'slow',
      sql: `CREATE TABLE sluice.patience AS SELECT pg_sleep(36)::text AS slept, current_setting('statement_timeout') AS of_migration;`,
    };
    const asked = { text: 'SELECT pg_sleep(36)::text AS slept, $1::int4 AS n', values: [1] };
    const [answer] = await Promise.all([store.experiments.select(asked, 120_000), migrate(client, [slow])]);
    expect(answer).toEqual([{ slept: '', n: 1 }]);
    await client.close();
    expect(await readAll(databaseUrl, 'SELECT of_migration FROM sluice.patience')).toEqual([{ of_migration: '1h' }]);

    await readAll(
      other,
      `CREATE TABLE sluice.patience (of_erasure text);
       CREATE FUNCTION sluice.note_patience() RETURNS trigger LANGUAGE plpgsql AS $body$
       BEGIN INSERT INTO sluice.patience VALUES (current_setting('statement_timeout')); RETURN NULL; END $body$;
       CREATE TRIGGER note_patience AFTER INSERT ON sluice.erasure FOR EACH ROW EXECUTE FUNCTION sluice.note_patience();`,
    );
    await store.feedback.forget('nobody');
    expect(await readAll(other, 'SELECT of_erasure FROM sluice.patience')).toEqual([{ of_erasure: '10min' }]);
    await store.close();
  });

  test('a wrong password is a store that is not available, and is in no message', async () => {
    const url = new URL(await server.createDatabase());
    if (url.password === '') return; // a server of the developer's own that asks for none
    url.password = 'hunter2secret';
    const error = await openStore({ databaseUrl: url.href }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining(url.host) });
    expect(describeError(error)).not.toContain('hunter2secret');
  });

  test('connections that are cut by the server are faults that a retry mends', async () => {
    const databaseUrl = await server.createDatabase();
    const store = await openStore({ databaseUrl });
    const cut =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()';
    const service = newService();
    for (let round = 0; round < 3; round += 1) {
      const batch = batchOf({ buckets: [bucketOf(service)] });
      const attempt = store.appendObservations(batch);
      await Promise.all([
        attempt.catch((error: unknown) => expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })),
        readAll(databaseUrl, cut),
      ]);
      // The first retry may still meet a connection that was cut while it lay idle.
      await store.appendObservations(batch).catch(() => store.appendObservations(batch));
    }
    expect((await store.armSummaries({ service }))[0]?.requests).toBe(30);
    await store.close();
  });
});

test('a server that is not there', async () => {
  const error = await openStore({ databaseUrl: 'postgres://u:hunter2secret@127.0.0.1:1/d' }).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(describeError(error)).toMatch(/PostgreSQL at 127\.0\.0\.1:1\/d cannot answer: .*ECONNREFUSED/);
  expect(describeError(error)).not.toContain('hunter2secret');
});

test.each(['mysql://u:hunter2secret@h/d', 'postgres://u:hunter2secret@h:port/d', 'hunter2secret'])(
  'not a URL of PostgreSQL: %s',
  async (databaseUrl) => {
    const error = await openStore({ databaseUrl }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'USAGE' });
    expect(describeError(error)).not.toContain('hunter2secret');
  },
);

async function readAll(databaseUrl: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
