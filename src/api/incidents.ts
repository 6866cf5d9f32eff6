import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../domain/errors.js';
import { gatherPostMortem, renderPostMortem } from '../incidents/post-mortem.js';
import type { RecordedIncident } from '../ports/incident-store.js';
import type { Store } from '../ports/store.js';
import {
  acknowledgeIncident,
  endSilence,
  getIncident,
  getPostMortem,
  listIncidents,
  listSilences,
  makeSilence,
  resolveIncident,
} from './endpoints/incidents.js';
import { pageOf } from './page-of.js';
import { namedBy, serve } from './serve.js';

/** What went wrong, and who says what of it. */
export function incidentRoutes(server: FastifyInstance, store: Store): void {
  const { incidents } = store;
  serve(server, listIncidents, async ({ query: { active, service, source, ...paging } }) => {
    const filter = {
      active,
      ...(service === undefined ? {} : { service }),
      ...(source === undefined ? {} : { source }),
    };
    const { items, next } = await pageOf(paging, (limit) => incidents.incidents({ ...filter, limit }), {
      openedAt: 'down',
      id: 'up',
    });
    return { incidents: items, next };
  });

  serve(server, getIncident, async ({ params: { id } }) => recordOf(store, id));

  serve(server, getPostMortem, async ({ params: { id } }) =>
    renderPostMortem(await gatherPostMortem(store, await recordOf(store, id))),
  );

  serve(server, acknowledgeIncident, async ({ params: { id }, body: { by, reason }, who, request }) => {
    const incident = await incidents.acknowledge(id, { by: namedBy(who, by, 'by'), reason });
    request.log.info({ id, acknowledged: incident.acknowledged }, 'incident acknowledged');
    return incident;
  });

  serve(server, resolveIncident, async ({ params: { id }, body: { by, reason }, who, request }) => {
    const incident = await incidents.resolve(id, { by: namedBy(who, by, 'by'), reason });
    request.log.info({ id, resolved: incident.resolved }, 'incident resolved');
    return incident;
  });
  silenceRoutes(server, store);
}

function silenceRoutes(server: FastifyInstance, { incidents }: Store): void {
  serve(server, makeSilence, async ({ body: { match, for: forMs, by, reason }, who, request }) => {
    const until = new Date(Date.now() + forMs).toISOString();
    const id = `s-${randomUUID().replaceAll('-', '').slice(0, 12)}`;
    const silence = await incidents.silence({ id, match, until, by: namedBy(who, by, 'by'), reason });
    request.log.info({ silence }, 'silence made');
    return silence;
  });

  serve(server, listSilences, async ({ query: { active, ...paging } }) => {
    const { items, next } = await pageOf(paging, (limit) => incidents.silences({ active, limit }), {
      createdAt: 'down',
      id: 'up',
    });
    return { silences: items, next };
  });

  serve(server, endSilence, async ({ params: { id }, request }) => {
    const silence = await incidents.endSilence(id);
    request.log.info({ silence }, 'silence ended');
    return silence;
  });
}

/** @throws {SluiceError} NOT_FOUND */
async function recordOf({ incidents }: Store, id: string): Promise<RecordedIncident> {
  const record = await incidents.incident(id);
  if (record === null) throw new SluiceError('NOT_FOUND', `there was never an incident ${id}`);
  return record;
}
