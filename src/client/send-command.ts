import { randomUUID } from 'node:crypto';
import { ApplicationFailure, type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Command, CommandRequest } from '../domain/decision.js';
import { describeError, SluiceError } from '../domain/errors.js';
import type { RolloutState } from '../domain/rollout-state.js';
import { isDeadline } from './deadline.js';
import { workflowIdOf } from './workflow-ids.js';

const ANSWER_TIMEOUT_MS = 15_000;

/**
 * Asks a running rollout for something and hears yes or no.
 * @param request without a decision id, a new one is made; the same id again is the same decision
 * @returns the rollout's view right after it accepted
 * @throws {SluiceError} COMMAND_REFUSED naming the phase; NOT_FOUND when no rollout runs; NO_WORKER when nobody answers
 */
export async function sendCommand(
  client: Client,
  service: string,
  command: Command,
  request: Omit<CommandRequest, 'decisionId'> & { decisionId?: string },
): Promise<RolloutState> {
  const decisionId = request.decisionId ?? randomUUID();
  const handle = client.workflow.getHandle(workflowIdOf(service));
  try {
    return await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      handle.executeUpdate<RolloutState, [CommandRequest]>(command, {
        args: [{ ...request, decisionId }],
        updateId: decisionId,
      }),
    );
  } catch (error) {
    throw explain(error, service);
  }
}

function explain(error: unknown, service: string): unknown {
  if (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'COMMAND_REFUSED'
  )
    return new SluiceError('COMMAND_REFUSED', error.cause.message);
  if (error instanceof WorkflowNotFoundError)
    return new SluiceError('NOT_FOUND', `no rollout of ${service} is running`, { cause: error });
  if (isDeadline(error))
    return new SluiceError(
      'NO_WORKER',
      `no worker answered within ${ANSWER_TIMEOUT_MS / 1000} s: is one polling? (sluice worker)`,
      { cause: error },
    );
  return new SluiceError('TEMPORAL_UNAVAILABLE', describeError(error), { cause: error });
}
