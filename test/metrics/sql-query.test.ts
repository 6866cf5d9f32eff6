import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { queryProvider } from '../../src/domain/spec/query.js';
import { askSql } from '../../src/metrics/sql-query.js';
import { findPostgres, type PostgresServer, startPostgres } from '../setup/postgres.js';

const source = await findPostgres();
const onPostgres = source === null ? describe.skip : describe;

onPostgres('a real PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let client: pg.Client;
  const variables = {
    service: 's',
    version: "v2'; DROP TABLE scores; --",
    candidate: 'v2',
    baseline: 'v1',
    rolloutId: 'r',
    window: '90s',
  };
  const read = (query: string, timeoutMs = 20_000, signal = new AbortController().signal) => {
    const { sql } = queryProvider.parse({ sql: { connection: 'MAIN', query } });
    if (sql === undefined) throw new Error('no sql');
    const connections = (name: string) => (name === 'SLUICE_SQL_MAIN' ? url : undefined);
    return askSql(sql, { variables, timeoutMs, signal, connections });
  };

  beforeAll(async () => {
    if (source === null) return;
    server = await startPostgres(source);
    url = await server.createDatabase();
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE TABLE scores (version text, value numeric, at timestamptz DEFAULT now())');
    await client.query(`INSERT INTO scores VALUES ($1, 0.25), ($1, 0.75), ('v1', 9)`, [variables.version]);
  });
  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  test.each([
    ['SELECT avg(value) FROM scores WHERE version = {{version}}', 0.5],
    [
      'SELECT count(*) FROM scores WHERE version = {{version}} OR version = {{version}} OR version = {{baseline}} -- all',
      3,
    ],
    ['SELECT count(*) FROM scores WHERE at > now() - {{window}}::interval', 3],
    ["WITH a AS (SELECT 1 AS one) SELECT one -- with a comment's quote\nFROM a", 1],
    ["SELECT '1.5'", 1.5],
  ])('a number: %s', async (query, value) => {
    expect(await read(query)).toEqual({ kind: 'value', value });
  });

  test.each([
    ['none', 'SELECT value FROM scores WHERE false', 'no rows'],
    ['none', 'SELECT max(value) FROM scores WHERE false', 'the answer is null'],
    ['nan', "SELECT 'NaN'::float8", 'NaN'],
    ['inf', "SELECT '-Infinity'::float8", '-Inf'],
    ['many', 'SELECT value FROM scores', 'more than one row'],
    ['many', 'SELECT value, value FROM scores LIMIT 1', '2 columns, expected one'],
    ['invalid', 'SELECT nothing FROM scores', '42703: column "nothing" does not exist'],
    ['invalid', 'SELEC 1', '42601: syntax error'],
    // What the server says would quote the data.
    ['invalid', 'SELECT max(version) FROM scores', /^the server says 22P02$/],
    ['invalid', 'SELECT 1) AS a; DROP TABLE scores; --', '42601'],
    ['invalid', 'SELECT 1; DROP TABLE scores', '42601'],
    ['invalid', 'DELETE FROM scores RETURNING 1', '42'],
    ['invalid', 'WITH gone AS (DELETE FROM scores RETURNING 1) SELECT count(*) FROM gone', '0A000'],
    ['invalid', 'COMMIT', '42601'],
    ['invalid', "SELECT nextval('s') FROM (SELECT set_config('transaction_read_only', 'off', true)) AS a", '42P01'],
    ['timeout', 'SELECT 1 FROM pg_sleep(9)', ''],
  ])('%s: %s', async (kind, query, why) => {
    expect(await read(query, kind === 'timeout' ? 500 : 20_000)).toEqual({ kind, why: expect.stringMatching(why) });
    expect((await client.query('SELECT count(*)::int AS n FROM scores')).rows).toEqual([{ n: 3 }]);
  });

  test('writes nothing, whatever functions it calls', async () => {
    await client.query('CREATE SEQUENCE counter');
    expect(await read("SELECT nextval('counter')")).toEqual({ kind: 'invalid', why: 'the server says 25006' });
  });

  test('wrong passwords and missing databases are refusals, without the password', async () => {
    const wrong = new URL(url);
    wrong.password = 'hush';
    const missing = new URL(url);
    missing.pathname = '/nowhere';
    const { sql } = queryProvider.parse({ sql: { connection: 'MAIN', query: 'SELECT 1' } });
    if (sql === undefined) throw new Error('no sql');
    for (const [given, code] of [
      [wrong, '28P01'],
      [missing, '3D000'],
    ] as const) {
      const asking = {
        variables,
        timeoutMs: 20_000,
        signal: new AbortController().signal,
        connections: () => given.href,
      };
      expect(await askSql(sql, asking)).toEqual({ kind: 'refused', why: `the server says ${code}` });
    }
  });

  test('a caller that ends leaves no statement behind', async () => {
    const caller = new AbortController();
    setTimeout(() => caller.abort(new Error('enough')), 200);
    await expect(read('SELECT 7 FROM pg_sleep(2)', 20_000, caller.signal)).rejects.toThrow('enough');
    const left =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'sluice' AND state = 'active'";
    const end = Date.now() + 10_000;
    for (;;) {
      const { rows } = await client.query<{ n: number }>(left);
      if (rows[0]?.n === 0) break;
      if (Date.now() > end) throw new Error('it is still there');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
});
