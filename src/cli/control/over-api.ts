import { readFile } from 'node:fs/promises';
import { isQueued, whileWaiting } from '../../client/queue.js';
import { SluiceError } from '../../domain/errors.js';
import type { SluiceClient } from '../../sdk/index.js';
import { withApi } from '../with-api.js';
import type { Control } from './control.js';

/** The api gives a start as long as Temporal's own way to the queue takes. */
const START_TIMEOUT_MS = 80_000;
const QUEUE_LOOK_MS = 2000;

/** Asks as whoever SLUICE_TOKEN is of: the api knows the name, and vouches for it. */
export function controlOverApi(): Control {
  const queue = (service: string) => heard((api) => api.getQueue(service));
  return {
    person: { actor: null, provenBy: 'SLUICE_TOKEN' },
    decide: (service, command, { digest, ...asked }, timeoutMs) =>
      heard(
        (api) =>
          api.sendCommand(service, {
            ...asked,
            command,
            ...(digest === undefined ? {} : { artifacts: { candidate: digest } }),
          }),
        timeoutMs,
      ),
    async start({ file, onConflict, reason }) {
      const spec = await readFile(file, 'utf8');
      return heard((api) => api.startRollout({ spec, onConflict, reason }), START_TIMEOUT_MS);
    },
    async retry(service, fromStep) {
      const body = { command: 'retry' as const, ...(fromStep === undefined ? {} : { step: fromStep }) };
      const { retried } = await heard((api) => api.sendCommand(service, body), START_TIMEOUT_MS);
      if (retried === undefined) throw new SluiceError('STORE_UNAVAILABLE', 'the api does not say what it has started');
      return retried;
    },
    queue,
    dequeue: (service, rolloutId) => heard((api) => api.dequeue(service, rolloutId)),
    // Left or taken out, the record says: whoever follows the rollout then finds it there, or not.
    untilStarted: (service, rolloutId, timeoutMs) =>
      whileWaiting({ service, rolloutId }, async () => isQueued(await queue(service), rolloutId), {
        timeoutMs,
        intervalMs: QUEUE_LOOK_MS,
      }),
  };
}

/** Nobody is left without a way because the api is away. */
async function heard<T>(ask: (api: SluiceClient) => Promise<T>, timeoutMs?: number): Promise<T> {
  return withApi(ask, timeoutMs).catch((error: unknown) => {
    if (!(error instanceof SluiceError) || error.code !== 'STORE_UNAVAILABLE') throw error;
    const others = 'without SLUICE_TOKEN Temporal itself is asked, and rollback --force needs neither';
    throw new SluiceError('STORE_UNAVAILABLE', `${error.message}; ${others}`);
  });
}
