import { createHash } from 'node:crypto';
import { SluiceError } from '../domain/errors.js';
import type { Incident, IncidentEvent, PersonsWord, Sighting } from '../domain/incident.js';
import type { IncidentStore, RecordedIncident, Word } from '../ports/incident-store.js';
import { COLUMNS, eventsOf, findIncidents, type IncidentRow, incidentOf, ofMonitor } from './incidents-read.js';
import { toJsonDocument } from './json-document.js';
import { createSilence, endSilence, silences } from './silences.js';
import type { SqlClient, SqlSession } from './sql-client.js';

export function createSqlIncidents(client: SqlClient): IncidentStore {
  return {
    observe: (sighting) => client.transaction((session) => observe(session, sighting)),
    end: (sighting, word) => client.transaction((session) => end(session, sighting, word)),
    acknowledge: (id, word) => client.transaction((session) => acknowledge(session, id, word)),
    resolve: (id, word) => client.transaction((session) => resolve(session, id, word)),
    append: (id, event) => append(client, id, event),
    incident: (id) => recorded(client, id),
    incidents: (filter) => findIncidents(client, filter),
    ofMonitor: (service, monitor, resolvedSince, limit) =>
      ofMonitor(client, { service, monitor, resolvedSince, limit }),
    silence: (silence) => createSilence(client, silence),
    endSilence: (id) => endSilence(client, id),
    silences: (filter) => silences(client, filter),
  };
}

/** The same for whoever sees it: what comes twice, or to two processes at once, is one incident. */
function idOf({ key, episode }: Sighting): string {
  const digest = createHash('sha256').update(JSON.stringify([key, episode]));
  return `i-${digest.digest('hex').slice(0, 12)}`;
}

async function observe(session: SqlSession, sighting: Sighting): Promise<{ incident: Incident; isNew: boolean }> {
  const open = await openOf(session, sighting.key);
  if (open !== null) return { incident: await seeAgain(session, open, sighting), isNew: false };
  const id = idOf(sighting);
  const rows = await session.query<IncidentRow>(
    `INSERT INTO sluice.incident (id, key, service, source, monitor, status, opened_at, seen_at, sightings, sighting)
     VALUES ($1, $2, $3, $4, $5, 'open', $6::timestamptz, $6::timestamptz, 1, $7::jsonb)
     ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [id, ...columnsOf(sighting)],
  );
  const [row] = rows;
  if (row === undefined) {
    // Of this episode there was one, or somebody else has just been faster.
    const other = (await openOf(session, sighting.key)) ?? (await recorded(session, id))?.incident;
    // What somebody else had open when this was refused may be over by now.
    return other === undefined ? observe(session, sighting) : { incident: other, isNew: false };
  }
  await append(session, id, eventOf('opened', sighting.at, 'sluice', sighting.title));
  return { incident: incidentOf(row), isNew: true };
}

async function seeAgain(session: SqlSession, open: Incident, sighting: Sighting): Promise<Incident> {
  if (Date.parse(sighting.at) <= Date.parse(open.seenAt)) return open;
  // It goes on being the episode that it began as.
  const newest = { ...sighting, episode: open.episode };
  const [row] = await session.query<IncidentRow>(
    `UPDATE sluice.incident SET seen_at = $2::timestamptz, sightings = sightings + 1, sighting = $3::jsonb
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [open.id, sighting.at, toJsonDocument(newest)],
  );
  if (sighting.severity === 'critical' && open.severity === 'warning')
    await append(session, open.id, eventOf('worsened', sighting.at, 'sluice', sighting.title));
  return row === undefined ? open : incidentOf(row);
}

async function end(session: SqlSession, sighting: Sighting, word: Word): Promise<Incident> {
  const open = await openOf(session, sighting.key);
  const at = word.at ?? sighting.at;
  if (open !== null) {
    const isOfLater = Date.parse(open.episode) > Date.parse(sighting.episode);
    return isOfLater ? open : resolve(session, open.id, { ...word, at });
  }
  const id = idOf(sighting);
  const [row] = await session.query<IncidentRow>(
    `INSERT INTO sluice.incident
       (id, key, service, source, monitor, status, opened_at, seen_at, sightings, sighting, ended_at, resolved)
     VALUES ($1, $2, $3, $4, $5, 'resolved', $6::timestamptz, $6::timestamptz, 1, $7::jsonb, $8::timestamptz, $9::jsonb)
     ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    [id, ...columnsOf(sighting), at, toJsonDocument({ ...word, at })],
  );
  if (row === undefined) {
    // Of this episode there was one that has ended, or somebody has just opened it.
    const isOpen = (await openOf(session, sighting.key)) !== null;
    return isOpen ? end(session, sighting, word) : find(session, id);
  }
  await append(session, id, eventOf('resolved', at, word.by, word.reason));
  return incidentOf(row);
}

async function acknowledge(session: SqlSession, id: string, word: Word): Promise<Incident> {
  const incident = await find(session, id);
  if (incident.status === 'resolved')
    throw new SluiceError('COMMAND_REFUSED', `incident ${id} was resolved by ${incident.resolved?.by}`);
  if (incident.status === 'acknowledged') return incident;
  const said = spoken(word);
  const [row] = await session.query<IncidentRow>(
    `UPDATE sluice.incident SET status = 'acknowledged', acknowledged = $2::jsonb WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, toJsonDocument(said)],
  );
  await append(session, id, eventOf('acknowledged', said.at, said.by, said.reason));
  return row === undefined ? incident : incidentOf(row);
}

async function resolve(session: SqlSession, id: string, word: Word): Promise<Incident> {
  const incident = await find(session, id);
  if (incident.status === 'resolved') return incident;
  const said = spoken(word);
  const [row] = await session.query<IncidentRow>(
    `UPDATE sluice.incident SET status = 'resolved', resolved = $2::jsonb, ended_at = $3::timestamptz
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, toJsonDocument(said), said.at],
  );
  await append(session, id, eventOf('resolved', said.at, said.by, said.reason));
  return row === undefined ? incident : incidentOf(row);
}

async function append(session: SqlSession, id: string, event: IncidentEvent): Promise<boolean> {
  const rows = await session.query<{ key: string }>(
    `INSERT INTO sluice.incident_event (incident_id, key, event) VALUES ($1, $2, $3::jsonb)
     ON CONFLICT DO NOTHING RETURNING key`,
    [id, event.key, toJsonDocument(event)],
  );
  return rows.length > 0;
}

async function recorded(session: SqlSession, id: string): Promise<RecordedIncident | null> {
  const [row] = await session.query<IncidentRow>(`SELECT ${COLUMNS} FROM sluice.incident WHERE id = $1`, [id]);
  if (row === undefined) return null;
  return { incident: incidentOf(row), events: (await eventsOf(session, [id])).get(id) ?? [] };
}

/** Nobody else changes it until the transaction ends. */
async function openOf(session: SqlSession, key: string): Promise<Incident | null> {
  const [row] = await session.query<IncidentRow>(
    `SELECT ${COLUMNS} FROM sluice.incident WHERE key = $1 AND status <> 'resolved' FOR UPDATE`,
    [key],
  );
  return row === undefined ? null : incidentOf(row);
}

async function find(session: SqlSession, id: string): Promise<Incident> {
  const text = `SELECT ${COLUMNS} FROM sluice.incident WHERE id = $1 FOR UPDATE`;
  const [row] = await session.query<IncidentRow>(text, [id]);
  if (row === undefined) throw new SluiceError('NOT_FOUND', `there was never an incident ${id}`);
  return incidentOf(row);
}

function columnsOf(sighting: Sighting): unknown[] {
  const { key, service, source, labels, at } = sighting;
  return [
    key,
    service,
    source,
    source === 'monitor' ? (labels['monitor'] ?? null) : null,
    at,
    toJsonDocument(sighting),
  ];
}

function spoken({ by, reason, at = new Date().toISOString() }: Word): PersonsWord {
  return { by, reason, at };
}

/** Each of these happens once. */
function eventOf(kind: IncidentEvent['kind'], at: string, by: string, text: string): IncidentEvent {
  return { key: kind, kind, at, by, text };
}
