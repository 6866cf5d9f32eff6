import type { Unit } from './quantity.js';

/** How a metric is measured, and which way is harm. */
export const METRIC_TABLE = {
  error_rate: { kind: 'proportion', harm: 'increase' },
  latency_p50: { kind: 'latency', harm: 'increase' },
  latency_p90: { kind: 'latency', harm: 'increase' },
  latency_p95: { kind: 'latency', harm: 'increase' },
  latency_p99: { kind: 'latency', harm: 'increase' },
  prediction_drift: { kind: 'categories', harm: 'either' },
  accuracy: { kind: 'proportion', harm: 'decrease' },
  conversion: { kind: 'proportion', harm: 'decrease' },
  thumb: { kind: 'proportion', harm: 'decrease' },
} as const satisfies Record<
  string,
  { kind: 'proportion' | 'latency' | 'categories'; harm: 'increase' | 'decrease' | 'either' }
>;

export type Metric = keyof typeof METRIC_TABLE;

export const METRICS = Object.keys(METRIC_TABLE) as Metric[];

export function isMetric(name: string): name is Metric {
  return Object.hasOwn(METRIC_TABLE, name);
}

/** What can be measured on discarded answers: users and labels never meet them. What others measure, they know best. */
export function isMeasurableInShadow(metric: Metric | 'query' | 'monitor'): boolean {
  if (metric === 'query' || metric === 'monitor') return true;
  return metric === 'error_rate' || metric === 'prediction_drift' || METRIC_TABLE[metric].kind === 'latency';
}

/** What is measured for a gate, and is no metric of its own. */
const GATE_UNITS = { agreement: 'share', samples: 'count', labels: 'count' } as const;

/** What a metric's values are, by its name: evidence has none. */
export function metricUnit(metric: string): Unit {
  if (Object.hasOwn(GATE_UNITS, metric)) return GATE_UNITS[metric as keyof typeof GATE_UNITS];
  if (!isMetric(metric)) return null;
  switch (METRIC_TABLE[metric].kind) {
    case 'proportion':
      return 'share';
    case 'latency':
      return 'ms';
    case 'categories':
      // Of the label that moved most.
      return 'share';
  }
}
