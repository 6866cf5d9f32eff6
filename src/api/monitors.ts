import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import type { MonitorReading } from '../domain/monitor.js';
import { serviceName } from '../domain/spec/target.js';
import type { ReadingLine } from '../ports/monitor-store.js';
import type { Store } from '../ports/store.js';
import type { Guard } from './guard.js';
import { parseInput } from './problem.js';

const limit = z.coerce.number().int().min(1).max(1000);
const overviewQuery = z.object({ service: serviceName.optional(), limit: limit.default(200) });
const ofMonitor = z.object({ service: serviceName, monitor: serviceName });
const historyQuery = z.object({ limit: limit.default(20) });

/** The newest reading of a monitor, whole, and those before it in one line each. */
export interface MonitorHistory {
  readonly latest: MonitorReading;
  readonly readings: readonly ReadingLine[];
}

/** What monitors have read. Their schedules are Temporal's. */
export function monitorRoutes(server: FastifyInstance, { monitors }: Store, guard: Guard): void {
  server.get('/v1/monitors', async (request): Promise<{ monitors: ReadingLine[] }> => {
    const { service, limit } = parseInput(overviewQuery, request.query, 'USAGE');
    return { monitors: await monitors.overview({ limit, ...(service === undefined ? {} : { service }) }) };
  });

  server.get('/v1/monitors/:service/:monitor', async (request): Promise<MonitorHistory> => {
    const { service, monitor } = parseInput(ofMonitor, request.params, 'USAGE');
    const { limit } = parseInput(historyQuery, request.query, 'USAGE');
    const latest = await monitors.latest(service, monitor);
    if (latest === null) throw new SluiceError('NOT_FOUND', `monitor ${service}/${monitor} has no reading`);
    return { latest, readings: await monitors.readings(service, monitor, limit) };
  });

  server.delete('/v1/monitors/:service/:monitor', { onRequest: guard }, async (request, reply) => {
    const { service, monitor } = parseInput(ofMonitor, request.params, 'USAGE');
    await monitors.forget(service, monitor);
    return reply.status(204).send();
  });
}
