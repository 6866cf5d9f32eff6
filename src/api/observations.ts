import type { FastifyInstance } from 'fastify';
import type { Store } from '../ports/store.js';
import { observationBatch } from './observation-schema.js';
import { parseInput } from './problem.js';

/** Of one batch; a gateway ships far smaller ones. */
const LARGEST_BATCH_BYTES = 16 * 1024 * 1024;

/** The collector: what gateways recorded goes to the store. 202 says that it is kept; `added` is false for a repeat. */
export function observationRoutes(server: FastifyInstance, store: Store): void {
  server.post('/v1/observations', { bodyLimit: LARGEST_BATCH_BYTES }, async (request, reply) => {
    const batch = parseInput(observationBatch, request.body, 'OBSERVATION_INVALID');
    return reply.status(202).send({ added: await store.appendObservations(batch) });
  });
}
