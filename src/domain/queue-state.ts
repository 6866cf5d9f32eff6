/** Rollouts that may wait for one service. */
export const MOST_QUEUED = 20;

/** A rollout that waits for its turn. */
export interface QueuedRollout {
  readonly rolloutId: string;
  readonly versions: string;
  readonly startedBy: string;
  readonly enqueuedAt: string;
}

/** What waits for one service, the next one first. */
export interface QueueState {
  readonly service: string;
  readonly entries: readonly QueuedRollout[];
}

/** What became of an entry. */
export interface Enqueued {
  /** Counted from 1: the next one. */
  readonly position: number;
  /** Rollouts that waited and never will run, as this one took their place. */
  readonly dropped: readonly string[];
}
