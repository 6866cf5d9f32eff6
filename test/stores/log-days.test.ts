import { expect, test } from '@jest/globals';
import { createSqlLogs } from '../../src/stores/logs.js';
import { migrate } from '../../src/stores/migrate.js';
import { MIGRATIONS } from '../../src/stores/migrations/index.js';
import { openPglite } from '../../src/stores/pglite-client.js';
import type { SqlClient, SqlSession } from '../../src/stores/sql-client.js';

/** A server whose messages are not English, as `lc_messages` says. */
function inGerman(client: SqlClient): SqlClient {
  const translate = (session: SqlSession): SqlSession => ({
    ...session,
    query: <Row>(...asked: Parameters<SqlSession['query']>) =>
      session.query<Row>(...asked).catch((error: unknown) => {
        throw error instanceof RangeError ? new RangeError('nicht gefunden', { cause: error.cause }) : error;
      }),
  });
  return { ...client, transaction: (work) => client.transaction((session) => work(translate(session))) };
}

test.each([
  ['a day that another process has dropped is made anew', (client: SqlClient) => client],
  ['also where the server speaks another language', inGerman],
])('%s', async (_, spoken) => {
  const client = spoken(await openPglite());
  await migrate(client, MIGRATIONS);
  const [one, two] = [createSqlLogs(client), createSqlLogs(client)];
  const minute = {
    service: 's',
    version: 'v1',
    minute: '2026-01-05T10:00:00.000Z',
    templateId: 't',
    level: 'info',
    lines: 1,
  } as const;
  const key = (sequence: number) => ({ source: 'x', sequence });
  await one.append({ key: key(1), templates: [], minutes: [minute] });
  expect(await two.prune('2026-01-07T00:00:00Z')).toMatchObject({ days: 1 });
  expect(await one.append({ key: key(2), templates: [], minutes: [minute] })).toBe(true);
  const [count] = await two.counts({ service: 's', since: '2026-01-05T00:00:00Z', until: '2026-01-06T00:00:00Z' }, 1);
  expect(count?.lines).toBe(1);
  await expect(
    one.append({ key: null, templates: [], minutes: [{ ...minute, minute: "2026'; DROP" }] }),
  ).rejects.toThrow(RangeError);
  await client.close();
});
