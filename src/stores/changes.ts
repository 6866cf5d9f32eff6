import type { Decision } from '../domain/decision.js';
import type { Change, FeedBounds, ListedRollout } from '../ports/rollout-list.js';
import { COLUMNS, type IncidentRow, incidentOf } from './incidents-read.js';
import type { SqlClient } from './sql-client.js';

interface Noted {
  readonly position: number;
  readonly kind: Change['kind'];
  readonly key: string;
  readonly sequence: number | null;
}

export async function bounds(client: SqlClient): Promise<FeedBounds | null> {
  const [row] = await client.query<{ oldest: number | null; newest: number | null }>(
    'SELECT min(position)::int8 AS oldest, max(position)::int8 AS newest FROM sluice.change',
  );
  return row === undefined || row.oldest === null || row.newest === null
    ? null
    : { oldest: row.oldest, newest: row.newest };
}

export async function changes(
  client: SqlClient,
  after: number,
  missing: readonly number[],
  limit: number,
): Promise<{ changes: Change[]; positions: number[] }> {
  const noted = await client.query<Noted>(
    `SELECT position, kind, key, sequence FROM sluice.change WHERE position > $1::int8
     UNION ALL SELECT position, kind, key, sequence FROM sluice.change WHERE position = ANY($2::int8[]) AND position <= $1
     ORDER BY position LIMIT $3::int8`,
    [after, missing, limit],
  );
  if (noted.length === 0) return { changes: [], positions: [] };
  const newest = new Map(noted.map((one) => [`${one.kind} ${one.key} ${one.sequence}`, one]));
  const wanted = [...newest.values()].sort((a, b) => a.position - b.position);
  const found = await load(client, wanted);
  return { changes: wanted.flatMap((one) => found(one) ?? []), positions: noted.map(({ position }) => position) };
}

/** What these are now; nothing where one is gone. */
async function load(client: SqlClient, wanted: readonly Noted[]): Promise<(one: Noted) => Change | null> {
  const keysOf = (kind: Change['kind']) => wanted.filter((one) => one.kind === kind);
  const [rollouts, decisions, incidents] = await Promise.all([
    loadRollouts(client, keysOf('rollout')),
    loadDecisions(client, keysOf('decision')),
    loadIncidents(client, keysOf('incident')),
  ]);
  return ({ position, kind, key, sequence }) => {
    switch (kind) {
      case 'rollout': {
        const rollout = rollouts.get(key);
        return rollout === undefined ? null : { position, kind, rollout };
      }
      case 'decision': {
        const found = decisions.get(`${key} ${sequence}`);
        return found === undefined ? null : { position, kind, ...found };
      }
      case 'incident': {
        const incident = incidents.get(key);
        return incident === undefined ? null : { position, kind, incident };
      }
    }
  };
}

async function loadRollouts(client: SqlClient, noted: readonly Noted[]): Promise<Map<string, ListedRollout>> {
  if (noted.length === 0) return new Map();
  const rows = await client.query<{ summary: ListedRollout }>(
    'SELECT summary FROM sluice.rollout WHERE rollout_id = ANY($1::text[])',
    [noted.map(({ key }) => key)],
  );
  return new Map(rows.map(({ summary }) => [summary.rolloutId, summary]));
}

async function loadDecisions(client: SqlClient, noted: readonly Noted[]) {
  if (noted.length === 0) return new Map<string, { decision: Decision; service: string | null }>();
  const rows = await client.query<{ decision: Decision; service: string | null }>(
    `SELECT decision, service FROM unnest($1::text[], $2::int8[]) AS wanted (rollout_id, sequence)
     JOIN sluice.decision USING (rollout_id, sequence) LEFT JOIN sluice.rollout USING (rollout_id)`,
    [noted.map(({ key }) => key), noted.map(({ sequence }) => sequence)],
  );
  return new Map(rows.map((row) => [`${row.decision.rolloutId} ${row.decision.sequence}`, row]));
}

async function loadIncidents(client: SqlClient, noted: readonly Noted[]) {
  if (noted.length === 0) return new Map();
  const rows = await client.query<IncidentRow>(`SELECT ${COLUMNS} FROM sluice.incident WHERE id = ANY($1::text[])`, [
    noted.map(({ key }) => key),
  ]);
  return new Map(rows.map((row) => [row.id, incidentOf(row)]));
}
