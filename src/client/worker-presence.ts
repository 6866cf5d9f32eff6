import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { TASK_QUEUE } from './workflow-ids.js';

const TIMEOUT_MS = 2000;
/** A worker asks for tasks at least once a minute. */
const POLLS_WITHIN_MS = 75_000;
const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

/** One line: whether a worker asks for tasks, or when one last did; null where Temporal can't say. */
export async function workerPresence(client: Client, taskQueue = TASK_QUEUE): Promise<string | null> {
  try {
    const { pollers } = await client.withDeadline(Date.now() + TIMEOUT_MS, () =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
      }),
    );
    const seen = Math.max(...(pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000));
    if (!Number.isFinite(seen)) return `no worker is polling task queue ${taskQueue}`;
    const seconds = Math.max(0, Math.round((Date.now() - seen) / 1000));
    const polls = seconds * 1000 <= POLLS_WITHIN_MS;
    return polls
      ? `a worker polled task queue ${taskQueue} ${seconds} s ago, but does not get to it`
      : `no worker is polling task queue ${taskQueue}; the last one did ${seconds} s ago`;
  } catch {
    return null;
  }
}
