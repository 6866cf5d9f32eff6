import { randomBytes } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { rollout } from '../../workflows/index.js';
import { SluiceError } from '../domain/errors.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { specDigest } from './load-spec.js';
import { TASK_QUEUE, workflowIdOf } from './workflow-ids.js';

export interface StartedRollout {
  readonly rolloutId: string;
  readonly workflowId: string;
  readonly runId: string;
}

/**
 * Starts a rollout. One at a time is active on a service.
 * @throws {SluiceError} ROLLOUT_CONFLICT naming the one that runs
 */
export async function startRollout(
  client: Client,
  spec: RolloutSpec,
  startedBy: string,
  taskQueue = TASK_QUEUE,
): Promise<StartedRollout> {
  const rolloutId = newRolloutId(spec.service);
  const workflowId = workflowIdOf(spec.service);
  const versions = `${spec.baseline.version} → ${spec.candidate.version}`;
  try {
    const handle = await client.workflow.start<typeof rollout>('rollout', {
      workflowId,
      taskQueue,
      args: [{ rolloutId, spec, specDigest: specDigest(spec), startedBy }],
      workflowIdConflictPolicy: 'FAIL',
      memo: { rolloutId, versions, startedBy },
      staticSummary: `${spec.service}: ${versions}`,
      staticDetails: `Rollout \`${rolloutId}\` of **${spec.service}** ${versions}, owned by ${spec.owner}, started by ${startedBy}.`,
    });
    return { rolloutId, workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const memo = (await client.workflow.getHandle(workflowId).describe()).memo ?? {};
    throw new SluiceError(
      'ROLLOUT_CONFLICT',
      `a rollout of ${spec.service} is running: ${String(memo['rolloutId'])} (${String(memo['versions'])}), started by ${String(memo['startedBy'])}`,
      { cause: error },
    );
  }
}

/** Sorts by time, and is unique enough for people who start at the same second: `digits-20261121-083015-1f3a`. */
function newRolloutId(service: string): string {
  const [date, time] = new Date()
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .split('T');
  return `${service}-${date}-${time}-${randomBytes(2).toString('hex')}`;
}
