import { SluiceError } from '../domain/errors.js';
import type { MetricSource, SqlSource } from '../domain/spec/metric-definition.js';
import type { EventRow, ReadOptions, Span } from '../ports/experiment-data.js';
import { arraysOf, type Column, column, namesOf, unnested } from './bulk-insert.js';
import type { SqlClient } from './sql-client.js';

/** What became of the queries of metrics: the number that their events stand under, or why there are none. */
export interface Staged {
  readonly events: ReadonlyMap<SqlSource['sql'], number>;
  readonly faults: ReadonlyMap<SqlSource['sql'], string>;
}

/** All other faults are the reading's. */
const SPOILS_ITS_METRIC: ReadonlySet<string> = new Set(['SPEC_INVALID', 'DATASET_UNREACHABLE']);

interface StagedRow extends EventRow {
  readonly reading: string;
  readonly source: number;
}

const EVENT: readonly Column<StagedRow>[] = [
  column('reading', 'text', (e) => e.reading),
  column('source', 'int4', (e) => e.source),
  column('unit_hash', 'text', (e) => e.unitHash),
  column('at', 'timestamptz', (e) => e.at),
  column('value', 'float8', (e) => e.value),
];

/**
 * Puts the events of metrics with a query of their own next to the exposures, some at a time, so that they are summed as all others are and no
 * transaction waits for another database.
 */
export async function stageEvents(
  client: SqlClient,
  reading: string,
  sources: readonly MetricSource[],
  span: Span,
  { events, signal }: ReadOptions,
): Promise<Staged> {
  const staged = new Map<SqlSource['sql'], number>();
  const faults = new Map<SqlSource['sql'], string>();
  for (const source of sources) {
    if (!('sql' in source) || staged.has(source.sql) || faults.has(source.sql)) continue;
    if (events === undefined) faults.set(source.sql, 'this worker runs no queries of metrics');
    else
      try {
        const number = staged.size + faults.size;
        for await (const rows of events(source.sql, span, signal))
          await insert(
            client,
            rows.map((row) => ({ ...row, reading, source: number })),
          );
        staged.set(source.sql, number);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof SluiceError) || !SPOILS_ITS_METRIC.has(error.code)) throw error;
        faults.set(source.sql, error.message);
      }
  }
  return { events: staged, faults };
}

async function insert(client: SqlClient, rows: readonly StagedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `INSERT INTO sluice.experiment_event (${namesOf(EVENT)}) SELECT * FROM ${unnested(EVENT)}`,
    arraysOf(EVENT, rows),
  );
}

/** Removes a reading's events, and what a worker that died has left. */
export async function clearStaged(client: SqlClient, reading: string): Promise<void> {
  await client.query(
    "DELETE FROM sluice.experiment_event WHERE reading = $1::text OR added_at < now() - interval '1 hour'",
    [reading],
  );
}
