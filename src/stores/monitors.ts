import type { MonitorReading } from '../domain/monitor.js';
import type { MonitorMemory, MonitorStore, ReadingLine } from '../ports/monitor-store.js';
import { toJsonDocument } from './json-document.js';
import type { SqlClient } from './sql-client.js';

const MOST_READINGS = 1000;

const LINE = `service, monitor, reading->>'kind' AS kind, reading->>'at' AS at, verdict, reading->>'reason' AS reason`;

export function createSqlMonitors(client: SqlClient): MonitorStore {
  return {
    async memory(service, monitor) {
      const [row] = await client.query<{ memory: MonitorMemory }>(
        'SELECT memory FROM sluice.monitor_memory WHERE service = $1 AND monitor = $2',
        [service, monitor],
      );
      return row?.memory ?? null;
    },
    save: (reading, memory, keepSince) => save(client, reading, memory, keepSince),
    async latest(service, monitor) {
      const [row] = await client.query<{ reading: MonitorReading }>(
        `SELECT reading FROM sluice.monitor_reading WHERE service = $1 AND monitor = $2 ORDER BY at DESC LIMIT 1`,
        [service, monitor],
      );
      return row?.reading ?? null;
    },
    overview: ({ service, limit }) =>
      client.query<ReadingLine>(
        `SELECT DISTINCT ON (service, monitor) ${LINE} FROM sluice.monitor_reading AS kept
         WHERE $1::text IS NULL OR service = $1 ORDER BY service, monitor, kept.at DESC LIMIT $2::int8`,
        [service ?? null, limit],
      ),
    readings: (service, monitor, limit) =>
      client.query<ReadingLine>(
        `SELECT ${LINE} FROM sluice.monitor_reading AS kept WHERE service = $1 AND monitor = $2
         ORDER BY kept.at DESC LIMIT $3::int8`,
        [service, monitor, limit],
      ),
    forget: (service, monitor) =>
      client.transaction(async (session) => {
        for (const table of ['monitor_reading', 'monitor_memory'])
          await session.query(`DELETE FROM sluice.${table} WHERE service = $1 AND monitor = $2`, [service, monitor]);
      }),
  };
}

async function save(
  client: SqlClient,
  reading: MonitorReading,
  memory: MonitorMemory,
  keepSince: string,
): Promise<void> {
  const { service, monitor, at, verdict } = reading;
  await client.transaction(async (session) => {
    await session.query(
      `INSERT INTO sluice.monitor_reading (service, monitor, at, verdict, reading)
       VALUES ($1, $2, $3::timestamptz, $4, $5::jsonb) ON CONFLICT DO NOTHING`,
      [service, monitor, at, verdict, toJsonDocument(reading)],
    );
    await session.query(
      `INSERT INTO sluice.monitor_memory AS kept (service, monitor, at, memory) VALUES ($1, $2, $3::timestamptz, $4::jsonb)
       ON CONFLICT (service, monitor) DO UPDATE SET at = excluded.at, memory = excluded.memory WHERE kept.at <= excluded.at`,
      [service, monitor, memory.at, toJsonDocument(memory)],
    );
    await session.query(
      `DELETE FROM sluice.monitor_reading WHERE service = $1 AND monitor = $2 AND at <> $5::timestamptz
         AND (at < $3::timestamptz OR at <= (SELECT at FROM sluice.monitor_reading WHERE service = $1 AND monitor = $2
                                             ORDER BY at DESC OFFSET $4::int8 LIMIT 1))`,
      [service, monitor, keepSince, MOST_READINGS, at],
    );
  });
}
