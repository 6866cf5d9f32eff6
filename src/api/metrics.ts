import type { FastifyInstance } from 'fastify';
import { Counter, Registry } from 'prom-client';
import type { Store } from '../ports/store.js';
import { getMetrics } from './endpoints/process.js';
import { addStoreGauges } from './metrics/store-gauges.js';
import { serve } from './serve.js';

/**
 * Prometheus' page, which holds no secret and needs no token. Only what is registered after it is counted, so it comes first.
 */
export function metricsRoutes(server: FastifyInstance, store: Store): void {
  const registry = new Registry();
  const refresh = addStoreGauges(registry, store);
  const requests = new Counter({
    name: 'sluice_api_requests_total',
    help: 'Requests answered, by the pattern of their path.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  server.addHook('onResponse', async ({ method, routeOptions }, { statusCode }) => {
    requests.inc({ method, route: routeOptions.url ?? 'none', status: String(statusCode) });
  });
  serve(server, getMetrics, async ({ reply }) => {
    await refresh();
    reply.type(registry.contentType);
    return registry.metrics();
  });
}
