import type { Evidence, Verdict } from './verdict.js';

/**
 * What became of a rollout, as one look at it says. Effects are what the metric is with the candidate minus what it would have been without, in the
 * metric's unit; `relative` is that over the latter. Plain JSON; the store keeps it whole, a workflow's history without its series.
 */

const IMPACT_VERDICTS = ['improved', 'unharmed', 'harmed', 'inconclusive'] as const;
export type ImpactVerdict = (typeof IMPACT_VERDICTS)[number];

/**
 * `regression`: the series against itself before; `difference`: against the holdback's units or another series, both before and after;
 * `holdback`: the candidate's units against the held-back ones at the same time.
 */
const IMPACT_METHODS = ['holdback', 'difference', 'regression'] as const;
export type ImpactMethod = (typeof IMPACT_METHODS)[number];

export interface ImpactEstimate {
  readonly effect: number;
  readonly interval: readonly [number, number];
  readonly relative: number | null;
  readonly relativeInterval: readonly [number, number] | null;
}

/** What one method says of one metric. */
export interface MethodFinding {
  readonly method: ImpactMethod;
  /** `unknown`: it can't say anything. */
  readonly says: 'better' | 'worse' | 'no-change' | 'unknown';
  /** One line with the numbers. */
  readonly reason: string;
  /** Over all of the time after; null where it is unknown. */
  readonly mean: ImpactEstimate | null;
  /** At the end of it; null where the method has none. */
  readonly end: ImpactEstimate | null;
  readonly pValue: number | null;
  readonly alpha: number;
  /** Samples or buckets that it rests on. */
  readonly samples: { readonly before: number; readonly after: number };
  /** What must hold for it to be right. */
  readonly assumptions: readonly string[];
}

/** The same analysis at times before the rollout when nothing changed. */
export interface PlaceboTest {
  readonly runs: number;
  /** How many of them called a change. */
  readonly found: number;
  /** The share of them whose effect, measured by its error, is as large as the real one; null without runs. */
  readonly asLarge: number | null;
  /** The one that is largest by its error; null without runs. */
  readonly largest: Pick<ImpactEstimate, 'effect' | 'interval'> | null;
  readonly verdict: 'clean' | 'not-clean' | 'not-possible';
  readonly reason: string;
}

/** One bucket, for a chart. */
export interface ImpactPoint {
  /** ISO; where the bucket begins. */
  readonly at: string;
  readonly when: 'before' | 'after' | 'left-out';
  readonly value: number;
  readonly samples: number;
  /** What would have been without the cutover, and where a single bucket would lie; null outside of the time after. */
  readonly counterfactual: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Of the model; null where it was left out. */
  readonly fitted: number | null;
  readonly isOutlier: boolean;
}

export interface MetricImpact {
  readonly metric: string;
  /** Which change is good. */
  readonly goal: 'increase' | 'decrease';
  /** Of its values; a share is 0..1. */
  readonly unit: 'share' | 'ms' | 'number';
  readonly verdict: ImpactVerdict;
  readonly reason: string;
  /** Whether the methods say the same, in words. */
  readonly agreement: string;
  /** Strongest first. */
  readonly findings: readonly MethodFinding[];
  readonly placebo: PlaceboTest;
  /** Buckets that were unlike all others, in words. */
  readonly outliers: readonly string[];
  /** In words; null where the series is too short for any. */
  readonly model: string | null;
  readonly points: readonly ImpactPoint[];
}

/** What was expected before the rollout, and what came of it. */
export interface HypothesisOutcome {
  readonly statement: string;
  readonly outcome: 'confirmed' | 'refuted' | 'undecided';
  readonly reason: string;
}

export interface ImpactReport {
  readonly rolloutId: string;
  readonly service: string;
  readonly candidate: string;
  /** From 1. */
  readonly look: number;
  readonly at: string;
  /** Nothing is looked at after it. */
  readonly isFinal: boolean;
  readonly before: { readonly since: string; readonly until: string };
  readonly after: { readonly since: string; readonly until: string };
  readonly bucketMs: number;
  readonly verdict: ImpactVerdict;
  readonly reason: string;
  /** The chance of a false claim at this look, over all metrics. */
  readonly alpha: number;
  readonly metrics: readonly MetricImpact[];
  readonly hypothesis: HypothesisOutcome | null;
  /** What must be known to read it right: a holdback of the wrong size, units in both groups, a series that could not be read. */
  readonly notes: readonly string[];
}

/** What a workflow keeps of a report. */
export interface ImpactSummary extends Omit<ImpactReport, 'metrics'> {
  readonly evidence: readonly Evidence[];
}

export function verdictOfImpact(verdict: ImpactVerdict): Verdict {
  switch (verdict) {
    case 'improved':
    case 'unharmed':
      return 'pass';
    case 'harmed':
      return 'fail';
    case 'inconclusive':
      return 'inconclusive';
  }
}

/** Whose numbers are shown: the strongest method's that has anything to say. */
export function shownFinding({ findings }: Pick<MetricImpact, 'findings'>): MethodFinding | undefined {
  return findings.find(({ mean }) => mean !== null);
}

/** As a guardrail's evidence: what incidents, ledgers and screens show. */
function evidenceOfImpact({ metric, goal, verdict, reason, findings, points }: MetricImpact): Evidence {
  const said = shownFinding({ findings });
  const later = points.filter(({ when }) => when === 'after');
  const mean = (values: readonly number[]) =>
    values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length;
  const value = mean(later.map((point) => point.value));
  const counterfactual = mean(later.flatMap((point) => point.counterfactual ?? []));
  const samples = (when: string) => points.reduce((sum, point) => sum + (point.when === when ? point.samples : 0), 0);
  return {
    metric,
    verdict: verdictOfImpact(verdict),
    reason,
    baseline: { samples: samples('before'), value: counterfactual },
    candidate: { samples: samples('after'), value },
    difference: said?.mean?.effect ?? null,
    bound: said?.mean ? said.mean.interval[goal === 'increase' ? 0 : 1] : null,
    margin: 0,
    rule: said?.method ?? 'none',
    alpha: said?.alpha ?? 0,
    dryRun: false,
  };
}

export function summaryOf({ metrics, ...rest }: ImpactReport): ImpactSummary {
  return { ...rest, evidence: metrics.map(evidenceOfImpact) };
}
