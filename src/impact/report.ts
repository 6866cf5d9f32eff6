import type { ImpactReport, ImpactVerdict, MetricImpact } from '../domain/impact-report.js';
import { analyseMetric, type MetricEvidence } from './analyse-metric.js';
import { type BucketRange, timeOfBucket } from './buckets.js';
import { type Expectation, judgeHypothesis } from './hypothesis.js';
import { alphaOfLook } from './looks.js';
import type { Tolerance } from './verdict.js';

export interface LookFrame {
  readonly rolloutId: string;
  readonly service: string;
  readonly candidate: string;
  readonly look: number;
  readonly at: string;
  readonly isFinal: boolean;
}

export interface LookRules {
  /** Over all metrics and methods, at the last look. */
  readonly alpha: number;
  readonly tolerance: Tolerance;
  readonly expected: Expectation | null;
}

/** The whole of one look. The error budget is spread evenly over the metrics (Bonferroni). Pure. */
export function reportOf(
  frame: LookFrame,
  evidence: readonly MetricEvidence[],
  range: BucketRange,
  rules: LookRules,
  notes: readonly string[],
): ImpactReport {
  const alpha = alphaOfLook(rules.alpha, frame.isFinal);
  const each = { alpha: alpha / Math.max(1, evidence.length), tolerance: rules.tolerance };
  const metrics = evidence.map((one) => analyseMetric(one, range, each));
  return {
    ...frame,
    before: { since: timeOfBucket(range, range.before[0]), until: timeOfBucket(range, range.before[1] + 1) },
    after: { since: range.origin, until: timeOfBucket(range, range.after[1] + 1) },
    bucketMs: range.bucketMs,
    ...overall(metrics),
    alpha,
    metrics,
    hypothesis: rules.expected === null ? null : judgeHypothesis(rules.expected, metrics, frame.isFinal),
    notes,
  };
}

/** Harm of one metric is harm; improvement of one with the others unharmed is improvement. */
function overall(metrics: readonly MetricImpact[]): { verdict: ImpactVerdict; reason: string } {
  const of = (verdict: ImpactVerdict) => metrics.filter((metric) => metric.verdict === verdict);
  const decided =
    [of('harmed'), of('inconclusive'), of('improved'), of('unharmed')].find((some) => some.length > 0) ?? [];
  const [first] = decided;
  return {
    verdict: first?.verdict ?? 'inconclusive',
    reason: decided.map(({ reason }) => reason).join('; ') || 'no metric is given',
  };
}
