import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { rollout } from '../../workflows/index.js';
import { SluiceError } from '../domain/errors.js';
import { retryPoint } from '../domain/retry.js';
import type { RolloutStart, StartingPoint } from '../domain/rollout-start.js';
import type { Signer } from '../identity/signer.js';
import { launchRollout, newestRollout } from './launch-rollout.js';
import { newStart } from './new-start.js';
import { TASK_QUEUE, workflowIdOf } from './workflow-ids.js';

export interface RetryOptions {
  /** A canary step, counted from 0; absent: where it ended. */
  readonly fromStep?: number;
  readonly signer?: Signer | null;
  readonly taskQueue?: string;
}

export interface RetriedRollout {
  readonly rolloutId: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly retryOf: string;
  readonly attempt: number;
  /** Null: at the beginning. */
  readonly from: StartingPoint | null;
}

/**
 * Starts a new attempt of the newest rollout of a service, with the same spec.
 * @throws {SluiceError} NOT_FOUND; ROLLOUT_CONFLICT where it still runs; COMMAND_REFUSED where it was promoted, or where the step is out of reach
 */
export async function retryRollout(
  client: Client,
  service: string,
  startedBy: string,
  { fromStep, signer = null, taskQueue = TASK_QUEUE }: RetryOptions = {},
): Promise<RetriedRollout> {
  const workflowId = workflowIdOf(service);
  const newest = await newestRollout(client, service);
  if (newest === null) throw new SluiceError('NOT_FOUND', `no rollout of ${service} was ever started`);
  if (newest.isRunning)
    throw new SluiceError(
      'ROLLOUT_CONFLICT',
      `${newest.rolloutId} (${newest.versions}) still runs: nothing to try again`,
    );
  const before = await readStart(client, workflowId, newest.runId);
  // One that was terminated left no result: what had passed is not known.
  const handle = client.workflow.getHandle<typeof rollout>(workflowId, newest.runId);
  const ending = newest.isCompleted ? await handle.result() : null;
  const from = retryPoint(before.spec, ending, fromStep);
  const attempt = (before.attempt ?? 1) + 1;
  const retryOf = before.rolloutId;
  const point = from === undefined ? undefined : { from, retryOf };
  const start = { ...(await newStart(before.spec, startedBy, signer, point)), attempt, retryOf };
  const runId = await launchRollout(client, start, taskQueue);
  return { rolloutId: start.rolloutId, workflowId, runId, retryOf, attempt, from: from ?? null };
}

/** What a run was started with, from the first event of its history. */
async function readStart(client: Client, workflowId: string, runId: string): Promise<RolloutStart> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const [input] = await decodeArrayFromPayloads(client.options.loadedDataConverter, payloads);
  if (typeof input !== 'object' || input === null || !('spec' in input))
    throw new SluiceError('NOT_FOUND', `the history of ${workflowId}, run ${runId}, does not begin with a spec`);
  return input as RolloutStart;
}
