import type { ReceivedCommand } from '../src/domain/decision.js';
import type { ProgressByMetric } from '../src/domain/guardrail-progress.js';
import type { Notice } from '../src/domain/notice.js';
import type { AliasCourse, RolloutAliasMove } from '../src/domain/rollout-models.js';
import type { RolloutStart } from '../src/domain/rollout-start.js';
import type { RolloutState } from '../src/domain/rollout-state.js';
import type { NotifyTarget } from '../src/domain/spec/notify.js';
import type { Evidence } from '../src/domain/verdict.js';

/** What starts a rollout. `carried` is set only by continue-as-new. */
export interface RolloutInput extends RolloutStart {
  readonly carried?: CarriedRun;
}

/** A stretch of constant traffic. Entered once, also when the workflow continues as new in the middle of it. */
export interface Stage {
  readonly key: string;
  readonly enteredAt: string;
  /** The last answer to "is there enough evidence here to move on?"; null before the first look. */
  gate: Evidence | null;
  /** The first look whose verdicts are those of the newest one, gate first; absent in runs that began before it was kept. */
  turn?: readonly Evidence[];
  /** The look at which it had shown enough: what its ending is decided on. Looks go on after it, while the next move is cleared. */
  grounds?: readonly Evidence[];
  /** What the guardrails have been through here; absent in runs that began before it was kept. */
  progress?: ProgressByMetric;
  /** A person has let it pass without the evidence that it asks for: nobody is asked again. */
  isDecided?: boolean;
  /** All that it asked for is there: only what comes between it and the next move may still hold it. */
  isPassed?: boolean;
}

/** What a target has not been told yet; the first ones may be on their way. */
export interface Errand {
  readonly target: NotifyTarget;
  readonly notices: Notice[];
}

/** The newest weight on trial: its labels may come after it has ended. */
export interface Trial {
  readonly weightPercent: number;
  /** Both inclusive: a weight may be set again, for an approval of the cutover. */
  readonly epochs: readonly [number, number];
  readonly progress: ProgressByMetric;
}

/** Everything that outlives one run of the workflow. Plain JSON. */
export interface CarriedRun {
  readonly state: RolloutState;
  readonly stage: Stage | null;
  readonly inbox: Inbox;
  readonly sequence: number;
  /** Absent in runs that began before it was kept. */
  readonly trial?: Trial | null;
  readonly errands?: readonly Errand[];
  /** Absent where the spec names no registry. */
  readonly aliases?: Aliases;
}

/** What a rollout has to do with a registry's aliases. */
export interface Aliases {
  /** Null: the registry has not been asked yet. */
  course: AliasCourse | null;
  /** What it has not been told yet, in order; the first one may be on its way. */
  readonly moves: RolloutAliasMove[];
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
  /** The canary goes to another step or weight. */
  move?: ReceivedCommand | null;
  /** Ids of alerts that hold all forward moves until they are over. */
  firing?: readonly string[];
  /** One forward move is made in spite of a freeze. */
  glass?: ReceivedCommand | null;
  /** What is left of the time after the cutover is given up: a newer rollout waits. */
  isFinal?: boolean;
  /** A gradual rollback is cut short. */
  isUrgent?: boolean;
  stop: Stop | null;
}

/** What ends a rollout before its time. The first one counts, except that it may come from anyone. */
export interface Stop {
  readonly outcome: 'aborted' | 'rolled-back' | 'failed';
  readonly action: 'abort' | 'rollback' | 'reject' | 'fail';
  readonly actor: string;
  /** Who was proven to ask; absent where the actor is as given. */
  readonly subject?: string;
  readonly source: 'update' | 'signal' | 'rule';
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** Whether it goes back at once even where the spec asks for steps. */
  readonly isInstant?: boolean;
  /** Whether somebody else moves the traffic. */
  readonly isTakenOver?: boolean;
}
