import type { UnitSums } from '../../src/domain/experiment.js';
import type { ImpactMeasure } from '../../src/domain/impact-measure.js';
import type { MetricEvidence } from '../../src/impact/analyse-metric.js';
import { type BucketRange, bucketRange } from '../../src/impact/buckets.js';
import type { BucketValue } from '../../src/ports/impact-data.js';
import { type Random, seededRandom } from '../../src/stats/sample/random.js';

const CONVERSION: ImpactMeasure = {
  metric: 'conversion',
  goal: 'increase',
  kind: 'ratio',
  value: { source: { feedback: 'conversion' }, take: 'sum' },
  over: { source: { feedback: 'conversion' }, take: 'count' },
  isShare: true,
};

export const RULES = { alpha: 0.05, tolerance: { relative: 0.1, share: 0.005 } };

const DAY = 86_400_000;

export interface World {
  readonly seed: number;
  readonly days: { readonly before: number; readonly rollout: number; readonly after: number };
  /** The metric's change at the cutover, as a part of it. */
  readonly effect: number;
  /** Of neighbouring days. */
  readonly rho?: number;
  /** Standard deviation of a day, as a part of the level. */
  readonly noise?: number;
  /** Something else that happens at the cutover, to everybody. */
  readonly weather?: number;
}

const LEVEL = 0.1;
const SEASON = [1, 1.04, 1.06, 1.03, 0.98, 0.9, 0.92];

/** A share of 10 % with a weekly rhythm, slow noise, and a change at the cutover. */
export function simulate({ seed, days, effect, rho = 0.3, noise = 0.015, weather = 0 }: World) {
  const random = seededRandom(seed);
  const range = rangeOf(days);
  let slow = normal(random);
  const [treated, untreated]: [BucketValue[], BucketValue[]] = [[], []];
  for (let bucket = -(days.before + days.rollout); bucket < days.after; bucket += 1) {
    slow = rho * slow + Math.sqrt(1 - rho * rho) * normal(random);
    const season = SEASON[((bucket % 7) + 7) % 7] ?? 1;
    const plain = LEVEL * season * (1 + noise * slow) * (bucket >= 0 ? 1 + weather : 1);
    treated.push({ bucket, value: bucket >= 0 ? plain * (1 + effect) : plain, samples: 20_000 });
    // Few are held back: they share the weather and have noise of their own.
    untreated.push({ bucket, value: plain * (1 + 0.02 * normal(random)), samples: 400 });
  }
  return { range, treated, untreated, random };
}

const HOUR = 3_600_000;

/** Six office hours a day for ten days before and four after the cutover, so that buckets are hours. */
export function simulateOffice({ seed, effect }: Pick<World, 'seed' | 'effect'>) {
  const random = seededRandom(seed);
  const cutover = Date.parse('2026-11-01T00:00:00Z');
  const range = bucketRange({
    startedAt: new Date(cutover - 3 * HOUR).toISOString(),
    cutoverAt: new Date(cutover).toISOString(),
    beforeMs: 10 * DAY,
    afterMs: 4 * DAY,
    at: new Date(cutover + 4 * DAY).toISOString(),
  });
  const treated: BucketValue[] = [];
  let slow = normal(random);
  for (let bucket = range.before[0]; bucket <= range.after[1]; bucket += 1) {
    slow = 0.3 * slow + Math.sqrt(1 - 0.3 ** 2) * normal(random);
    const hour = ((bucket % 24) + 24) % 24;
    const plain = LEVEL * (1 + 0.08 * Math.sin((Math.PI * hour) / 12)) * (1 + 0.015 * slow);
    if (hour >= 9 && hour < 15)
      treated.push({ bucket, value: bucket >= 0 ? plain * (1 + effect) : plain, samples: 2000 });
  }
  return { range, treated };
}

export function rangeOf({ before, rollout, after }: World['days']): BucketRange {
  const cutover = Date.parse('2026-11-01T00:00:00Z');
  return bucketRange({
    startedAt: new Date(cutover - rollout * DAY).toISOString(),
    cutoverAt: new Date(cutover).toISOString(),
    beforeMs: before * DAY,
    afterMs: after * DAY,
    at: new Date(cutover + after * DAY).toISOString(),
  });
}

export function evidenceOf(series: readonly BucketValue[], more: Partial<MetricEvidence> = {}): MetricEvidence {
  return { measure: CONVERSION, series: { value: series }, holdback: null, control: null, ...more };
}

/** Units with a few events each, of which a share are successes. */
export function units(random: Random, count: number, share: number): UnitSums {
  const sums = [0, 0];
  const products = [
    [0, 0],
    [0, 0],
  ];
  for (let i = 0; i < count; i += 1) {
    const own = Math.min(1, Math.max(0, share * (1 + 0.5 * normal(random))));
    const events = 1 + Math.floor(8 * random());
    let successes = 0;
    for (let k = 0; k < events; k += 1) if (random() < own) successes += 1;
    const row = [successes, events];
    for (const [a, x] of row.entries()) {
      sums[a] = (sums[a] ?? 0) + x;
      for (const [b, y] of row.entries()) (products[a] as number[])[b] = (products[a]?.[b] ?? 0) + x * y;
    }
  }
  return { units: count, sums, products };
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
