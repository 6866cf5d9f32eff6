import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { PredictionIds } from '../../src/gateway/prediction-id.js';
import { createEventSource, type EventSourceDeps } from '../../src/metrics/experiment-source.js';
import type { EventRow } from '../../src/ports/experiment-data.js';
import type { Store } from '../../src/ports/store.js';
import { openStore } from '../../src/stores/open-store.js';
import { findPostgres, type PostgresServer, startPostgres } from '../setup/postgres.js';

const source = await findPostgres();
const onPostgres = source === null ? describe.skip : describe;

const SPAN = { since: '2026-10-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z' };
const HASH = '0123456789abcdef';
const ids = new PredictionIds(Buffer.from('a key that gateways share'));
const hashUnit = (unit: string) => ids.hashUnit(unit);

onPostgres('events of another PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let client: pg.Client;
  let store: Store;
  const sourceOf = (parts: Partial<EventSourceDeps> = {}) =>
    createEventSource({
      connections: (name) => (name === 'SLUICE_SQL_SHOP' ? url : undefined),
      select: (statement, timeoutMs) => store.experiments.select(statement, timeoutMs),
      hashUnit,
      ...parts,
    });
  const read = async (query: string, parts: Partial<EventSourceDeps> = {}, connection: string | undefined = 'SHOP') => {
    const pages: (readonly EventRow[])[] = [];
    const asked = { query, ...(connection === '' ? {} : { connection }) };
    for await (const rows of sourceOf(parts)(asked, SPAN, new AbortController().signal)) pages.push(rows);
    return pages;
  };

  beforeAll(async () => {
    server = await startPostgres(source as NonNullable<typeof source>);
    url = await server.createDatabase();
    store = await openStore({ databaseUrl: await server.createDatabase() });
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE TABLE orders (customer text, amount numeric, at timestamptz, secret text)');
    await client.query(
      `INSERT INTO orders SELECT 'user-' || n, n, '2026-10-05'::timestamptz + n * interval '1 minute', 'card' FROM generate_series(1, 7) AS n`,
    );
  }, 120_000);
  afterAll(async () => {
    await client?.end();
    await store?.close();
    await server?.stop();
  });

  test('raw units are hashed as gateways hash them, a page at a time', async () => {
    const query =
      'SELECT customer AS unit, amount AS value, at, secret FROM orders WHERE at >= {{since}} AND at < {{ until }} ORDER BY at -- all';
    const pages = await read(query, { limits: { pageRows: 3 } });
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages[0]?.[0]).toEqual({ unitHash: ids.hashUnit('user-1'), at: '2026-10-05T00:01:00.000000Z', value: 1 });
    expect(JSON.stringify(pages)).not.toMatch(/user-|card/);
  });

  test.each([
    ['a date', `SELECT '${HASH}' AS unit_hash, 1 AS value, '2026-10-05'::date AS at`, '2026-10-05T00:00:00.000000Z'],
    [
      'a local time',
      `SELECT '${HASH}' AS unit_hash, '1' AS value, '2026-10-05 10:00'::timestamp AS at`,
      '2026-10-05T10:00:00.000000Z',
    ],
    [
      'another zone',
      `SELECT '${HASH}' AS unit_hash, 1.0 AS value, '2026-10-05 10:00+02' AS at`,
      '2026-10-05T08:00:00.000000Z',
    ],
  ])('%s is a time in UTC', async (_, query, at) => {
    expect(await read(query)).toEqual([[{ unitHash: HASH, at, value: 1 }]]);
  });

  test('rows of nobody, and of before, are passed over; none at all is fine', async () => {
    expect(await read("SELECT NULL AS unit, 1 AS value, '2026-10-05' AS at")).toEqual([[]]);
    expect(await read("SELECT 'x' AS unit, 1 AS value, '2026-09-05' AS at")).toEqual([[]]);
    expect(await read('SELECT 1 AS anything WHERE false')).toEqual([]);
  });

  test.each([
    ['SELECT customer, amount AS value FROM orders', 'its query: its rows have no unit or unit_hash, at'],
    ['SELECT customer AS unit, amount, at FROM orders', 'its query: its rows have no value'],
    [
      'SELECT customer AS unit_hash, amount AS value, at FROM orders',
      'its query: a unit_hash is not what gateways record; a column of raw units is named `unit`',
    ],
    ["SELECT 'x' AS unit, NULL AS value, now() AS at", 'its query: a row has no value: `value` is null'],
    ["SELECT 'x' AS unit, 1 AS value, NULL AS at", 'its query: a row has no time: `at` is null'],
    [
      "SELECT 'x' AS unit, 'NaN'::float8 AS value, now() AS at",
      'its query: a value is NaN, not a number up to 1000000000000000',
    ],
    ["SELECT 'x' AS unit, 1e16 AS value, now() AS at", /a value is 10000000000000000, not a number/],
    ['SELECT secret AS unit, secret AS value, at FROM orders', 'its query: the server says 22P02'],
    ["SELECT 'x' AS unit, 1 AS value, 'card' AS at", 'its query: the server says 22007'],
    ['SELECT * FROM nowhere', /its query: 42P01: .*nowhere/],
    ['DELETE FROM orders RETURNING customer AS unit, amount AS value, at', /its query: 42601/],
    ['SELECT 1) AS a; DROP TABLE orders; --', /its query: 42601/],
    [
      "SELECT pg_advisory_lock(1), 'x' AS unit, nextval(s::regclass) AS value, now() AS at FROM (VALUES ('s')) AS t(s)",
      /its query: /,
    ],
  ])('refused: %s', async (query, message) => {
    const error = await read(query).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'SPEC_INVALID',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
    expect(String(error)).not.toMatch(/card|user-/);
    expect((await client.query('SELECT count(*)::int4 AS n FROM orders')).rows).toEqual([{ n: 7 }]);
  });

  test('limits: rows, time, a key that is not known, a connection that nobody gave', async () => {
    const all = 'SELECT customer AS unit, amount AS value, at FROM orders';
    await expect(read(all, { limits: { mostRows: 6 } })).rejects.toThrow('its query: more than 6 rows');
    expect((await read(all, { limits: { mostRows: 7 } })).flat()).toHaveLength(7);
    await expect(
      read(`SELECT pg_sleep(5)::text AS unit, 1 AS value, now() AS at`, { limits: { timeoutMs: 300 } }),
    ).rejects.toMatchObject({
      code: 'DATASET_UNREACHABLE',
      message: expect.stringMatching(/no answer within 300 ms|statement_timeout/),
    });
    await expect(read(all, { hashUnit: null })).rejects.toThrow(/no SLUICE_PREDICTION_KEY/);
    await expect(read(all, {}, 'OTHER')).rejects.toThrow("SLUICE_SQL_OTHER is not in the worker's environment");
    await expect(read(all, { connections: () => 'mysql://u:hunter2@h/d' })).rejects.toThrow(
      'SLUICE_SQL_SHOP is not a postgres:// URL',
    );
    const nobody = read(all, { connections: () => 'postgres://u:hunter2@127.0.0.1:1/d' });
    await expect(nobody).rejects.toMatchObject({ code: 'DATASET_UNREACHABLE', message: 'its query: ECONNREFUSED' });
  });

  test('a reading that is called off leaves no connection', async () => {
    const control = new AbortController();
    setTimeout(() => control.abort(new Error('called off')), 200);
    const rows = sourceOf()(
      { connection: 'SHOP', query: 'SELECT pg_sleep(20)::text AS unit, 1 AS value, now() AS at' },
      SPAN,
      control.signal,
    );
    await expect(async () => {
      for await (const _ of rows);
    }).rejects.toThrow('called off');
  });

  test('without a connection it is the store’s own', async () => {
    const query = `SELECT '${HASH}' AS unit_hash, count(*) AS value, now() AS at FROM sluice.exposure WHERE at >= {{since}}`;
    expect((await read(query, {}, '')).flat()).toMatchObject([{ unitHash: HASH, value: 0 }]);
    await expect(read('SELECT generate_series(1, 5) AS value', { limits: { mostOwnRows: 4 } }, '')).rejects.toThrow(
      'more than 4 rows',
    );
    await expect(read('SELECT * FROM nowhere', {}, '')).rejects.toMatchObject({ code: 'SPEC_INVALID' });
  });
});
