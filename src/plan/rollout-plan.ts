import type { Phase } from '../domain/phase.js';
import type { Approval } from '../domain/spec/phases.js';
import type { ExperimentPlan } from '../experiment/plan.js';

/** What a rollout will do, and what it will be able to see. Plain JSON; times are ISO. */
export interface RolloutPlan {
  readonly service: string;
  readonly owner: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly startsAt: string;
  /** As if all evidence and every answer came at once; null: windows or freezes hold it for longer than a year. */
  readonly earliestEnd: string | null;
  /** With the time that samples take to come; null where that is not known, or never. People are taken to answer at once. */
  readonly expectedEnd: string | null;
  /** Else it is planned as if there were none. */
  readonly areFreezesKnown: boolean;
  readonly traffic: {
    readonly source: 'measured' | 'given' | 'unknown';
    readonly requestsPerSecond: number | null;
    readonly isByHour: boolean;
    readonly since: string | null;
    readonly until: string | null;
  };
  /** Error budget of one guardrail at one weight, and the power that regressions are found with. */
  readonly alpha: number;
  readonly power: number;
  /** In the order in which they come. */
  readonly steps: readonly PlannedStep[];
  readonly warnings: readonly PlanWarning[];
}

export interface PlanWarning {
  /** Title of the step; null: of the whole. */
  readonly step: string | null;
  readonly message: string;
  /** What would do; null where nothing is known to. */
  readonly help: string | null;
}

type StepKind = 'validation' | 'shadow' | 'weight' | 'pause' | 'approval' | 'ab-test' | 'cutover' | 'warm' | 'impact';

export interface PlannedStep {
  readonly phase: Phase;
  readonly kind: StepKind;
  readonly title: string;
  /** Position among the canary's steps, from 0; null elsewhere. */
  readonly index: number | null;
  readonly weightPercent: number;
  readonly shadowPercent: number;
  readonly earliest: Span;
  /** With the time that samples take. */
  readonly expected: Span;
  /** The least time it takes, ms. */
  readonly leastMs: number;
  /** After this a person is asked; null where nobody is. */
  readonly mostMs: number | null;
  /** Windows or freezes that hold its beginning; null where none does. */
  readonly heldBy: string | null;
  readonly approval: PlannedApproval | null;
  /** Of the candidate; null where nobody scales. */
  readonly replicas: number | null;
  readonly hooks: readonly PlannedHook[];
  /** Requests until the next weight; null where the traffic is not known, or nobody meets the candidate. */
  readonly sample: { readonly baseline: number; readonly candidate: number } | null;
  readonly guardrails: readonly PlannedGuardrail[];
  /** Sample size and duration of the A/B evaluation. */
  readonly experiment: ExperimentPlan | null;
}

export interface Span {
  /** Null: never, or not known. */
  readonly from: string | null;
  readonly until: string | null;
}

export type PlannedApproval = Pick<Approval, 'quorum' | 'fourEyes' | 'onTimeout'> & {
  /** Null: anybody. */
  readonly approvers: readonly string[] | null;
  readonly timeoutMs: number;
  readonly escalate: { readonly afterMs: number; readonly to: readonly string[] } | null;
};

export interface PlannedHook {
  readonly name: string;
  readonly kind: string;
  readonly when: 'before' | 'during' | 'after';
}

export interface PlannedGuardrail {
  readonly name: string;
  readonly isDryRun: boolean;
  /** Readings of both arms that it will have seen; null where that is not known. */
  readonly samples: { readonly baseline: number; readonly candidate: number } | null;
  /** The smallest regression found in four cases of five; null where none is, or it can't be computed. */
  readonly detectable: Detectable | null;
  /** Whether that is small enough to be of use; null where it is not known. */
  readonly isUseful: boolean | null;
  /** One line with the numbers. */
  readonly reason: string;
}

export interface Detectable {
  /** Difference of shares, 0..1. Of a latency: of the requests that are slower than the limit. */
  readonly share: number;
  /** Of a latency: how much slower all requests are then, in ms; null where the latency is not known. */
  readonly ms: number | null;
}
