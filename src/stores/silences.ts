import { SluiceError } from '../domain/errors.js';
import type { NewSilence, Silence } from '../domain/incident.js';
import { toJsonDocument } from './json-document.js';
import type { SqlClient } from './sql-client.js';

type SilenceRow = Omit<Silence, 'createdAt' | 'until'> & { readonly createdAt: Date; readonly until: Date };

const COLUMNS = 'id, match, created_at AS "createdAt", until, owner AS by, reason';

export async function createSilence(client: SqlClient, { id, match, until, by, reason }: NewSilence): Promise<Silence> {
  await client.query(
    `INSERT INTO sluice.silence (id, match, until, owner, reason) VALUES ($1, $2::jsonb, $3::timestamptz, $4, $5)
     ON CONFLICT (id) DO NOTHING`,
    [id, toJsonDocument(match), until, kept(by), kept(reason)],
  );
  return find(client, id);
}

export async function endSilence(client: SqlClient, id: string): Promise<Silence> {
  await client.query(
    `UPDATE sluice.silence SET until = date_trunc('milliseconds', now()) WHERE id = $1 AND until > now()`,
    [id],
  );
  return find(client, id);
}

export async function silences(
  client: SqlClient,
  { active, limit }: { readonly active: boolean; readonly limit: number },
): Promise<Silence[]> {
  const rows = await client.query<SilenceRow>(
    `SELECT ${COLUMNS} FROM sluice.silence WHERE NOT $1::boolean OR until > now()
     ORDER BY created_at DESC, id LIMIT $2::int8`,
    [active, limit],
  );
  return rows.map(asSilence);
}

async function find(client: SqlClient, id: string): Promise<Silence> {
  const [row] = await client.query<SilenceRow>(`SELECT ${COLUMNS} FROM sluice.silence WHERE id = $1`, [id]);
  if (row === undefined) throw new SluiceError('NOT_FOUND', `there was never a silence ${id}`);
  return asSilence(row);
}

function asSilence({ createdAt, until, ...rest }: SilenceRow): Silence {
  return { ...rest, createdAt: createdAt.toISOString(), until: until.toISOString() };
}

/** Something must not fail because of a character that PostgreSQL can't keep. */
function kept(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}');
}
