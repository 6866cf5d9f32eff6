import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { migrate } from '../../src/stores/migrate.js';
import { MIGRATIONS } from '../../src/stores/migrations/index.js';
import { openPglite } from '../../src/stores/pglite-client.js';
import type { SqlClient } from '../../src/stores/sql-client.js';

let client: SqlClient;
beforeAll(async () => {
  client = await openPglite();
  await migrate(
    client,
    MIGRATIONS.filter(({ id }) => id < 10),
  );
}, 120_000);
afterAll(() => client?.close());

const FEEDBACK = `INSERT INTO sluice.feedback
  (service, feedback_id, prediction_id, epoch, arm, version, predicted_at, received_at, kind, label, value)
  VALUES ('digits', $1, $2, 1, 'baseline', 'v1', '2026-11-01T08:00:00Z', $3::timestamptz, $4, $5, $6)`;

test('what was kept before gets its unit, its time and its lateness, and an older process can go on', async () => {
  await client.query(
    `INSERT INTO sluice.prediction (prediction_id, arm, service, epoch, version, at, unit_hash, status, latency_ms)
     VALUES ('p-1', 'baseline', 'digits', 1, 'v1', '2026-11-01T08:00:00Z', 'u-1', 200, 1)`,
  );
  const add = (...params: unknown[]) => client.query(FEEDBACK, params);
  await add('known', 'p-1', '2026-11-09T08:00:00Z', 'thumb', null, 1);
  await add('label', 'p-1', '2026-11-09T08:00:00Z', 'label', '7', null);
  // Ratings had no scale.
  await add('unknown', 'p-2', '2026-11-01T08:00:00Z', 'rating', null, 99);
  await migrate(client, MIGRATIONS);
  await add('older process', 'p-1', '2026-11-09T08:00:00Z', 'thumb', null, 0);
  const rows = await client.query(
    `SELECT feedback_id AS id, unit_hash AS unit, late, occurred_at = received_at AS is_same, source
     FROM sluice.feedback ORDER BY feedback_id COLLATE "C"`,
  );
  expect(rows).toEqual([
    { id: 'known', unit: 'u-1', late: true, is_same: true, source: 'http' },
    { id: 'label', unit: 'u-1', late: false, is_same: true, source: 'http' },
    { id: 'older process', unit: null, late: false, is_same: false, source: 'http' },
    { id: 'unknown', unit: null, late: false, is_same: true, source: 'http' },
  ]);
});
