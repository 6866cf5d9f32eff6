import { SluiceError } from '../domain/errors.js';
import type { AliasChange } from '../domain/model-version.js';
import type { AliasMove } from '../ports/model-registry.js';
import { assertExpected } from '../registry/registration.js';
import type { SqlClient, SqlSession } from './sql-client.js';

type ChangeRow = Omit<AliasChange, 'at'> & { readonly at: Date };

const COLUMNS = `change_id AS "changeId", model, alias, from_id AS "from", to_id AS "to", by, why, at`;

export async function moveAlias(client: SqlClient, move: AliasMove): Promise<AliasChange | null> {
  return client.transaction(async (sql) => {
    // Moves are rare, and a row that is not there yet can't be locked.
    await sql.script('LOCK TABLE sluice.model_alias IN SHARE ROW EXCLUSIVE MODE');
    const before = await changeOf(sql, move.changeId);
    if (before !== null) return before;
    await assertTarget(sql, move);
    const [row] = await sql.query<{ id: string }>('SELECT id FROM sluice.model_alias WHERE model = $1 AND alias = $2', [
      move.model,
      move.alias,
    ]);
    const from = row?.id ?? null;
    assertExpected(move, from);
    if (from === move.to) return null;
    await point(sql, move);
    await sql.query(
      `INSERT INTO sluice.model_alias_change (change_id, model, alias, from_id, to_id, by, why)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [move.changeId, move.model, move.alias, from, move.to, move.by, move.why],
    );
    return changeOf(sql, move.changeId);
  });
}

export async function aliasHistory(
  client: SqlClient,
  { model, alias, limit }: { readonly model: string; readonly alias: string; readonly limit: number },
): Promise<AliasChange[]> {
  const rows = await client.query<ChangeRow>(
    `SELECT ${COLUMNS} FROM sluice.model_alias_change WHERE model = $1 AND alias = $2
     ORDER BY sequence DESC LIMIT $3::int8`,
    [model, alias, limit],
  );
  return rows.map(asChange);
}

async function assertTarget(sql: SqlSession, { model, alias, to }: AliasMove): Promise<void> {
  if (to === null) return;
  const found = await sql.query('SELECT 1 FROM sluice.model_version WHERE model = $1 AND id = $2', [model, to]);
  if (found.length === 0)
    throw new SluiceError('NOT_FOUND', `model ${model} has no version ${to} for ${alias} to point at`);
}

async function point(sql: SqlSession, { model, alias, to }: AliasMove): Promise<void> {
  if (to === null) await sql.query('DELETE FROM sluice.model_alias WHERE model = $1 AND alias = $2', [model, alias]);
  else
    await sql.query(
      `INSERT INTO sluice.model_alias (model, alias, id) VALUES ($1, $2, $3)
       ON CONFLICT (model, alias) DO UPDATE SET id = excluded.id`,
      [model, alias, to],
    );
}

async function changeOf(sql: SqlSession, changeId: string): Promise<AliasChange | null> {
  const [row] = await sql.query<ChangeRow>(`SELECT ${COLUMNS} FROM sluice.model_alias_change WHERE change_id = $1`, [
    changeId,
  ]);
  return row === undefined ? null : asChange(row);
}

function asChange({ at, ...rest }: ChangeRow): AliasChange {
  return { ...rest, at: at.toISOString() };
}
