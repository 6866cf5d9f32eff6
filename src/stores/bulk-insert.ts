import type { SqlSession } from './sql-client.js';

/** A column of a table, its SQL type, and where a row's value comes from. */
export interface Column<Row> {
  readonly name: string;
  readonly type: 'text' | 'int4' | 'int8' | 'float8' | 'boolean' | 'timestamptz' | 'jsonb';
  readonly value: (row: Row) => unknown;
}

export function column<Row>(name: string, type: Column<Row>['type'], value: (row: Row) => unknown): Column<Row> {
  return { name, type, value };
}

export function namesOf(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => name).join(', ');
}

/** `unnest($1::text[], $2::int8[], ...)`: one array a column, so that a statement has few parameters, however many rows. */
export function unnested(columns: readonly { readonly type: string }[], first = 1): string {
  return `unnest(${columns.map(({ type }, i) => `$${first + i}::${type}[]`).join(', ')})`;
}

export function arraysOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): unknown[][] {
  return columns.map(({ value }) => rows.map(value));
}

/**
 * Inserts rows and passes over those whose key is there already.
 * @param key how many of the columns, from the first, are the key. Rows go in by that order in every transaction, since
 *   two that insert the same keys in different orders would wait for each other for ever.
 */
export async function insertNew<Row>(
  sql: SqlSession,
  table: string,
  columns: readonly Column<Row>[],
  key: number,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = namesOf(columns);
  await sql.query(
    `INSERT INTO ${table} (${names})
     SELECT * FROM ${unnested(columns)} AS r (${names}) ORDER BY ${namesOf(columns.slice(0, key))}
     ON CONFLICT DO NOTHING`,
    arraysOf(columns, rows),
  );
}
