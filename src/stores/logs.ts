import { MOST_TEMPLATES, OTHER_TEMPLATE } from '../domain/log-line.js';
import type { LogBatch, LogCount, LogMinute, LogPoint, LogSpan, LogStore, LogTemplate } from '../ports/log-store.js';
import { arraysOf, type Column, column, namesOf, unnested } from './bulk-insert.js';
import { createLogDays, type LogDays } from './logs-days.js';
import type { SqlClient, SqlSession } from './sql-client.js';

type TemplateRow = Omit<LogTemplate, 'firstSeen' | 'lastSeen'> & { readonly firstSeen: Date; readonly lastSeen: Date };

const TEMPLATE: readonly Column<LogTemplate>[] = [
  column('service', 'text', (t) => t.service),
  column('id', 'text', (t) => t.id),
  column('text', 'text', (t) => t.text),
  column('wild', 'int4', (t) => t.text.split('<*>').length - 1),
  column('sample', 'text', (t) => t.sample),
  column('first_seen', 'timestamptz', (t) => t.firstSeen),
  column('last_seen', 'timestamptz', (t) => t.lastSeen),
];

const MINUTE: readonly Column<LogMinute>[] = [
  column('service', 'text', (m) => m.service),
  column('minute', 'timestamptz', (m) => m.minute),
  column('version', 'text', (m) => m.version),
  column('template_id', 'text', (m) => m.templateId),
  column('level', 'text', (m) => m.level),
  column('lines', 'int8', (m) => m.lines),
];

/** check_violation: no partition takes the row. Whatever else it may be is refused again. */
const NO_PARTITION = '23514';

const IN_SPAN = 'service = $1 AND minute >= $2::timestamptz AND minute < $3::timestamptz';

export function createSqlLogs(client: SqlClient): LogStore {
  const days = createLogDays(client);
  return {
    append: (batch) => append(client, days, batch),
    templates: (service, most) => templates(client, service, most),
    counts: (span, most) => counts(client, span, most),
    series: (span, intervalMs) => series(client, span, intervalMs),
    async prune(before) {
      const dropped = await days.dropBefore(before);
      return {
        days: dropped,
        templates: await removed(client, 'log_template', 'last_seen', before),
        batches: await removed(client, 'log_batch', 'received_at', before),
      };
    },
  };
}

async function append(client: SqlClient, days: LogDays, batch: LogBatch): Promise<boolean> {
  const times = batch.minutes.map(({ minute }) => minute);
  await days.make(times);
  try {
    return await appendOnce(client, batch);
  } catch (error) {
    // Somebody else dropped a day that was there a moment ago.
    if (!lacksDay(error)) throw error;
    days.forget();
    await days.make(times);
    return appendOnce(client, batch);
  }
}

/** By its code: what the server says of it is in the server's language. */
function lacksDay(error: unknown): boolean {
  return error instanceof RangeError && (error.cause as { readonly code?: unknown } | undefined)?.code === NO_PARTITION;
}

function appendOnce(client: SqlClient, batch: LogBatch): Promise<boolean> {
  return client.transaction(async (sql) => {
    if (!(await takeKey(sql, batch.key))) return false;
    await saveTemplates(sql, batch.templates);
    await addMinutes(sql, batch.minutes);
    return true;
  });
}

async function takeKey(sql: SqlSession, key: LogBatch['key']): Promise<boolean> {
  if (key === null) return true;
  const taken = await sql.query(
    'INSERT INTO sluice.log_batch (source, sequence) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING sequence',
    [key.source, key.sequence],
  );
  return taken.length === 1;
}

/** The more general text stays: another process may have seen less. In the order of their keys, as others insert the same. */
async function saveTemplates(sql: SqlSession, templates: readonly LogTemplate[]): Promise<void> {
  if (templates.length === 0) return;
  const names = namesOf(TEMPLATE);
  await sql.query(
    `INSERT INTO sluice.log_template AS t (${names})
     SELECT * FROM ${unnested(TEMPLATE)} AS r (${names}) ORDER BY service, id
     ON CONFLICT (service, id) DO UPDATE SET
       text = CASE WHEN EXCLUDED.wild >= t.wild THEN EXCLUDED.text ELSE t.text END,
       wild = greatest(t.wild, EXCLUDED.wild),
       first_seen = least(t.first_seen, EXCLUDED.first_seen),
       last_seen = greatest(t.last_seen, EXCLUDED.last_seen)`,
    arraysOf(TEMPLATE, templates),
  );
  for (const service of [...new Set(templates.map((one) => one.service))].toSorted())
    await sql.query(
      `DELETE FROM sluice.log_template WHERE service = $1 AND id IN (
         SELECT id FROM sluice.log_template WHERE service = $1
         ORDER BY last_seen DESC, id OFFSET $2::int8 FOR UPDATE SKIP LOCKED)`,
      [service, MOST_TEMPLATES],
    );
}

async function addMinutes(sql: SqlSession, minutes: readonly LogMinute[]): Promise<void> {
  if (minutes.length === 0) return;
  const names = namesOf(MINUTE);
  await sql.query(
    `INSERT INTO sluice.log_minute AS m (${names})
     SELECT * FROM ${unnested(MINUTE)} AS r (${names}) ORDER BY service, minute, version, template_id, level
     ON CONFLICT (service, minute, version, template_id, level) DO UPDATE SET lines = m.lines + EXCLUDED.lines`,
    arraysOf(MINUTE, minutes),
  );
}

async function templates(client: SqlClient, service: string, most: number): Promise<LogTemplate[]> {
  const rows = await client.query<TemplateRow>(
    `SELECT service, id, text, sample, first_seen AS "firstSeen", last_seen AS "lastSeen"
     FROM sluice.log_template WHERE service = $1 ORDER BY last_seen DESC, id LIMIT $2::int8`,
    [service, most],
  );
  return rows.map((row) => ({
    ...row,
    firstSeen: row.firstSeen.toISOString(),
    lastSeen: row.lastSeen.toISOString(),
  }));
}

async function counts(client: SqlClient, { service, since, until }: LogSpan, most: number): Promise<LogCount[]> {
  return client.query<LogCount>(
    `SELECT m.version, coalesce(t.id, '${OTHER_TEMPLATE}') AS "templateId", m.level, sum(m.lines)::int8 AS lines
     FROM (SELECT version, template_id, level, sum(lines) AS lines FROM sluice.log_minute WHERE ${IN_SPAN}
           GROUP BY version, template_id, level) m
     LEFT JOIN sluice.log_template t ON t.service = $1 AND t.id = m.template_id
     GROUP BY 1, 2, 3 ORDER BY lines DESC, 2, 1, 3 LIMIT $4::int8`,
    [service, since, until, most],
  );
}

async function series(client: SqlClient, { service, since, until }: LogSpan, intervalMs: number): Promise<LogPoint[]> {
  const rows = await client.query<{ at: Date; lines: number; errors: number }>(
    `SELECT date_bin($4::float8 * interval '1 millisecond', minute, $2::timestamptz) AS at, sum(lines)::int8 AS lines,
       coalesce(sum(lines) FILTER (WHERE level IN ('error', 'fatal')), 0)::int8 AS errors
     FROM sluice.log_minute WHERE ${IN_SPAN} GROUP BY 1 ORDER BY 1`,
    [service, since, until, intervalMs],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

async function removed(client: SqlClient, table: string, time: string, before: string): Promise<number> {
  const [row] = await client.query<{ gone: number }>(
    `WITH gone AS (DELETE FROM sluice.${table} WHERE ${time} < $1::timestamptz RETURNING 1) SELECT count(*) AS gone FROM gone`,
    [before],
  );
  return row?.gone ?? 0;
}
