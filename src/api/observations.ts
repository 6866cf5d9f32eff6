import type { FastifyInstance } from 'fastify';
import type { Store } from '../ports/store.js';
import { takeObservations } from './endpoints/intake.js';
import { serve } from './serve.js';

/** The collector: what gateways recorded goes to the store. 202 says that it is kept; `added` is false for a repeat. */
export function observationRoutes(server: FastifyInstance, store: Store): void {
  serve(server, takeObservations, async ({ body }) => ({ added: await store.appendObservations(body) }));
}
