import { type FeedbackKind, isYesOrNo } from './observation.js';
import type { MetricDefinition, MetricSource } from './spec/metric-definition.js';

/** What an event of a metric is. */
export type ImpactSource =
  | { readonly feedback: FeedbackKind; readonly survey?: string | undefined }
  | { readonly outcome: 'accuracy' | 'error' | 'latency' | 'requests' };

/** What is summed up: the events' values, how many there are, or how many units had one above 0. */
export interface ImpactSum {
  readonly source: ImpactSource;
  readonly take: 'sum' | 'count' | 'any';
}

/**
 * How a metric is read in a stretch of time: one sum over another, or a quantile over events. There is no exposure to count from after a cutover: an
 * event belongs to the time of its prediction.
 */
export type ImpactMeasure = {
  readonly metric: string;
  /** Which change is good. */
  readonly goal: 'increase' | 'decrease';
} & (
  | {
      readonly kind: 'ratio';
      readonly value: ImpactSum;
      /** `units`: those that were seen at all. */
      readonly over: ImpactSum | 'units';
      /** Whether it lies in 0..1. */
      readonly isShare: boolean;
    }
  | { readonly kind: 'quantile'; readonly source: ImpactSource; readonly quantile: number }
);

/** @returns a reason in words where a metric has no value in a stretch of time */
export function impactMeasureOf(definition: MetricDefinition): ImpactMeasure | string {
  const { name: metric, goal, kind, source, numerator, denominator, quantile, cap } = definition;
  const frame = { metric, goal };
  if (kind === 'retention')
    return `${metric}: retention is counted from a unit's exposure, and after a cutover there is none`;
  if (cap !== undefined) return `${metric}: a cap needs the sums of units; name the metric without its cap`;
  const sources = [source, numerator, denominator].filter((one) => one !== undefined);
  if (sources.some((one) => 'sql' in one))
    return `${metric}: a query's events are not at hand here; use feedback or outcome`;
  const whole = source === undefined ? null : plain(source);
  if (kind === 'quantile' && whole !== null && quantile !== undefined)
    return { ...frame, kind: 'quantile', source: whole, quantile };
  if (kind === 'ratio' && numerator !== undefined && denominator !== undefined)
    return { ...frame, kind: 'ratio', value: sumOf(numerator), over: sumOf(denominator), isShare: false };
  if (whole === null || source === undefined) return `${metric}: it has no source`;
  if (kind === 'ratio')
    return {
      ...frame,
      kind: 'ratio',
      value: { source: whole, take: 'sum' },
      over: { source: whole, take: 'count' },
      isShare: hasYesOrNo(whole),
    };
  const take = source.take ?? (kind === 'proportion' ? 'any' : 'sum');
  return { ...frame, kind: 'ratio', value: { source: whole, take }, over: 'units', isShare: take === 'any' };
}

function sumOf(source: MetricSource): ImpactSum {
  return { source: plain(source) ?? { outcome: 'requests' }, take: source.take ?? 'sum' };
}

function plain(source: MetricSource): ImpactSource | null {
  if ('feedback' in source) return { feedback: source.feedback, survey: source.survey };
  return 'outcome' in source ? { outcome: source.outcome } : null;
}

function hasYesOrNo(source: ImpactSource): boolean {
  if ('outcome' in source) return source.outcome === 'accuracy' || source.outcome === 'error';
  return isYesOrNo(source.feedback);
}
