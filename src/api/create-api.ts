import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Store } from '../ports/store.js';
import { healthRoutes } from './health.js';
import { observationRoutes } from './observations.js';
import { answerProblems } from './problem.js';
import { rolloutRoutes } from './rollouts.js';

export interface ApiDeps {
  readonly store: Store;
  /** Silent where there is none. */
  readonly logger?: FastifyBaseLogger;
}

/** The HTTP API and the collector, not yet listening. The store stays the caller's to close. */
export function createApi({ store, logger }: ApiDeps): FastifyInstance {
  const server = Fastify(logger === undefined ? {} : { loggerInstance: logger });
  answerProblems(server);
  healthRoutes(server, store);
  observationRoutes(server, store);
  rolloutRoutes(server, store);
  return server;
}
