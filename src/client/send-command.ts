import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Command, CommandRequest } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import type { RolloutState } from '../domain/rollout-state.js';
import { type Signer, signCommand } from '../identity/signer.js';
import { explainRefusal } from './explain-refusal.js';
import { ANSWER_TIMEOUT_MS, updateInTime } from './update.js';
import { workflowIdOf } from './workflow-ids.js';

/** What is asked. Without a decision id, a new one is made; the same id again is the same decision. */
export type SentRequest = Omit<CommandRequest, 'decisionId' | 'actor' | 'statement'> & {
  readonly decisionId?: string | undefined;
  /** Needed where nobody signs; else it is the signer's. */
  readonly actor?: string | undefined;
};

/**
 * Asks a running rollout for something and hears yes or no.
 * @param signer proves who asks; null: the actor is as given, which a worker with identity keys refuses
 * @returns the rollout's view right after it accepted
 * @throws {SluiceError} COMMAND_REFUSED naming the phase; UNAUTHORIZED where who asks is not proven; USAGE where the actor is not the signer's;
 * NOT_FOUND when no rollout runs; NO_WORKER when nobody answers
 */
export async function sendCommand(
  client: Client,
  service: string,
  command: Command,
  asked: SentRequest,
  signer: Signer | null = null,
  timeoutMs: number = ANSWER_TIMEOUT_MS,
): Promise<RolloutState> {
  const decisionId = asked.decisionId ?? randomUUID();
  const request = { ...asked, decisionId, actor: actorOf(asked.actor, signer) };
  const statement = signer === null ? {} : { statement: await signCommand(signer, service, command, request) };
  const handle = client.workflow.getHandle(workflowIdOf(service));
  try {
    const update = { args: [{ ...request, ...statement }] as [CommandRequest], updateId: decisionId };
    return await updateInTime(
      client,
      () => handle.executeUpdate<RolloutState, [CommandRequest]>(command, update),
      timeoutMs,
    );
  } catch (error) {
    throw explainRefusal(error, `no rollout of ${service} is running`, timeoutMs);
  }
}

function actorOf(given: string | undefined, signer: Signer | null): string {
  const signs = signer?.identity.subject;
  if (given !== undefined && signs !== undefined && given !== signs)
    throw new SluiceError('USAGE', `the actor is ${given}, and the identity that signs is ${signs}`);
  const actor = given ?? signs;
  if (actor === undefined) throw new SluiceError('USAGE', 'who decides? An actor or an identity is needed');
  return actor;
}
