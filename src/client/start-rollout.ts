import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { CommandRequest } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import type { RolloutStart } from '../domain/rollout-start.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { type Signer, signCommand } from '../identity/signer.js';
import { launchRollout, newestRollout } from './launch-rollout.js';
import { newStart } from './new-start.js';
import { enqueue, hasQueue } from './queue.js';
import { TASK_QUEUE, workflowIdOf } from './workflow-ids.js';

/** What becomes of a start while a rollout of the service runs: refused; waits for its turn; takes its place. */
const ON_CONFLICT = ['reject', 'queue', 'supersede'] as const;
export type OnConflict = (typeof ON_CONFLICT)[number];

export interface StartOptions {
  readonly onConflict?: OnConflict;
  /** Why what runs is to give way, for the ledger. */
  readonly reason?: string;
  /** Proves who starts it; null or absent: as given, which a worker with identity keys refuses. */
  readonly signer?: Signer | null;
  readonly taskQueue?: string;
  /** Of `newMark`, where a start may be repeated that was heard and not answered: the same one again is the same rollout. */
  readonly mark?: string;
}

export interface StartedRollout {
  readonly rolloutId: string;
  readonly workflowId: string;
  /** Null where it waits for its turn. */
  readonly runId: string | null;
  /** Its place in the queue, counted from 1; null where it runs. */
  readonly queued: number | null;
  /** Rollouts that waited, and that it has taken the place of. */
  readonly dropped: readonly string[];
}

/**
 * Starts a rollout. One at a time is active on a service.
 * @throws {SluiceError} ROLLOUT_CONFLICT naming the one that runs; COMMAND_REFUSED where the queue is full, or where what runs will not give way
 */
export async function startRollout(
  client: Client,
  spec: RolloutSpec,
  startedBy: string,
  options: StartOptions = {},
): Promise<StartedRollout> {
  const { onConflict = 'reject', taskQueue = TASK_QUEUE, signer = null, mark } = options;
  const start = await newStart(spec, startedBy, signer, undefined, mark);
  const { rolloutId } = start;
  const workflowId = workflowIdOf(spec.service);
  const before = mark === undefined ? null : await newestRollout(client, spec.service);
  if (before?.rolloutId === rolloutId) return { rolloutId, workflowId, runId: before.runId, queued: null, dropped: [] };
  // Nobody who can wait goes before those who do.
  if (onConflict === 'reject' || !(await hasQueue(client, spec.service))) {
    const runId = await launchUnlessTaken(client, start, taskQueue, onConflict);
    if (runId !== null) return { rolloutId, workflowId, runId, queued: null, dropped: [] };
  }
  const supersede =
    onConflict === 'supersede' ? { supersede: await givingWay(start, options.reason ?? '', signer) } : {};
  const { position, dropped } = await enqueue(client, { start, ...supersede }, taskQueue);
  return { rolloutId, workflowId, runId: null, queued: position, dropped };
}

/** @returns null where another rollout runs, and this one need not be refused for it */
async function launchUnlessTaken(
  client: Client,
  start: RolloutStart,
  taskQueue: string,
  onConflict: OnConflict,
): Promise<string | null> {
  try {
    return await launchRollout(client, start, taskQueue);
  } catch (error) {
    if (onConflict === 'reject' || !(error instanceof SluiceError) || error.code !== 'ROLLOUT_CONFLICT') throw error;
    return null;
  }
}

/** What asks the rollout that runs to give way. The queue sends it, so that it is heard even when whoever asks is gone. */
async function givingWay(start: RolloutStart, reason: string, signer: Signer | null): Promise<CommandRequest> {
  const request = { decisionId: randomUUID(), actor: start.startedBy, reason, to: start.rolloutId };
  if (signer === null) return request;
  return { ...request, statement: await signCommand(signer, start.spec.service, 'supersede', request) };
}
