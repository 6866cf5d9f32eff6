import type { FastifyInstance } from 'fastify';
import type { Route } from '../domain/route.js';
import type { Store } from '../ports/store.js';

/** The newest wanted route of each service, for whoever compares it with what gateways do. */
export function wantedRoutes(server: FastifyInstance, store: Store): void {
  server.get('/v1/routes', async (): Promise<{ routes: Route[] }> => ({ routes: await store.latestRoutes() }));
}
