import { SluiceError } from '../domain/errors.js';
import type { Route } from '../domain/route.js';
import { toJsonDocument } from './json-document.js';
import type { SqlClient } from './sql-client.js';

/**
 * Keeps a route unless a newer epoch, or another route with the same epoch, is kept. One statement: two writers can't both
 * pass the comparison and then write in the wrong order. What experiments must know of each epoch later is noted with it.
 * @throws {SluiceError} EPOCH_STALE
 */
export async function saveRoute(client: SqlClient, route: Route): Promise<void> {
  const { service, epoch, rolloutId, salt, weightPercent, baseline } = route;
  const saved = await client.query(
    `WITH saved AS (
       INSERT INTO sluice.route AS kept (service, epoch, route) VALUES ($1, $2, $3::jsonb)
       ON CONFLICT (service) DO UPDATE SET epoch = excluded.epoch, route = excluded.route,
         saved_at = CASE WHEN kept.epoch < excluded.epoch THEN now() ELSE kept.saved_at END
       WHERE kept.epoch < excluded.epoch OR (kept.epoch = excluded.epoch AND kept.route = excluded.route)
       RETURNING service, epoch
     ), noted AS (
       INSERT INTO sluice.route_epoch (service, epoch, rollout_id, salt, weight, baseline)
       SELECT service, epoch, $4::text, $5::text, $6::float8, $7::text FROM saved ON CONFLICT DO NOTHING
     )
     SELECT epoch FROM saved`,
    [service, epoch, toJsonDocument(route), rolloutId, salt, weightPercent, baseline.version],
  );
  if (saved.length === 1) return;
  const kept = (await latestRoute(client, service))?.epoch;
  throw new SluiceError(
    'EPOCH_STALE',
    kept === epoch
      ? `epoch ${epoch} of service ${service} is kept with another route`
      : `epoch ${epoch} of service ${service} is older than epoch ${kept}, which is kept`,
  );
}

export async function latestRoute(client: SqlClient, service: string): Promise<Route | null> {
  const [row] = await client.query<{ route: Route }>('SELECT route FROM sluice.route WHERE service = $1', [service]);
  return row?.route ?? null;
}

export async function latestRoutes(client: SqlClient): Promise<Route[]> {
  const rows = await client.query<{ route: Route }>('SELECT route FROM sluice.route ORDER BY service COLLATE "C"');
  return rows.map(({ route }) => route);
}
