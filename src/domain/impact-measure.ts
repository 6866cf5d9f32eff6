import { type FeedbackKind, isYesOrNo } from './observation.js';
import { type MetricDefinition, type MetricSource, sourcesOf, type TakenSource } from './spec/metric-definition.js';

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
  const { name: metric, goal, kind, quantile, cap } = definition;
  const frame = { metric, goal };
  if (kind === 'retention')
    return `${metric}: retention is counted from a unit's exposure, and after a cutover there is none`;
  if (cap !== undefined) return `${metric}: a cap needs the sums of units; name the metric without its cap`;
  const taken = sourcesOf(definition);
  if (taken.value === null) return `${metric}: it has no source`;
  const value = sumOf(taken.value);
  const over = taken.denominator === null ? 'units' : sumOf(taken.denominator);
  if (value === null || over === null)
    return `${metric}: a query's events are not at hand here; use feedback or outcome`;
  if (kind === 'quantile')
    return quantile === undefined
      ? `${metric}: it has no quantile`
      : { ...frame, kind: 'quantile', source: value.source, quantile };
  const isMeanOfEvents = kind === 'ratio' && definition.source !== undefined;
  const isShare = isMeanOfEvents ? hasYesOrNo(value.source) : over === 'units' && value.take === 'any';
  return { ...frame, kind: 'ratio', value, over, isShare };
}

function sumOf({ source, take }: TakenSource): ImpactSum | null {
  const events = plain(source);
  return events === null ? null : { source: events, take };
}

function plain(source: MetricSource): ImpactSource | null {
  if ('feedback' in source) return { feedback: source.feedback, survey: source.survey };
  return 'outcome' in source ? { outcome: source.outcome } : null;
}

function hasYesOrNo(source: ImpactSource): boolean {
  if ('outcome' in source) return source.outcome === 'accuracy' || source.outcome === 'error';
  return isYesOrNo(source.feedback);
}
