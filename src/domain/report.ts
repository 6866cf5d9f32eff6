import type { Decision } from './decision.js';
import type { ExperimentReport } from './experiment.js';
import type { Arm } from './observation.js';
import type { Phase } from './phase.js';
import type { Unit } from './quantity.js';
import type { RolloutModels } from './rollout-models.js';
import type { PhaseProgress, RolloutState } from './rollout-state.js';
import type { Evidence, GateKind, Verdict } from './verdict.js';

/** The report of one rollout as JSON; the page shows the same. docs/reports.md describes it; a change that a reader must know of is another version. */
export const REPORT_SCHEMA = 'sluice-report/v1';

/** What a section shows, or the reason why there is nothing; beside data, the note says what was left out. */
export type Part<T> =
  | { readonly data: T; readonly note: string | null }
  | { readonly data: null; readonly note: string };

export interface Report {
  readonly schema: typeof REPORT_SCHEMA;
  /** ISO, as all times. */
  readonly generatedAt: string;
  readonly rollout: ReportedRollout;
  readonly phases: readonly ReportedPhase[];
  readonly decisions: Part<readonly DecisionLine[]>;
  readonly weights: Part<readonly WeightPoint[]>;
  readonly guardrails: Part<readonly GuardrailSequence[]>;
  readonly latency: Part<readonly LatencyDistribution[]>;
  readonly performance: Part<readonly PerformanceSeries[]>;
  readonly drift: Part<DriftReport>;
  /** In the order of their looks; the last is the newest. */
  readonly experiments: Part<readonly ExperimentReport[]>;
  readonly confusion: Part<readonly ConfusionMatrix[]>;
  readonly impact: Part<readonly ImpactSeries[]>;
  readonly incidents: Part<readonly ReportedIncident[]>;
  readonly models: Part<RolloutModels>;
  /** As it was given, without what stands in URLs before an @. */
  readonly spec: Part<unknown>;
}

export interface ReportedRollout
  extends Pick<
    RolloutState,
    | 'rolloutId'
    | 'service'
    | 'owner'
    | 'baseline'
    | 'candidate'
    | 'status'
    | 'phase'
    | 'verdict'
    | 'reason'
    | 'startedAt'
    | 'updatedAt'
    | 'weightPercent'
    | 'shadowPercent'
    | 'epoch'
  > {
  /** Proven; null: the name of whoever started it is as given. */
  readonly startedBy: string | null;
  readonly retryOf: string | null;
}

export interface ReportedPhase extends PhaseProgress {
  readonly phase: Phase;
}

/** A line of the ledger, without its evidence: that is in `guardrails`. */
export type DecisionLine = Omit<Decision, 'rolloutId' | 'evidence'>;

export interface WeightPoint {
  readonly at: string;
  /** Of the candidate, from then on: 0..100. */
  readonly weightPercent: number;
}

/** One look at a guardrail, as a decision rested on it. */
export interface GuardrailLook
  extends Pick<Evidence, 'verdict' | 'reason' | 'baseline' | 'candidate' | 'difference' | 'bound' | 'margin'> {
  /** When it was read; of those from before that was kept, when it was decided on. */
  readonly at: string;
  /** Epochs that were read, both inclusive; null where it was not kept. */
  readonly epochs: readonly [number, number] | null;
  readonly phase: string;
}

export interface GuardrailSequence {
  readonly metric: string;
  /** null: all of the traffic. */
  readonly segment: string | null;
  /** What a stretch of traffic had to show before the rollout moved on; null: it is a guardrail. */
  readonly gate: GateKind | null;
  readonly unit: Unit;
  readonly rule: string;
  readonly alpha: number;
  readonly dryRun: boolean;
  /** Of the newest look. */
  readonly verdict: Verdict;
  /** How many there were; `looks` may be fewer. */
  readonly looksMade: number;
  readonly looks: readonly GuardrailLook[];
}

export interface LatencyDistribution {
  readonly version: string;
  readonly arm: Arm;
  readonly requests: number;
  readonly errors: number;
  /** Milliseconds, within 1 % of themselves; null where nothing was measured. */
  readonly quantiles: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>> | null;
  /** The share of answers that took at most `ms`. */
  readonly curve: readonly { readonly ms: number; readonly share: number }[];
}

export interface PerformanceSeries {
  /** Such as `accuracy`, `latency_p99`. */
  readonly metric: string;
  readonly unit: Unit;
  readonly version: string;
  /** Width of the time buckets; a point's `at` is the start of one. */
  readonly intervalMs: number;
  readonly points: readonly { readonly at: string; readonly value: number; readonly samples: number }[];
}

export interface FeatureRank {
  readonly feature: string;
  readonly type: 'numeric' | 'categorical';
  readonly drifted: boolean;
  /** Jensen-Shannon distance, 0..0.83; null where there was nothing to compare. */
  readonly distance: number | null;
  readonly p: number | null;
  readonly missingShare: number;
}

/** Shares between edges, one more than there are bars, or by category. */
export interface FeatureHistogram {
  readonly feature: string;
  readonly drifted: boolean;
  readonly edges: readonly number[] | null;
  readonly categories: readonly string[] | null;
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** What the candidate was asked, against what the baseline was asked. */
export interface DriftReport {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rows: { readonly baseline: number; readonly candidate: number };
  readonly findings: readonly string[];
  /** The farthest first. */
  readonly features: readonly FeatureRank[];
  readonly histograms: readonly FeatureHistogram[];
}

export interface ConfusionMatrix {
  readonly version: string;
  readonly arm: Arm;
  /** The most frequent; all others are one class at the end. */
  readonly classes: readonly string[];
  /** Rows are true, columns predicted classes. */
  readonly counts: readonly (readonly number[])[];
  readonly labelled: number;
  readonly accuracy: number;
}

/** What became of one metric after the cutover. */
export interface ImpactSeries {
  readonly metric: string;
  readonly unit: Unit;
  /** Such as `segmented-regression`, `difference-in-differences`. */
  readonly method: string;
  readonly hypothesis: string | null;
  readonly verdict: Verdict;
  /** One line with the numbers. */
  readonly reason: string;
  readonly cutoverAt: string;
  readonly effect: number | null;
  readonly interval: readonly [number, number] | null;
  /** The same analysis at a time before the change, where it must find nothing; null: not made. */
  readonly placebo: {
    readonly effect: number;
    readonly interval: readonly [number, number];
    readonly isClean: boolean;
  } | null;
  /** In order of time; the counterfactual is null before the cutover where there is none. */
  readonly points: readonly ImpactPoint[];
}

interface ImpactPoint {
  readonly at: string;
  readonly actual: number | null;
  /** What there would have been without the change, with its interval. */
  readonly counterfactual: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface ReportedIncident {
  readonly id: string;
  readonly status: string;
  readonly severity: string;
  readonly cause: string | null;
  readonly version: string | null;
  readonly title: string;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
  /** Of this rollout itself; else of its service at the time. */
  readonly isOwn: boolean;
}

export const none = (note: string): { readonly data: null; readonly note: string } => ({ data: null, note });
export const part = <T>(data: T, note: string | null = null): Part<T> => ({ data, note });
