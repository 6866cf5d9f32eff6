import type { Incident, IncidentEvent, IncidentStatus, PersonsWord, Sighting } from '../domain/incident.js';
import type { IncidentFilter, RecordedIncident } from '../ports/incident-store.js';
import type { SqlSession } from './sql-client.js';

export interface IncidentRow {
  readonly id: string;
  readonly status: IncidentStatus;
  readonly openedAt: Date;
  readonly seenAt: Date;
  readonly sightings: number;
  readonly sighting: Sighting;
  readonly acknowledged: PersonsWord | null;
  readonly resolved: PersonsWord | null;
}

export const COLUMNS = `id, status, opened_at AS "openedAt", seen_at AS "seenAt", sightings, sighting, acknowledged, resolved`;

export function incidentOf({ sighting, openedAt, seenAt, ...row }: IncidentRow): Incident {
  const { at: _, ...trouble } = sighting;
  return { ...trouble, ...row, openedAt: openedAt.toISOString(), seenAt: seenAt.toISOString() };
}

export async function findIncidents(session: SqlSession, filter: IncidentFilter): Promise<Incident[]> {
  const { active, service = null, source = null, endedAfter = null, openedBefore = null, limit } = filter;
  const rows = await session.query<IncidentRow>(
    `SELECT ${COLUMNS} FROM sluice.incident
     WHERE (NOT $1::boolean OR status <> 'resolved') AND ($2::text IS NULL OR service = $2)
       AND ($3::text IS NULL OR source = $3) AND ($4::timestamptz IS NULL OR ended_at IS NULL OR ended_at >= $4)
       AND ($5::timestamptz IS NULL OR opened_at <= $5)
     ORDER BY opened_at DESC, id LIMIT $6::int8`,
    [active, service, source, endedAfter, openedBefore, limit],
  );
  return rows.map(incidentOf);
}

interface OfMonitor {
  readonly service: string;
  readonly monitor: string;
  readonly resolvedSince: string;
  readonly limit: number;
}

export async function ofMonitor(
  session: SqlSession,
  { service, monitor, resolvedSince, limit }: OfMonitor,
): Promise<RecordedIncident[]> {
  const rows = await session.query<IncidentRow>(
    `SELECT ${COLUMNS} FROM sluice.incident
     WHERE service = $1 AND monitor = $2 AND (ended_at IS NULL OR ended_at >= $3::timestamptz)
     ORDER BY (ended_at IS NULL) DESC, opened_at DESC, id LIMIT $4::int8`,
    [service, monitor, resolvedSince, limit],
  );
  const events = await eventsOf(
    session,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ incident: incidentOf(row), events: events.get(row.id) ?? [] }));
}

/** By incident, each in the order they were written. */
export async function eventsOf(session: SqlSession, ids: readonly string[]): Promise<Map<string, IncidentEvent[]>> {
  const rows = await session.query<{ id: string; event: IncidentEvent }>(
    `SELECT incident_id AS id, event FROM sluice.incident_event WHERE incident_id = ANY($1::text[]) ORDER BY sequence`,
    [ids],
  );
  const byIncident = new Map<string, IncidentEvent[]>();
  for (const { id, event } of rows) byIncident.set(id, [...(byIncident.get(id) ?? []), event]);
  return byIncident;
}
