import { SluiceError } from '../domain/errors.js';
import type { Freeze, Lift, NewFreeze } from '../domain/freeze.js';
import type { FreezeFilter } from '../ports/store.js';
import type { SqlClient } from './sql-client.js';

type FreezeRow = Omit<Freeze, 'createdAt' | 'expiresAt' | 'liftedAt'> & {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly liftedAt: Date | null;
};

const COLUMNS = `id, scope, reason, owner, created_at AS "createdAt", expires_at AS "expiresAt",
  lifted_at AS "liftedAt", lifted_by AS "liftedBy", lift_reason AS "liftReason"`;

/** The database stamps it, so that processes whose clocks differ agree on what is in force. */
export async function createFreeze(client: SqlClient, freeze: NewFreeze): Promise<Freeze> {
  const { id, scope, reason, owner, expiresAt } = freeze;
  await client.query(
    `INSERT INTO sluice.freeze (id, scope, reason, owner, expires_at) VALUES ($1, $2, $3, $4, $5::timestamptz)
     ON CONFLICT (id) DO NOTHING`,
    [id, scope, kept(reason), kept(owner), expiresAt],
  );
  return freezeOf(client, id);
}

/** @throws {SluiceError} NOT_FOUND; COMMAND_REFUSED for one that has ended by itself */
export async function liftFreeze(client: SqlClient, id: string, { by, reason }: Lift): Promise<Freeze> {
  await client.query(
    `UPDATE sluice.freeze SET lifted_at = date_trunc('milliseconds', now()), lifted_by = $2, lift_reason = $3
     WHERE id = $1 AND lifted_at IS NULL AND expires_at > now()`,
    [id, kept(by), kept(reason)],
  );
  const freeze = await freezeOf(client, id);
  if (freeze.liftedAt === null)
    throw new SluiceError('COMMAND_REFUSED', `freeze ${id} ended by itself at ${freeze.expiresAt}`);
  return freeze;
}

export async function freezes(client: SqlClient, { activeAt, service, limit }: FreezeFilter): Promise<Freeze[]> {
  // A scope holds neither of the other characters that LIKE knows.
  const rows = await client.query<FreezeRow>(
    `SELECT ${COLUMNS} FROM sluice.freeze
     WHERE ($1::timestamptz IS NULL OR (created_at <= $1 AND expires_at > $1 AND (lifted_at IS NULL OR lifted_at > $1)))
       AND ($2::text IS NULL OR $2 LIKE replace(scope, '*', '%'))
     ORDER BY created_at DESC, id LIMIT $3::int8`,
    [activeAt ?? null, service ?? null, limit],
  );
  return rows.map(asFreeze);
}

async function freezeOf(client: SqlClient, id: string): Promise<Freeze> {
  const [row] = await client.query<FreezeRow>(`SELECT ${COLUMNS} FROM sluice.freeze WHERE id = $1`, [id]);
  if (row === undefined) throw new SluiceError('NOT_FOUND', `no freeze ${id} was ever made`);
  return asFreeze(row);
}

function asFreeze({ createdAt, expiresAt, liftedAt, ...rest }: FreezeRow): Freeze {
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    liftedAt: liftedAt?.toISOString() ?? null,
  };
}

/** A stop must not fail because of a character that PostgreSQL can't keep. */
function kept(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}');
}
