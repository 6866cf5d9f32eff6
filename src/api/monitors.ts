import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../domain/errors.js';
import type { Store } from '../ports/store.js';
import { forgetMonitor, getMonitor, listMonitors } from './endpoints/records.js';
import { pageOf } from './page-of.js';
import { serve } from './serve.js';

/** What monitors have read. Their schedules are Temporal's. */
export function monitorRoutes(server: FastifyInstance, { monitors }: Store): void {
  serve(server, listMonitors, async ({ query: { service, ...paging } }) => {
    const { items, next } = await pageOf(
      paging,
      (limit) => monitors.overview({ limit, ...(service === undefined ? {} : { service }) }),
      { service: 'up', monitor: 'up' },
    );
    return { monitors: items, next };
  });

  serve(server, getMonitor, async ({ params: { service, monitor }, query }) => {
    const latest = await monitors.latest(service, monitor);
    if (latest === null) throw new SluiceError('NOT_FOUND', `monitor ${service}/${monitor} has no reading`);
    const { items, next } = await pageOf(query, (limit) => monitors.readings(service, monitor, limit), { at: 'down' });
    return { latest, readings: items, next };
  });

  serve(server, forgetMonitor, async ({ params: { service, monitor } }) => {
    await monitors.forget(service, monitor);
    return undefined as never;
  });
}
