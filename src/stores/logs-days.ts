import { DAY_MS } from '../domain/duration.js';
import type { SqlClient } from './sql-client.js';

/** Several processes make the same day at once; any number that other locks don't take. */
const LOCK_KEY = 0x6c_6f_67_64_61_79;
const NAME = /^log_minute_(\d{4})(\d{2})(\d{2})$/;

/** The partitions of log counts, one a day (UTC). */
export interface LogDays {
  /** Makes the days of these times where they are missing. */
  make(times: readonly string[]): Promise<void>;
  /** Looks anew at the next `make`. */
  forget(): void;
  /** Drops the days that end before this. @returns how many */
  dropBefore(time: string): Promise<number>;
}

export function createLogDays(client: SqlClient): LogDays {
  const known = new Set<string>();
  return {
    async make(times) {
      const days = new Set(times.map(dayOf));
      for (const day of [...days].filter((one) => !known.has(one)).toSorted()) {
        await makeDay(client, day);
        known.add(day);
      }
    },
    forget: () => known.clear(),
    async dropBefore(time) {
      const old = (await daysThere(client)).filter((day) => Date.parse(day) + DAY_MS <= Date.parse(time));
      for (const day of old) {
        known.delete(day);
        await client.script(`DROP TABLE IF EXISTS sluice.${nameOf(day)}`);
      }
      return old.length;
    },
  };
}

/** It becomes part of a statement. */
function dayOf(time: string): string {
  const day = time.slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new RangeError(`${time} is not a time of these millennia`);
  return day;
}

/** In a transaction of its own, before anything else is locked. The look first: making one locks out whoever reads. */
async function makeDay(client: SqlClient, day: string): Promise<void> {
  if ((await daysThere(client)).includes(day)) return;
  const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
  await client.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock($1::int8)', [LOCK_KEY]);
    await sql.script(
      `CREATE TABLE IF NOT EXISTS sluice.${nameOf(day)} PARTITION OF sluice.log_minute
       FOR VALUES FROM ('${day} 00:00:00+00') TO ('${next} 00:00:00+00')`,
    );
  });
}

async function daysThere(client: SqlClient): Promise<string[]> {
  const rows = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'sluice.log_minute'::regclass ORDER BY 1`,
  );
  return rows.flatMap(({ name }) => {
    const [, year, month, day] = NAME.exec(name) ?? [];
    return year === undefined ? [] : [`${year}-${month}-${day}`];
  });
}

function nameOf(day: string): string {
  return `log_minute_${day.replaceAll('-', '')}`;
}
