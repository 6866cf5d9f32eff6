import { artifactsOnTrial } from '../../client/artifacts-on-trial.js';
import { dequeue, readQueue, untilStarted } from '../../client/queue.js';
import { retryRollout } from '../../client/retry-rollout.js';
import { sendCommand } from '../../client/send-command.js';
import { startRollout } from '../../client/start-rollout.js';
import type { Signer } from '../../identity/signer.js';
import { withTemporal } from '../with-temporal.js';
import type { Control } from './control.js';

/** @param signer proves who asks; null: the actor is as given, which a worker with identity keys refuses */
export function controlOverTemporal(actor: string, signer: Signer | null): Control {
  return {
    person: { actor, provenBy: signer === null ? null : 'SLUICE_IDENTITY' },
    decide: (service, command, { digest, ...asked }, timeoutMs) =>
      withTemporal(async ({ client }) => {
        const artifacts = command === 'approve' ? await artifactsOnTrial(client, service, digest) : {};
        return sendCommand(client, service, command, { ...asked, ...artifacts, actor }, signer, timeoutMs);
      }),
    start: ({ spec, onConflict, reason }) =>
      withTemporal(({ client }) => startRollout(client, spec, actor, { onConflict, reason, signer })),
    retry: (service, fromStep) =>
      withTemporal(({ client }) =>
        retryRollout(client, service, actor, { signer, ...(fromStep === undefined ? {} : { fromStep }) }),
      ),
    queue: (service) => withTemporal(({ client }) => readQueue(client, service)),
    dequeue: (service, rolloutId) => withTemporal(({ client }) => dequeue(client, service, rolloutId)),
    untilStarted: (service, rolloutId, timeoutMs) =>
      withTemporal(({ client }) => untilStarted(client, service, rolloutId, { timeoutMs })),
  };
}
