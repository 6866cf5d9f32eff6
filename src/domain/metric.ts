import type { Unit } from './quantity.js';

/** What a guardrail metric is: how it is measured, which way is harm, and how much of it may pass. */
export type MetricRow = { readonly harm: 'increase' | 'decrease' | 'either'; readonly of: ReadingOf } & (
  | { readonly kind: 'proportion' | 'categories'; readonly margin: Margin<number> }
  | { readonly kind: 'latency'; readonly margin: Margin<string> }
);

/** What one reading is taken of. Requests and predictions are there in shadow as well; labels and feedback come from users, who never meet it. */
type ReadingOf = 'request' | 'prediction' | 'label' | 'feedback';

/** How much worse than the baseline the candidate may be, where a spec does not say: a share, or a duration. */
interface Margin<Value> {
  readonly words: string;
  readonly fallback: Value;
}

const FAILURES = { words: 'How much higher the share of failed requests may be (absolute).', fallback: 0.01 };
const SLOWER = { words: 'How much longer the quantile may be, as a duration.', fallback: '20ms' };
const MOVED = { words: 'How far the share of any predicted label may move (absolute).', fallback: 0.1 };
const LOWER = { words: 'How much lower the share may be (absolute).', fallback: 0.02 };

/** Every metric that a guardrail may name, in the order of the spec's reference. What each is read from: src/metrics/readers.ts. */
export const METRIC_TABLE = {
  error_rate: { kind: 'proportion', harm: 'increase', of: 'request', margin: FAILURES },
  latency_p50: { kind: 'latency', harm: 'increase', of: 'request', margin: SLOWER },
  latency_p90: { kind: 'latency', harm: 'increase', of: 'request', margin: SLOWER },
  latency_p95: { kind: 'latency', harm: 'increase', of: 'request', margin: SLOWER },
  latency_p99: { kind: 'latency', harm: 'increase', of: 'request', margin: SLOWER },
  prediction_drift: { kind: 'categories', harm: 'either', of: 'prediction', margin: MOVED },
  accuracy: { kind: 'proportion', harm: 'decrease', of: 'label', margin: LOWER },
  conversion: { kind: 'proportion', harm: 'decrease', of: 'feedback', margin: LOWER },
  thumb: { kind: 'proportion', harm: 'decrease', of: 'feedback', margin: LOWER },
} as const satisfies Record<string, MetricRow>;

export type Metric = keyof typeof METRIC_TABLE;

export const METRICS = Object.keys(METRIC_TABLE) as Metric[];

export function isMetric(name: string): name is Metric {
  return Object.hasOwn(METRIC_TABLE, name);
}

/** What can be measured on discarded answers. What others measure, they know best. */
export function isMeasurableInShadow(metric: Metric | 'query' | 'monitor'): boolean {
  if (metric === 'query' || metric === 'monitor') return true;
  const { of } = METRIC_TABLE[metric];
  return of === 'request' || of === 'prediction';
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
