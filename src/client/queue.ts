import { type Client, WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import type { rolloutQueue } from '../../workflows/index.js';
import type { EnqueueRequest } from '../../workflows/messages.js';
import { describeError, SluiceError } from '../domain/errors.js';
import type { Enqueued, QueueState } from '../domain/queue-state.js';
import { explainRefusal } from './explain-refusal.js';
import { newestRollout } from './launch-rollout.js';
import { isPassing } from './passing.js';
import { ANSWER_TIMEOUT_MS, updateInTime } from './update.js';
import { queueWorkflowIdOf } from './workflow-ids.js';

/** Whoever runs may have to be asked to give way first, with retries. */
const ENQUEUE_TIMEOUT_MS = 75_000;
/** A queue that ends in the very moment it is given an entry takes it at the next attempt, as a new one. */
const ATTEMPTS = 5;

/**
 * Lets a rollout wait for its turn. The queue is a workflow of its own, so that whoever asked may go. The rollout's id makes a repeat harmless.
 * @throws {SluiceError} COMMAND_REFUSED where the queue is full, or where what runs will not give way; UNAUTHORIZED; NO_WORKER
 */
export async function enqueue(client: Client, request: EnqueueRequest, taskQueue: string): Promise<Enqueued> {
  const { service } = request.start.spec;
  for (let attempt = 1; ; attempt += 1)
    try {
      const ask = () =>
        client.workflow.executeUpdateWithStart<typeof rolloutQueue, Enqueued, [EnqueueRequest]>('enqueue', {
          args: [request],
          updateId: request.start.rolloutId,
          startWorkflowOperation: new WithStartWorkflowOperation<typeof rolloutQueue>('rolloutQueue', {
            workflowId: queueWorkflowIdOf(service),
            taskQueue,
            args: [{ service, entries: [] }],
            workflowIdConflictPolicy: 'USE_EXISTING',
            staticSummary: `queue of ${service}`,
          }),
        });
      return await updateInTime(client, ask, ENQUEUE_TIMEOUT_MS);
    } catch (error) {
      const why = explainRefusal(error, `the queue of ${service} has ended`, ENQUEUE_TIMEOUT_MS);
      if (why.code !== 'NOT_FOUND' || attempt === ATTEMPTS) throw why;
    }
}

/** Takes a rollout out of the queue. @throws {SluiceError} COMMAND_REFUSED where it does not wait there; NOT_FOUND where nothing does */
export async function dequeue(client: Client, service: string, rolloutId: string): Promise<void> {
  const handle = client.workflow.getHandle(queueWorkflowIdOf(service));
  try {
    await updateInTime(client, () => handle.executeUpdate<void, [string]>('dequeue', { args: [rolloutId] }));
  } catch (error) {
    throw explainRefusal(error, `no rollout of ${service} waits`);
  }
}

/** Whether rollouts of a service wait, without asking a worker. */
export async function hasQueue(client: Client, service: string): Promise<boolean> {
  try {
    // Whoever waits for its turn asks for days: each time has its own deadline.
    const { status } = await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.getHandle(queueWorkflowIdOf(service)).describe(),
    );
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** What waits for a service. @throws {SluiceError} NO_WORKER */
export async function readQueue(client: Client, service: string): Promise<QueueState> {
  if (!(await hasQueue(client, service))) return { service, entries: [] };
  try {
    return await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.getHandle(queueWorkflowIdOf(service)).query<QueueState>('queue'),
    );
  } catch (error) {
    throw explainRefusal(error, `no rollout of ${service} waits`);
  }
}

/**
 * Waits until a rollout that was queued runs.
 * @throws {SluiceError} COMMAND_REFUSED where it was taken out of the queue; TIMEOUT after `timeoutMs`
 */
export function untilStarted(
  client: Client,
  service: string,
  rolloutId: string,
  options: { timeoutMs: number; intervalMs?: number },
): Promise<void> {
  const unavailable = (error: unknown) => {
    throw explainRefusal(error, `no rollout of ${service} is running`);
  };
  const waits = async () => {
    // The queue first: what leaves it was started before.
    const queue = await readQueue(client, service).catch(unavailable);
    const newest = await newestRollout(client, service).catch(unavailable);
    if (newest?.rolloutId === rolloutId) return false;
    if (isQueued(queue, rolloutId)) return true;
    throw new SluiceError('COMMAND_REFUSED', `${rolloutId} waits no more: it was taken out of the queue of ${service}`);
  };
  return whileWaiting({ service, rolloutId }, waits, options);
}

export function isQueued({ entries }: QueueState, rolloutId: string): boolean {
  return entries.some((entry) => entry.rolloutId === rolloutId);
}

/**
 * @param waits is asked again and again; that nobody answers for a while ends no wait
 * @throws {SluiceError} TIMEOUT after `timeoutMs`, with what is in the way of an answer
 */
export async function whileWaiting(
  { service, rolloutId }: { readonly service: string; readonly rolloutId: string },
  waits: () => Promise<boolean>,
  { timeoutMs, intervalMs = 1000 }: { timeoutMs: number; intervalMs?: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let silence = '';
    try {
      if (!(await waits())) return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      silence = `: ${describeError(error)}`;
    }
    if (performance.now() > deadline)
      throw new SluiceError(
        'TIMEOUT',
        `${rolloutId} still waits for its turn on ${service} after ${timeoutMs} ms${silence}`,
      );
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
