import type { MetricDefinition } from '../../src/domain/spec/metric-definition.js';
import type { ExperimentQuestion } from '../../src/ports/experiment-data.js';

export const START = '2026-10-20T00:00:00.000Z';
export const UNTIL = '2026-10-26T06:00:00.000Z';

const DAY = 86_400_000;

/** One of each kind, and each of the ways to take. */
export const METRICS: readonly MetricDefinition[] = [
  { name: 'revenue', kind: 'mean', goal: 'increase', source: { feedback: 'revenue' }, cap: { percentile: 0.8 } },
  {
    name: 'spend-soon',
    kind: 'mean',
    goal: 'increase',
    source: { feedback: 'revenue' },
    within: 2 * DAY,
    cap: { value: 5 },
  },
  { name: 'bought', kind: 'proportion', goal: 'increase', source: { feedback: 'conversion' } },
  { name: 'thumbs', kind: 'ratio', goal: 'increase', source: { feedback: 'thumb' } },
  {
    name: 'per-request',
    kind: 'ratio',
    goal: 'increase',
    numerator: { feedback: 'revenue' },
    denominator: { outcome: 'requests', take: 'count' },
  },
  { name: 'accuracy', kind: 'ratio', goal: 'increase', source: { outcome: 'accuracy' } },
  { name: 'errors', kind: 'ratio', goal: 'decrease', source: { outcome: 'error' } },
  { name: 'labels', kind: 'mean', goal: 'increase', source: { feedback: 'label', take: 'count' } },
  { name: 'came-back', kind: 'retention', goal: 'increase', retention: { from: DAY, to: 3 * DAY } },
  { name: 'latency', kind: 'quantile', goal: 'decrease', source: { outcome: 'latency' }, quantile: 0.5 },
  { name: 'slowest', kind: 'quantile', goal: 'decrease', source: { outcome: 'latency' }, quantile: 0.9, within: DAY },
];

export function questionOf(service: string, parts: Partial<ExperimentQuestion> = {}) {
  return {
    scope: { service, rolloutId: 'r-1', epochs: [1, 2] as const },
    since: START,
    until: UNTIL,
    metrics: METRICS,
    byDay: METRICS.map(({ name }) => name),
    segments: ['eu', 'nobody'],
    apart: [],
    beforeMs: 3 * DAY,
    maxEventsPerHour: null,
    ...parts,
  };
}
