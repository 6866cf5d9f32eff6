import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Store } from '../../src/ports/store.js';
import { openStore } from '../../src/stores/open-store.js';
import { openPostgres } from '../../src/stores/pg-client.js';
import { findPostgres, type PostgresServer, startPostgres } from '../setup/postgres.js';
import { decisionOf, stateOf } from './rollout-fixtures.js';

const source = await findPostgres();

/** The same on both databases. */
function listContract(name: string, open: () => Promise<Store>) {
  describe(`the list and the feed of changes on ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    }, 120_000);
    afterAll(() => store?.close());

    test('what is long is not in the list; the newest first, from a place on', async () => {
      const saved = [1, 2, 3].map((day) =>
        stateOf('digits', {
          rolloutId: `d-${day}`,
          startedAt: `2026-11-0${day}T08:00:00.000Z`,
          updatedAt: `2026-11-0${day}T08:00:00.000Z`,
        }),
      );
      for (const one of saved) await store.saveRollout(one);
      const all = { isAsking: false, isActive: false, limit: 10 };
      const [newest, ...rest] = await store.listed.list(all);
      const { phases: _, evidence: __, ...short } = saved[2] as (typeof saved)[number];
      expect(newest).toEqual(short);
      expect(rest.map(({ rolloutId }) => rolloutId)).toEqual(['d-2', 'd-1']);
      expect((await store.listed.list({ ...all, after: newest })).map(({ rolloutId }) => rolloutId)).toEqual([
        'd-2',
        'd-1',
      ]);
      expect(await store.listed.list({ ...all, isAsking: true })).toEqual([]);
      expect(await store.listed.services('', 5)).toEqual(['digits']);
      expect(await store.listed.newestOf(['digits', 'none'])).toEqual([short]);
    });

    test('changes come in order, each thing once, as it is now', async () => {
      const from = (await store.listed.bounds())?.newest ?? 0;
      await store.saveRollout(stateOf('digits', { rolloutId: 'c-1' }));
      await store.appendDecision(decisionOf('c-1'));
      await store.appendDecision(decisionOf('c-1'));
      await store.saveRollout(stateOf('digits', { rolloutId: 'c-1', revision: 2 }));
      await store.saveRollout(stateOf('digits', { rolloutId: 'c-1', revision: 1 }));
      const { changes, positions } = await store.listed.changes(from, [], 100);
      expect(changes).toMatchObject([
        { kind: 'decision', decision: { rolloutId: 'c-1', sequence: 1 }, service: 'digits' },
        { kind: 'rollout', rollout: { rolloutId: 'c-1', revision: 2 } },
      ]);
      expect(positions).toHaveLength(3);
      // What was missing, because its writer was not done yet, is found by its position.
      expect((await store.listed.changes(positions.at(-1) ?? 0, [positions[1] ?? 0], 100)).changes).toMatchObject([
        { kind: 'decision' },
      ]);
    });
  });
}

listContract('PGlite', () => openStore({}));

(source === null ? describe.skip : describe)('a server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(source as NonNullable<typeof source>);
  }, 120_000);
  afterAll(() => server?.stop());

  listContract('PostgreSQL', async () => openStore({ databaseUrl: await server.createDatabase() }));

  test('the feed keeps itself short', async () => {
    const databaseUrl = await server.createDatabase();
    const store = await openStore({ databaseUrl });
    const client = openPostgres(databaseUrl);
    await client.query("SELECT setval(pg_get_serial_sequence('sluice.change', 'position'), 50998)");
    await client.query(
      "INSERT INTO sluice.change (position, kind, key) OVERRIDING SYSTEM VALUE VALUES (1, 'rollout', 'old')",
    );
    await store.saveRollout(stateOf('digits'));
    expect((await store.listed.bounds())?.oldest).toBe(1);
    await store.saveRollout(stateOf('digits'));
    expect(await store.listed.bounds()).toEqual({ oldest: 50_999, newest: 51_000 });
    await client.close();
    await store.close();
  });
});
