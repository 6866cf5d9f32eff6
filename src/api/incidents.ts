import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import { INCIDENT_SOURCES, type Incident, LONGEST_SILENCE_MS, type Silence } from '../domain/incident.js';
import { duration } from '../domain/spec/duration.js';
import { serviceName } from '../domain/spec/target.js';
import { gatherPostMortem, renderPostMortem } from '../incidents/post-mortem.js';
import type { RecordedIncident } from '../ports/incident-store.js';
import type { Store } from '../ports/store.js';
import type { Guard } from './guard.js';
import { parseInput } from './problem.js';

const person = z.string().trim().min(1).max(200);
const reason = z.string().trim().min(1).max(500);
const ofIncident = z.object({ id: z.string().regex(/^i-[0-9a-f]{12}$/, 'expected the id of an incident') });
const ofSilence = z.object({ id: z.string().regex(/^s-[0-9a-f]{12}$/, 'expected the id of a silence') });
const limit = z.coerce.number().int().min(1).max(500).default(50);
const truth = z.stringbool({ truthy: ['true'], falsy: ['false'] });
const listQuery = z.object({
  active: truth.default(true),
  service: serviceName.optional(),
  source: z.enum(INCIDENT_SOURCES).optional(),
  limit,
});
const word = z.strictObject({ by: person, reason });
const newSilence = z.strictObject({
  match: z
    .record(z.string().min(1).max(200), z.string().max(300))
    .refine((given) => Object.keys(given).length > 0, 'expected a label at least: all incidents can’t be silenced')
    .refine((given) => Object.keys(given).length <= 20, 'expected at most 20 labels'),
  for: duration.refine((ms) => ms <= LONGEST_SILENCE_MS, 'a silence is at most 30d; make a new one before it ends'),
  by: person,
  reason,
});

/** What went wrong, and who says what of it. Reading is free; the guard stands before what changes something. */
export function incidentRoutes(server: FastifyInstance, store: Store, guard: Guard): void {
  const { incidents } = store;
  server.get('/v1/incidents', async (request): Promise<{ incidents: Incident[] }> => {
    const { active, service, source, limit } = parseInput(listQuery, request.query, 'USAGE');
    const filter = { active, limit, ...(service === undefined ? {} : { service }) };
    return { incidents: await incidents.incidents({ ...filter, ...(source === undefined ? {} : { source }) }) };
  });

  server.get('/v1/incidents/:id', async (request): Promise<RecordedIncident> => recordOf(store, request.params));

  server.get('/v1/incidents/:id/post-mortem', async (request, reply) => {
    const found = await gatherPostMortem(store, await recordOf(store, request.params));
    return reply.type('text/markdown; charset=utf-8').send(renderPostMortem(found));
  });

  server.post('/v1/incidents/:id/ack', { onRequest: guard }, async (request): Promise<Incident> => {
    const { id } = parseInput(ofIncident, request.params, 'USAGE');
    const incident = await incidents.acknowledge(id, parseInput(word, request.body, 'USAGE'));
    request.log.info({ id, acknowledged: incident.acknowledged }, 'incident acknowledged');
    return incident;
  });

  server.post('/v1/incidents/:id/resolve', { onRequest: guard }, async (request): Promise<Incident> => {
    const { id } = parseInput(ofIncident, request.params, 'USAGE');
    const incident = await incidents.resolve(id, parseInput(word, request.body, 'USAGE'));
    request.log.info({ id, resolved: incident.resolved }, 'incident resolved');
    return incident;
  });
  silenceRoutes(server, store, guard);
}

function silenceRoutes(server: FastifyInstance, { incidents }: Store, guard: Guard): void {
  server.post('/v1/silences', { onRequest: guard }, async (request, reply): Promise<Silence> => {
    const { match, for: forMs, by, reason } = parseInput(newSilence, request.body, 'USAGE');
    const until = new Date(Date.now() + forMs).toISOString();
    const id = `s-${randomUUID().replaceAll('-', '').slice(0, 12)}`;
    const silence = await incidents.silence({ id, match, until, by, reason });
    request.log.info({ silence }, 'silence made');
    reply.status(201);
    return silence;
  });

  server.get('/v1/silences', async (request): Promise<{ silences: Silence[] }> => {
    const { active, limit: most } = parseInput(
      z.object({ active: truth.default(true), limit }),
      request.query,
      'USAGE',
    );
    return { silences: await incidents.silences({ active, limit: most }) };
  });

  server.post('/v1/silences/:id/end', { onRequest: guard }, async (request): Promise<Silence> => {
    const { id } = parseInput(ofSilence, request.params, 'USAGE');
    const silence = await incidents.endSilence(id);
    request.log.info({ silence }, 'silence ended');
    return silence;
  });
}

/** @throws {SluiceError} NOT_FOUND */
async function recordOf({ incidents }: Store, params: unknown): Promise<RecordedIncident> {
  const { id } = parseInput(ofIncident, params, 'USAGE');
  const record = await incidents.incident(id);
  if (record === null) throw new SluiceError('NOT_FOUND', `there was never an incident ${id}`);
  return record;
}
