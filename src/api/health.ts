import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../domain/errors.js';
import type { Store } from '../ports/store.js';
import { getHealth, getReadiness } from './endpoints/process.js';
import { serve } from './serve.js';

/** `/healthz`: this process runs. `/readyz`: it can do its work, which needs the store. */
export function healthRoutes(server: FastifyInstance, store: Store): void {
  serve(server, getHealth, async () => ({ status: 'ok' as const }));
  serve(server, getReadiness, async () => {
    await store.ping().catch((cause: unknown) => {
      throw new SluiceError('STORE_UNAVAILABLE', 'the store does not answer', { cause });
    });
    return { status: 'ready' as const };
  });
}
