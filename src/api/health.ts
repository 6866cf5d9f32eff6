import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../domain/errors.js';
import type { Store } from '../ports/store.js';

/** `/healthz`: this process runs. `/readyz`: it can do its work, which needs the store. */
export function healthRoutes(server: FastifyInstance, store: Store): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async () => {
    await store.ping().catch((cause: unknown) => {
      throw new SluiceError('STORE_UNAVAILABLE', 'the store does not answer', { cause });
    });
    return { status: 'ready' };
  });
}
