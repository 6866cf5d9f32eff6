import type { MetricDefinition } from '../domain/spec/metric-definition.js';
import type { ArmEstimate } from './arm-estimate.js';
import type { ExperimentDesign } from './design.js';
import { criticalDistance, type Difference, powerOf, type Rule } from './difference.js';

/** Of a sequence that nobody has planned for. GrowthBook's default. */
export const UNPLANNED_TUNING = 5000;
/** Beyond this nobody waits. */
const MOST_UNITS = 1e12;

export interface SampleSize {
  /** Units that the smaller arm needs. */
  readonly perArm: number;
  /** Units of both arms at which a sequential interval is narrowest: all that are needed, unless the spec says. */
  readonly tuning: number;
}

/** What the sample follows from: the metric's value without the candidate, and the variance of one unit. */
export type Benchmark = Pick<ArmEstimate, 'value' | 'variance'>;

/**
 * Units at which the smallest effect that matters is shown with the power asked for. A sequential test's last look alone is counted, so its
 * true power is a little higher.
 * @returns null where none can be computed: the metric does not vary, or is 0 where the effect is relative to it
 */
export function sampleSize(
  metric: MetricDefinition,
  design: ExperimentDesign,
  benchmark: Benchmark,
): SampleSize | null {
  const spread = spreadOf(metric, design, benchmark, design.minDetectableEffect);
  if (spread === null) return null;
  const total = unitsFor(spread, design);
  if (total === null) return null;
  const perArm = Math.ceil(total * smallerShare(design));
  return { perArm, tuning: design.tuning ?? Math.ceil(perArm / smallerShare(design)) };
}

/** The same where each unit compares both versions, as in interleaving, from the estimate so far. */
export function oneSampleSize({ standardError, units }: Difference, design: ExperimentDesign): number | null {
  const total = unitsFor(standardError ** 2 * units, design);
  return total === null ? null : Math.ceil(total);
}

/** @param spread variance of the estimate, times its units */
function unitsFor(
  spread: number,
  { alpha, power, test, tuning, minDetectableEffect }: ExperimentDesign,
): number | null {
  const atDistance = (distance: number) => spread * (distance / minDetectableEffect) ** 2;
  if (test === 'fixed') return withinReach(atDistance(criticalDistance({ kind: 'fixed' }, alpha, power, 1)));
  // Tuned to its own end, a sequence is equally far off there, however many units that are.
  if (tuning === null)
    return withinReach(atDistance(criticalDistance({ kind: 'sequential', tuning: 1 }, alpha, power, 1)));
  const rule: Rule = { kind: 'sequential', tuning };
  return leastWhere((units) => units >= atDistance(criticalDistance(rule, alpha, power, units)));
}

function withinReach(units: number): number | null {
  return units <= MOST_UNITS ? units : null;
}

/** The power that `perArm` units of the smaller arm give. @returns null as `sampleSize` */
export function powerAt(
  perArm: number,
  tuning: number,
  metric: MetricDefinition,
  design: ExperimentDesign,
  benchmark: Benchmark,
): number | null {
  const spread = spreadOf(metric, design, benchmark, design.minDetectableEffect);
  if (spread === null) return null;
  const units = perArm / smallerShare(design);
  if (units < 2) return 0;
  const rule: Rule = design.test === 'fixed' ? { kind: 'fixed' } : { kind: 'sequential', tuning };
  return powerOf(design.minDetectableEffect / Math.sqrt(spread / units), rule, design.alpha, units);
}

/** The smallest effect that so many units find, by bisection; null where none within ten thousand times the wanted one does. */
export function detectableEffect(
  perArm: number,
  metric: MetricDefinition,
  design: ExperimentDesign,
  benchmark: Benchmark,
): number | null {
  const finds = (effect: number) => {
    const need = sampleSize(metric, { ...design, minDetectableEffect: effect }, benchmark);
    return need !== null && need.perArm <= perArm;
  };
  let [low, high] = [design.minDetectableEffect, design.minDetectableEffect * 2];
  while (!finds(high)) {
    low = high;
    high *= 2;
    if (high > design.minDetectableEffect * 1e4) return null;
  }
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (finds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export function smallerShare({ candidateShare }: ExperimentDesign): number {
  return Math.min(candidateShare, 1 - candidateShare);
}

/** Variance of the estimated difference, times the units of both arms. */
function spreadOf(
  metric: MetricDefinition,
  { candidateShare, scale }: ExperimentDesign,
  { value, variance }: Benchmark,
  effect: number,
): number | null {
  if (!(variance > 0) || (scale === 'relative' && value === 0)) return null;
  const change = (metric.goal === 'increase' ? 1 : -1) * (scale === 'relative' ? effect * value : effect);
  const other = candidateVariance(metric, value, variance, change);
  if (other === null) return null;
  if (scale === 'absolute') return other / candidateShare + variance / (1 - candidateShare);
  // The baseline's own error counts in a relative effect, as in `differenceOf`.
  const ofBaseline = (variance * (1 + change / value) ** 2) / (1 - candidateShare);
  return (other / candidateShare + ofBaseline) / value ** 2;
}

/** A share that moves has another variance, in the proportion in which p (1 - p) changes. */
function candidateVariance(metric: MetricDefinition, value: number, variance: number, change: number): number | null {
  if (metric.kind !== 'proportion' && metric.kind !== 'retention') return variance;
  const moved = value + change >= 0 && value + change <= 1 ? value + change : value - change;
  if (!(moved >= 0 && moved <= 1)) return null;
  return (variance * moved * (1 - moved)) / (value * (1 - value));
}

function leastWhere(reached: (units: number) => boolean): number | null {
  let [low, high] = [4, 8];
  if (reached(low)) return low;
  while (!reached(high)) {
    low = high;
    high *= 2;
    if (high > MOST_UNITS) return null;
  }
  while (high - low > Math.max(0.5, high * 1e-9)) {
    const middle = (low + high) / 2;
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return high;
}
