import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { MOST_QUEUED } from '../src/domain/queue-state.js';
import type { RolloutStart } from '../src/domain/rollout-start.js';
import type { EnqueueRequest } from './messages.js';

/** A rollout that waits, complete: whoever asked for it may be gone when its turn comes. */
export interface QueueEntry {
  readonly start: RolloutStart;
  readonly enqueuedAt: string;
}

/** A queue in motion. */
export interface Queue {
  readonly service: string;
  entries: readonly QueueEntry[];
  /** The rollout that is being started at the moment: it can't be taken out any more. */
  starting: string | null;
  /** What runs is being asked to give way: nothing is started meanwhile. */
  givesWay: boolean;
}

/** Characters of an entry as JSON. A full queue must fit into one payload, of 2 MB, when the workflow continues as new. */
const LARGEST_ENTRY = 60_000;

/** Why a queue can't take an entry; null where it can. */
export function enqueueRefusal({ service, entries }: Queue, { start, supersede }: EnqueueRequest): string | null {
  const { rolloutId, spec } = start;
  if (spec.service !== service) return `${rolloutId} is of ${spec.service}, and this is the queue of ${service}`;
  const length = JSON.stringify(start).length;
  if (length > LARGEST_ENTRY) return `${rolloutId} has ${length} characters, at most ${LARGEST_ENTRY} are queued`;
  const isKnown = entries.some((entry) => entry.start.rolloutId === rolloutId);
  if (isKnown || supersede !== undefined || entries.length < MOST_QUEUED) return null;
  return `${entries.length} rollouts wait for ${service} already, at most ${MOST_QUEUED} may`;
}

/** An update's answer no, with the code of whatever said no. */
export function refusedBecause(reason: unknown): ApplicationFailure {
  if (typeof reason === 'string') return ApplicationFailure.nonRetryable(reason, 'COMMAND_REFUSED');
  const cause = reason instanceof ActivityFailure ? reason.cause : reason;
  const [type, message] =
    cause instanceof ApplicationFailure
      ? [cause.type ?? 'COMMAND_REFUSED', cause.message]
      : ['COMMAND_REFUSED', String(reason)];
  return ApplicationFailure.nonRetryable(message, type);
}
