import type { Decision } from '../domain/decision.js';
import type { ListedRollout, RolloutFilter, RolloutList } from '../ports/rollout-list.js';
import { bounds, changes } from './changes.js';
import type { SqlClient } from './sql-client.js';

export function createSqlRolloutList(client: SqlClient): RolloutList {
  return {
    list: (filter) => list(client, filter),
    newestOf: (services) => newestOf(client, services),
    services: (after, limit) => services(client, after, limit),
    decisions: (rolloutId, after, limit) => decisions(client, rolloutId, after, limit),
    bounds: () => bounds(client),
    changes: (after, missing, limit) => changes(client, after, missing, limit),
  };
}

async function list(client: SqlClient, filter: RolloutFilter): Promise<ListedRollout[]> {
  const { service, status, search, isAsking, isActive, after, limit } = filter;
  const params: unknown[] = [limit];
  const given = (value: unknown) => `$${params.push(value)}`;
  const conditions = [
    ...(service === undefined ? [] : [`service = ${given(service)}`]),
    ...(status === undefined ? [] : [`status = ${given(status)}`]),
    ...(search === undefined ? [] : [`search LIKE ${given(`%${literal(search.toLowerCase())}%`)}`]),
    ...(isAsking ? ['is_asking'] : []),
    // As in the index' own condition.
    ...(isActive ? ["status IN ('progressing', 'waiting', 'paused')"] : []),
    ...(after === undefined
      ? []
      : [`(started_at, rollout_id) < (${given(after.startedAt)}::timestamptz, ${given(after.rolloutId)})`]),
  ];
  const rows = await client.query<{ summary: ListedRollout }>(
    `SELECT summary FROM sluice.rollout ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY started_at DESC, rollout_id DESC LIMIT $1::int8`,
    params,
  );
  return rows.map(({ summary }) => summary);
}

/** What LIKE would read as a pattern is meant as it is written. */
function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

async function newestOf(client: SqlClient, names: readonly string[]): Promise<ListedRollout[]> {
  const rows = await client.query<{ summary: ListedRollout }>(
    `SELECT summary FROM unnest($1::text[]) AS wanted (name), LATERAL (
       SELECT summary FROM sluice.rollout WHERE service = wanted.name ORDER BY started_at DESC, rollout_id DESC LIMIT 1
     ) AS newest`,
    [names],
  );
  return rows.map(({ summary }) => summary);
}

async function services(client: SqlClient, after: string, limit: number): Promise<string[]> {
  const rows = await client.query<{ service: string }>(
    `SELECT service FROM (SELECT service FROM sluice.route UNION SELECT service FROM sluice.rollout) AS known
     WHERE service COLLATE "C" > $1 ORDER BY service COLLATE "C" LIMIT $2::int8`,
    [after, limit],
  );
  return rows.map(({ service }) => service);
}

async function decisions(client: SqlClient, rolloutId: string, after: number, limit: number): Promise<Decision[]> {
  const rows = await client.query<{ decision: Decision }>(
    'SELECT decision FROM sluice.decision WHERE rollout_id = $1 AND sequence > $2::int8 ORDER BY sequence LIMIT $3::int8',
    [rolloutId, after, limit],
  );
  return rows.map(({ decision }) => decision);
}
