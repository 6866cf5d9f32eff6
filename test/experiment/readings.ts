import type {
  ByArm,
  ExperimentIntegrity,
  ExperimentReading,
  MetricReading,
  MomentsReading,
  UnitColumn,
  UnitSums,
} from '../../src/domain/experiment.js';
import { type AbTest, abTest } from '../../src/domain/spec/experiment.js';
import { type MetricDefinition, metricDefinition } from '../../src/domain/spec/metric-definition.js';

export const SINCE = '2026-11-02T00:00:00.000Z';
const DAY_MS = 86_400_000;

export const after = (days: number) => new Date(Date.parse(SINCE) + days * DAY_MS).toISOString();

/** Sums over rows, one a unit. */
export function sumsOf(rows: readonly (readonly number[])[], columns = rows[0]?.length ?? 1): UnitSums {
  const at = Array.from({ length: columns }, (_, k) => k);
  return {
    units: rows.length,
    sums: at.map((k) => rows.reduce((sum, row) => sum + (row[k] as number), 0)),
    products: at.map((i) => at.map((j) => rows.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), 0))),
  };
}

/** Units that did, of so many. */
export const shareSums = (successes: number, units: number): UnitSums => ({
  units,
  sums: [successes],
  products: [[successes]],
});

export const momentsReading = (arms: ByArm<UnitSums>, columns: readonly UnitColumn[] = ['value']): MomentsReading => ({
  kind: 'moments',
  columns,
  arms,
});

export const shares = (baseline: [number, number], candidate: [number, number]): MomentsReading =>
  momentsReading({ baseline: shareSums(...baseline), candidate: shareSums(...candidate) });

export const metricReading = (
  metric: string,
  all: MetricReading['all'],
  more: Partial<MetricReading> = {},
): MetricReading => ({
  metric,
  all,
  segments: {},
  days: [],
  ...more,
});

const SOUND: ExperimentIntegrity = {
  units: { baseline: 5000, candidate: 5000 },
  expectedShare: 0.5,
  segments: {},
  inBothArms: 0,
  salts: 0,
  bots: { baseline: 0, candidate: 0 },
  beforeExposure: 0,
  fromFuture: 0,
  unexposed: 0,
  dropped: { baseline: 0, candidate: 0 },
  currencies: {},
};

export const readingOf = (
  metrics: readonly MetricReading[],
  integrity: Partial<ExperimentIntegrity> = {},
  days = 3,
): ExperimentReading => ({ at: after(days), since: SINCE, integrity: { ...SOUND, ...integrity }, metrics });

export const metric = (given: Record<string, unknown>): MetricDefinition => metricDefinition.parse(given);

export const BOUGHT = metric({ name: 'bought', kind: 'proportion', source: { feedback: 'conversion' } });
export const SPENT = metric({ name: 'spent', kind: 'mean', source: { feedback: 'revenue' }, currency: 'EUR' });
export const METRICS = [BOUGHT, SPENT];

export const plan = (given: Record<string, unknown> = {}): AbTest =>
  abTest.parse({ primary: 'bought', minDetectableEffect: 0.02, ...given });
