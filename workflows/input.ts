import type { ReceivedCommand } from '../src/domain/decision.js';
import type { ProgressByMetric } from '../src/domain/guardrail-progress.js';
import type { RolloutState } from '../src/domain/rollout-state.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { Evidence } from '../src/domain/verdict.js';

/** What starts a rollout. `carried` is set only by continue-as-new. */
export interface RolloutInput {
  readonly rolloutId: string;
  readonly spec: RolloutSpec;
  /** SHA-256 of the spec as JSON: what was asked for, for the ledger. */
  readonly specDigest: string;
  readonly startedBy: string;
  readonly carried?: CarriedRun;
}

/** A stretch of constant traffic. Entered once, also when the workflow continues as new in the middle of it. */
export interface Stage {
  readonly key: string;
  readonly enteredAt: string;
  /** The last answer to "is there enough evidence here to move on?"; null before the first look. */
  gate: Evidence | null;
  /** What the guardrails have been through here; absent in runs that began before it was kept. */
  progress?: ProgressByMetric;
}

/** Everything that outlives one run of the workflow. Plain JSON. */
export interface CarriedRun {
  readonly state: RolloutState;
  readonly stage: Stage | null;
  readonly inbox: Inbox;
  readonly sequence: number;
}

/** Commands that were accepted and not yet acted on. */
export interface Inbox {
  /** Decision ids that were seen, so that a repeat is harmless. */
  readonly seen: string[];
  approval: ReceivedCommand | null;
  /** The gate in progress is passed without its time or evidence; absent in runs that began before it was known. */
  skip?: ReceivedCommand | null;
  /** All gates up to the cutover are. */
  full?: ReceivedCommand | null;
  stop: Stop | null;
}

/** What ends a rollout before its time. The first one counts, except that it may come from anyone. */
export interface Stop {
  readonly outcome: 'aborted' | 'rolled-back' | 'failed';
  readonly action: 'abort' | 'rollback' | 'reject' | 'fail';
  readonly actor: string;
  readonly source: 'update' | 'signal' | 'rule';
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}
