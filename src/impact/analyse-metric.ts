import type { UnitReading } from '../domain/experiment.js';
import type { ImpactMeasure } from '../domain/impact-measure.js';
import type { MethodFinding, MetricImpact } from '../domain/impact-report.js';
import type { BucketValue, GroupSeries } from '../ports/impact-data.js';
import type { BucketRange } from './buckets.js';
import { analyseDifference } from './difference.js';
import { type Question, unknown } from './finding.js';
import { placeboTest } from './placebo.js';
import { readHoldback } from './read-out.js';
import { analyseSeries, seriesIn } from './regression.js';
import { combine, type Tolerance } from './verdict.js';
import type { Unit } from './words.js';

/** Something that was read, or why it could not be; null: it was not asked for. */
export type Read<T> = { readonly value: T } | { readonly why: string };

/** All that is known of one metric at one look. */
export interface MetricEvidence {
  readonly measure: ImpactMeasure;
  readonly series: Read<readonly BucketValue[]>;
  readonly holdback: Read<{ readonly readOut: UnitReading; readonly groups: GroupSeries }> | null;
  readonly control: { readonly name: string; readonly read: Read<readonly BucketValue[]> } | null;
}

export interface AnalysisRules {
  /** The chance of a false claim about this metric, over all methods. */
  readonly alpha: number;
  readonly tolerance: Tolerance;
}

/** One metric by all methods that there are data for. Pure. */
export function analyseMetric(
  evidence: MetricEvidence,
  range: BucketRange,
  { alpha, tolerance }: AnalysisRules,
): MetricImpact {
  const { measure, series: read, holdback, control } = evidence;
  const { metric, goal } = measure;
  const methods = 1 + (holdback ? 2 : 0) + (control ? 1 : 0);
  const question: Question = { metric, goal, unit: unitOf(measure), alpha: alpha / methods };
  const values = 'value' in read ? read.value : [];
  const series = seriesIn(range, values);
  const analysis = analyseSeries(question, series, range);
  const regression =
    'why' in read ? unknown(question, 'regression', read.why, { before: 0, after: 0 }) : analysis.finding;
  const findings = [
    ...(holdback ? heldBack(question, holdback, range) : []),
    ...(control ? [against(question, values, control, range)] : []),
    regression,
  ];
  const placebo = placeboTest(question, series, range, analysis, series.after.length);
  return {
    metric,
    goal,
    unit: question.unit,
    ...combine(question, findings, placebo, tolerance),
    findings,
    placebo,
    outliers: analysis.outliers,
    model: analysis.chosen?.words ?? null,
    points: analysis.points,
  };
}

function heldBack(
  question: Question,
  holdback: NonNullable<MetricEvidence['holdback']>,
  range: BucketRange,
): MethodFinding[] {
  if ('why' in holdback) return [unknown(question, 'holdback', holdback.why, { before: 0, after: 0 })];
  const { readOut, groups } = holdback.value;
  const control = { name: 'the units held back', values: groups.held, scale: 'same' } as const;
  return [readHoldback(question, readOut), analyseDifference(question, groups.kept, control, range)];
}

function against(
  question: Question,
  treated: readonly BucketValue[],
  { name, read }: NonNullable<MetricEvidence['control']>,
  range: BucketRange,
): MethodFinding {
  if ('why' in read) return unknown(question, 'difference', read.why, { before: 0, after: 0 });
  return analyseDifference(question, treated, { name, values: read.value, scale: 'other' }, range);
}

function unitOf(measure: ImpactMeasure): Unit {
  if (measure.kind === 'ratio') return measure.isShare ? 'share' : 'number';
  return 'outcome' in measure.source && measure.source.outcome === 'latency' ? 'ms' : 'number';
}
