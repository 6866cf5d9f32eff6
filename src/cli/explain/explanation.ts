import type { Freeze } from '../../domain/freeze.js';
import type { QueuedRollout } from '../../domain/queue-state.js';
import type { RolloutState } from '../../domain/rollout-state.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';

/** One thing that has a say in whether the rollout moves. */
export interface Point {
  readonly kind:
    | 'guardrail'
    | 'gate'
    | 'approval'
    | 'pause'
    | 'freeze'
    | 'window'
    | 'hook'
    | 'scaling'
    | 'queue'
    | 'ending';
  /** `holds`: it does not move before this changes; `watch`: it may come to hold it; `ok`: it does not. */
  readonly effect: 'holds' | 'watch' | 'ok';
  readonly text: string;
  /** Commands that would move it, the most likely first; empty where it moves by itself. */
  readonly commands: readonly string[];
}

export interface Explanation {
  readonly service: string;
  readonly rolloutId: string;
  readonly status: RolloutState['status'];
  /** Why it stands where it stands, in one line. */
  readonly why: string;
  readonly points: readonly Point[];
  /** What comes once nothing holds it; null where nothing does. */
  readonly next: string | null;
  /** When it is through at the earliest, ISO. */
  readonly eta: string | null;
}

/** What is known of a rollout and of what is around it. */
export interface ExplainFacts {
  readonly state: RolloutState;
  readonly spec: RolloutSpec | null;
  /** In force for its service. */
  readonly freezes: readonly Freeze[];
  /** What waits for its turn. */
  readonly queue: readonly QueuedRollout[];
}
