import { createHash } from 'node:crypto';
import { HOUR_MS } from '../domain/duration.js';
import { SluiceError } from '../domain/errors.js';
import type { SqlClient } from './sql-client.js';

export interface Migration {
  /** Integer >= 1, one more than the migration before it. */
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** Any number that other users of advisory locks in this database don't take: `sluice` in ASCII. */
const LOCK_KEY = 0x73_6c_75_69_63_65;

/** A migration may write a large table anew, and others wait for it: broken off, it would begin anew at every start, and never end. */
const PATIENCE_MS = HOUR_MS;

/** Whoever else reads a table waits behind us, as long as we wait for whoever reads it now. */
const LOCK_PATIENCE_MS = 30_000;

const LEDGER = `
CREATE SCHEMA IF NOT EXISTS sluice;
CREATE TABLE IF NOT EXISTS sluice.migration (
  id         int4 PRIMARY KEY,
  name       text NOT NULL,
  checksum   text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);`;

/**
 * Brings the schema up to date, each migration in a transaction of its own. Any number of processes may do so at once: a
 * lock lets one apply a migration while the others wait, and then find it applied. Newer migrations than these are left
 * alone, so that the version before an upgrade can go on.
 * @throws {SluiceError} STORE_SCHEMA when an applied migration is not the one of this version
 */
export async function migrate(client: SqlClient, migrations: readonly Migration[]): Promise<void> {
  for (const migration of migrations) await applyOnce(client, migration);
}

async function applyOnce(client: SqlClient, { id, name, sql }: Migration): Promise<void> {
  const checksum = createHash('sha256').update(sql).digest('hex');
  await client.transaction(async (session) => {
    await session.query('SELECT pg_advisory_xact_lock($1::int8)', [LOCK_KEY]);
    await session.query(`SET LOCAL lock_timeout = ${LOCK_PATIENCE_MS}`);
    // Under the lock too: CREATE ... IF NOT EXISTS is not safe against itself.
    await session.script(LEDGER);
    const [applied] = await session.query<{ checksum: string }>('SELECT checksum FROM sluice.migration WHERE id = $1', [
      id,
    ]);
    if (applied?.checksum === checksum) return;
    if (applied !== undefined)
      throw new SluiceError(
        'STORE_SCHEMA',
        `migration ${id} (${name}) was applied with other contents: ${applied.checksum}, not ${checksum}`,
      );
    await session.script(sql);
    await session.query('INSERT INTO sluice.migration (id, name, checksum) VALUES ($1, $2, $3)', [id, name, checksum]);
  }, PATIENCE_MS);
}
