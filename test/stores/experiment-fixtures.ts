import type { ExperimentReading, MomentsReading } from '../../src/domain/experiment.js';
import type { ExposureRecord } from '../../src/domain/observation.js';
import type { MetricDefinition } from '../../src/domain/spec/metric-definition.js';
import type { ExperimentQuestion } from '../../src/ports/experiment-data.js';

export const START = '2026-10-20T00:00:00.000Z';
export const UNTIL = '2026-10-26T06:00:00.000Z';

export const DAY = 86_400_000;

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

export const HOUR = 3_600_000;
export const at = (ms: number) => new Date(Date.parse(START) + ms).toISOString();
export const never = new AbortController().signal;

export const exposed = (service: string, unitHash: string, parts: Partial<ExposureRecord> = {}): ExposureRecord => ({
  service,
  rolloutId: 'r-1',
  epoch: 1,
  unitHash,
  arm: 'baseline',
  version: 'v1',
  segment: '',
  at: at(0),
  ...parts,
});

export function moments(reading: ExperimentReading, metric: string): MomentsReading {
  const all = reading.metrics.find((one) => one.metric === metric)?.all;
  if (all?.kind !== 'moments') throw new Error(`${metric} is ${JSON.stringify(all)}`);
  return all;
}

export function routeOf(service: string, epoch: number, salt: string) {
  return {
    service,
    protocol: { kind: 'open-inference', model: 'digits', unitKey: 'header:x-user-key' },
    epoch,
    rolloutId: 'r-1',
    salt,
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
    weightPercent: 50,
    shadowPercent: 0,
    leaseMs: 30_000,
  } as const;
}
