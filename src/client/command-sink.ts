import type { Client } from '@temporalio/client';
import type { Command } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import type { Identity } from '../domain/identity.js';
import type { QueueState } from '../domain/queue-state.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import type { PrivateKey } from '../identity/private-key.js';
import { createSigner, type Signer } from '../identity/signer.js';
import type { TemporalSettings } from '../temporal/connection.js';
import { openLazyLink } from '../temporal/lazy-link.js';
import { isDeadline } from './deadline.js';
import { dequeue, readQueue } from './queue.js';
import { type RetriedRollout, retryRollout } from './retry-rollout.js';
import { type SentRequest, sendCommand } from './send-command.js';
import { type OnConflict, type StartedRollout, startRollout } from './start-rollout.js';
import { workerPresence } from './worker-presence.js';

/** What somebody asks, in whose name, and what becomes of it: how an api reaches rollouts. */
export interface CommandSink {
  /**
   * @returns the rollout's view right after it accepted
   * @throws {SluiceError} COMMAND_REFUSED, UNAUTHORIZED by the rollout; NOT_FOUND; NO_WORKER, TEMPORAL_UNAVAILABLE in time
   */
  send(service: string, command: Command, asked: Omit<SentRequest, 'actor'>, who: Identity): Promise<RolloutState>;
  start(
    spec: RolloutSpec,
    options: { readonly onConflict: OnConflict; readonly reason: string; readonly mark?: string },
    who: Identity,
  ): Promise<StartedRollout>;
  retry(service: string, fromStep: number | undefined, who: Identity): Promise<RetriedRollout>;
  queue(service: string): Promise<QueueState>;
  dequeue(service: string, rolloutId: string): Promise<void>;
  close(): Promise<void>;
}

export interface SinkOptions {
  /** Signs in the names of others (an issuer's), or in its holder's only; null: nobody proves anything. */
  readonly key: PrivateKey | null;
  /** For an answer. */
  readonly timeoutMs?: number;
  readonly taskQueue?: string;
}

const TIMEOUT_MS = 5000;

/** Commands as updates of workflows. Connects when the first one comes, so that whoever holds this can start while Temporal is down. */
export function createCommandSink(settings: TemporalSettings, options: SinkOptions): CommandSink {
  const link = openLazyLink(() => settings, { connectTimeoutMs: options.timeoutMs ?? TIMEOUT_MS });
  return { ...commandSinkOver(() => link.client(), options), close: () => link.close() };
}

/** The same over a client that somebody else closes. */
export function commandSinkOver(clientOf: () => Promise<Client>, options: SinkOptions): CommandSink {
  const { key, timeoutMs = TIMEOUT_MS, taskQueue } = options;
  const within = async <T>(ask: (client: Client) => Promise<T>): Promise<T> => {
    const client = await clientOf();
    try {
      return await client.withDeadline(Date.now() + timeoutMs, () => ask(client));
    } catch (error) {
      throw await explain(error, client, timeoutMs);
    }
  };
  const queue = taskQueue === undefined ? {} : { taskQueue };
  return {
    send: (service, command, asked, who) =>
      within(async (client) => {
        const signer = await signerFor(key, who);
        return sendCommand(client, service, command, { ...asked, actor: nameOf(who, signer) }, signer, timeoutMs);
      }),
    start: (spec, asked, who) =>
      within(async (client) => {
        const signer = await signerFor(key, who);
        return startRollout(client, spec, nameOf(who, signer), { ...asked, signer, ...queue });
      }),
    retry: (service, fromStep, who) =>
      within(async (client) => {
        const signer = await signerFor(key, who);
        const from = fromStep === undefined ? {} : { fromStep };
        return retryRollout(client, service, nameOf(who, signer), { ...from, signer, ...queue });
      }),
    queue: (service) => within((client) => readQueue(client, service)),
    dequeue: (service, rolloutId) => within((client) => dequeue(client, service, rolloutId)),
    close: async () => undefined,
  };
}

/** An issuer's key vouches for whoever was let in; a person's speaks for that person, and for whoever is on their machine. */
async function signerFor(key: PrivateKey | null, who: Identity): Promise<Signer | null> {
  if (key === null) return null;
  if ('issuer' in key.holder) return createSigner(key, who);
  const isHolder = who.subject === key.holder.subject || who.subject === 'local';
  // Unsigned, a worker with identity keys says no, and says why.
  return isHolder ? createSigner(key) : null;
}

function nameOf(who: Identity, signer: Signer | null): string {
  return signer?.identity.subject ?? who.subject;
}

/** Silence has two reasons, which are mended in two places. */
async function explain(error: unknown, client: Client, timeoutMs: number): Promise<SluiceError> {
  const isSilence = error instanceof SluiceError ? error.code === 'NO_WORKER' : isDeadline(error);
  if (!isSilence)
    return error instanceof SluiceError
      ? error
      : new SluiceError('TEMPORAL_UNAVAILABLE', `Temporal: ${String(error)}`, { cause: error });
  const presence = await workerPresence(client);
  const after = `no answer within ${timeoutMs / 1000} s`;
  if (presence === null) return new SluiceError('TEMPORAL_UNAVAILABLE', `${after}: Temporal does not answer`);
  return new SluiceError(
    'NO_WORKER',
    `${after}: ${presence} (sluice worker). It may still be taken later; the same Idempotency-Key again is the same decision`,
  );
}
