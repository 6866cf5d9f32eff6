import { isMetric, METRIC_TABLE, metricUnit } from './metric.js';
import type { Unit } from './quantity.js';
import type { Evidence } from './verdict.js';

/** What a rule compared with what; not always numbers of the metric itself. */
export interface Comparison {
  readonly bound: number;
  readonly limit: number;
  readonly unit: Unit;
  /** What the two are, where it is not the metric itself. */
  readonly of: string;
}

type Judged = Pick<Evidence, 'metric' | 'rule' | 'gate' | 'bound' | 'margin' | 'candidate'>;

/** The bound and the limit that a verdict rests on; null where there is no bound, or no one limit. */
export function comparisonOf(evidence: Judged): Comparison | null {
  const { metric, rule, gate, bound, margin, candidate } = evidence;
  const unit = metricUnit(metric);
  // An evaluation has a table of its own, with intervals.
  if (bound === null || gate === 'abTest') return null;
  // One number against a limit of its own: there is no margin.
  if (rule === 'threshold' || rule === 'monitor')
    return candidate.value === null || candidate.value === bound
      ? null
      : { bound: candidate.value, limit: bound, unit, of: '' };
  return comparesSlowRequests(evidence)
    ? { bound, limit: 0, unit: 'share', of: 'more slow requests, ' }
    : { bound, limit: margin, unit, of: '' };
}

/** A latency's rule has the margin in what it calls slow, and compares shares of slow requests. */
function comparesSlowRequests({ metric, rule }: Judged): boolean {
  return isMetric(metric) && METRIC_TABLE[metric].kind === 'latency' && rule !== 'kayenta';
}
