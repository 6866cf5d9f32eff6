import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { rollout } from '../../workflows/index.js';
import { SluiceError } from '../domain/errors.js';
import { labelsOf, type RolloutStart } from '../domain/rollout-start.js';
import { ANSWER_TIMEOUT_MS } from './update.js';
import { workflowIdOf } from './workflow-ids.js';

/**
 * Starts a rollout unless one of the service runs: Temporal itself keeps a second one from starting.
 * @returns the id of its run
 * @throws {SluiceError} ROLLOUT_CONFLICT naming the one that runs
 */
export async function launchRollout(client: Client, start: RolloutStart, taskQueue: string): Promise<string> {
  const { service } = start.spec;
  try {
    const handle = await client.workflow.start<typeof rollout>('rollout', {
      workflowId: workflowIdOf(service),
      taskQueue,
      args: [start],
      workflowIdConflictPolicy: 'FAIL',
      ...labelsOf(start),
    });
    return handle.firstExecutionRunId;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const running = await newestRollout(client, service);
    throw new SluiceError(
      'ROLLOUT_CONFLICT',
      `a rollout of ${service} is running: ${running?.rolloutId} (${running?.versions}), started by ${running?.startedBy}`,
    );
  }
}

export interface NewestRollout {
  readonly rolloutId: string;
  readonly versions: string;
  readonly startedBy: string;
  readonly runId: string;
  readonly isRunning: boolean;
  /** Whether it left a result. */
  readonly isCompleted: boolean;
}

/** What Temporal itself knows of the newest rollout of a service; null where none was ever started. */
export async function newestRollout(client: Client, service: string): Promise<NewestRollout | null> {
  try {
    // Whoever follows a rollout for days asks again and again: each time has its own deadline.
    const {
      memo = {},
      runId,
      status,
    } = await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowIdOf(service)).describe(),
    );
    const label = (name: string) => String(memo[name]);
    return {
      rolloutId: label('rolloutId'),
      versions: label('versions'),
      startedBy: label('startedBy'),
      runId,
      isRunning: status.name === 'RUNNING',
      isCompleted: status.name === 'COMPLETED',
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
