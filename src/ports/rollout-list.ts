import type { Decision } from '../domain/decision.js';
import type { Incident } from '../domain/incident.js';
import type { RolloutState, RolloutStatus } from '../domain/rollout-state.js';

/** What a list shows of a rollout: all but what is long. */
export type ListedRollout = Omit<
  RolloutState,
  'phases' | 'evidence' | 'experiment' | 'models' | 'pending' | 'handWeight'
>;

/** A place in the list, newest first: after this one. */
export interface RolloutPlace {
  /** ISO. */
  readonly startedAt: string;
  readonly rolloutId: string;
}

export interface RolloutFilter {
  readonly service?: string | undefined;
  readonly status?: RolloutStatus | undefined;
  /** Any part of id, service, owner or versions, in any case. */
  readonly search?: string | undefined;
  /** Only those that wait for somebody's yes or no. */
  readonly isAsking: boolean;
  /** Only those that have not ended. */
  readonly isActive: boolean;
  readonly after?: RolloutPlace | undefined;
  readonly limit: number;
}

/** One thing that has changed, as it is now. */
export type Change = { readonly position: number } & (
  | { readonly kind: 'rollout'; readonly rollout: ListedRollout }
  | { readonly kind: 'decision'; readonly decision: Decision; readonly service: string | null }
  | { readonly kind: 'incident'; readonly incident: Incident }
);

/** Where a feed stands; null where nothing has ever changed. */
export interface FeedBounds {
  readonly oldest: number;
  readonly newest: number;
}

/** What lists and followers read. */
export interface RolloutList {
  /** Newest first. */
  list(filter: RolloutFilter): Promise<ListedRollout[]>;
  /** The newest of each of these services. */
  newestOf(services: readonly string[]): Promise<ListedRollout[]>;
  /** Of routes and rollouts, by name, after this one. */
  services(after: string, limit: number): Promise<string[]>;
  /** A part of the ledger, in its order. */
  decisions(rolloutId: string, after: number, limit: number): Promise<Decision[]>;
  /** null where nothing is kept. */
  bounds(): Promise<FeedBounds | null>;
  /**
   * What has changed after a position, and at positions that were missing: who writes first need not be done first.
   * @returns in order; positions of the same thing but the newest are left out
   */
  changes(
    after: number,
    missing: readonly number[],
    limit: number,
  ): Promise<{ changes: Change[]; positions: number[] }>;
}
