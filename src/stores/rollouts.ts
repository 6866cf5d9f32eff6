import type { Decision } from '../domain/decision.js';
import { type RolloutState, withAllPhases } from '../domain/rollout-state.js';
import { toJsonDocument } from './json-document.js';
import type { SqlClient } from './sql-client.js';

/** Keeps the view with the highest revision: an older one that comes late changes nothing. */
export async function saveRollout(client: SqlClient, state: RolloutState): Promise<void> {
  await client.query(
    `INSERT INTO sluice.rollout AS kept (rollout_id, service, started_at, revision, state)
     VALUES ($1, $2, $3, $4, $5::jsonb)
     ON CONFLICT (rollout_id) DO UPDATE
       SET service = excluded.service, started_at = excluded.started_at, revision = excluded.revision, state = excluded.state
     WHERE kept.revision < excluded.revision`,
    [state.rolloutId, state.service, state.startedAt, state.revision, toJsonDocument(state)],
  );
}

export async function rollout(client: SqlClient, rolloutId: string): Promise<RolloutState | null> {
  const [row] = await client.query<{ state: RolloutState }>('SELECT state FROM sluice.rollout WHERE rollout_id = $1', [
    rolloutId,
  ]);
  return row ? withAllPhases(row.state) : null;
}

export async function rollouts(
  client: SqlClient,
  { service, limit }: { readonly service?: string; readonly limit: number },
): Promise<RolloutState[]> {
  const rows = await client.query<{ state: RolloutState }>(
    `SELECT state FROM sluice.rollout WHERE $1::text IS NULL OR service = $1
     ORDER BY started_at DESC, rollout_id DESC LIMIT $2::int8`,
    [service ?? null, limit],
  );
  return rows.map(({ state }) => withAllPhases(state));
}

/** Inserts a line of the ledger, or ignores it where its number is taken: a line is never changed. */
export async function appendDecision(client: SqlClient, decision: Decision): Promise<void> {
  await client.query(
    'INSERT INTO sluice.decision (rollout_id, sequence, decision) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING',
    [decision.rolloutId, decision.sequence, toJsonDocument(decision)],
  );
}

export async function decisions(client: SqlClient, rolloutId: string): Promise<Decision[]> {
  const rows = await client.query<{ decision: Decision }>(
    'SELECT decision FROM sluice.decision WHERE rollout_id = $1 ORDER BY sequence',
    [rolloutId],
  );
  return rows.map(({ decision }) => decision);
}
