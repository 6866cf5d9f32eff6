import type { ExperimentReport, MetricReading } from '../domain/experiment.js';
import { normalQuantile, normalSf } from '../stats/index.js';
import type { ExperimentDesign } from './design.js';
import { judgedDifference, type Measured, measure } from './measure.js';

/** Days that a line through their effects needs. */
const LEAST_DAYS = 3;

export type Novelty = ExperimentReport['novelty'];

/**
 * The effect by day since exposure: one that shrinks is a novelty that wears off, one that grows is learned. The trend is the slope of a weighted straight
 * line, in the effect's unit a day. Days of the same units are not independent of each other, so its p-value is a hint, and decides nothing; nor does the band
 * of each day, at 1 - alpha for itself.
 */
export function noveltyOf(days: MetricReading['days'], primary: Measured, { alpha }: ExperimentDesign): Novelty {
  const width = -normalQuantile(alpha / 2);
  const points = days.flatMap(({ day, reading }) => {
    const difference = judgedDifference(measure({ ...primary.subject, reading }));
    return difference === null ? [] : [{ day, effect: difference.value, error: difference.standardError }];
  });
  const line = points.length < LEAST_DAYS ? null : weightedLine(points);
  return {
    days: points.map(({ day, effect, error }) => ({
      day,
      effect,
      interval: [effect - width * error, effect + width * error],
    })),
    trend: line?.slope ?? null,
    pValue: line === null ? null : 2 * normalSf(Math.abs(line.slope) / line.error),
  };
}

interface Point {
  readonly day: number;
  readonly effect: number;
  readonly error: number;
}

function weightedLine(points: readonly Point[]): { slope: number; error: number } {
  const weight = ({ error }: Point) => 1 / error ** 2;
  const total = points.reduce((sum, point) => sum + weight(point), 0);
  const centre = points.reduce((sum, point) => sum + weight(point) * point.day, 0) / total;
  const spread = points.reduce((sum, point) => sum + weight(point) * (point.day - centre) ** 2, 0);
  const shared = points.reduce((sum, point) => sum + weight(point) * (point.day - centre) * point.effect, 0);
  return { slope: shared / spread, error: 1 / Math.sqrt(spread) };
}
