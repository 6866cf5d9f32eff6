import { mannWhitneyTest } from '../comparison/mann-whitney.js';
import { momentsOf } from '../sample/moments.js';
import { requireSample, type Sample, withoutNaN } from '../sample/sample.js';
import { largestSize, safeScale } from '../sample/scale.js';
import { wideFences } from '../series/outliers.js';
import { shiftInterval } from './mann-whitney-interval.js';

/**
 * Kayenta's NetflixACAJudge, so that its users can bring their configurations and get the same classifications.
 * Source: spinnaker/kayenta, kayenta-judge, NetflixACAJudge and MannWhitneyClassifier (a69573be). Oracle: test/stats/oracles/kayenta_judge.json.
 */
export type Classification = 'Pass' | 'High' | 'Low' | 'Nodata' | 'NodataFailMetric';

export interface MetricJudgement {
  readonly classification: Classification;
  readonly reason: string;
  /** Shift experiment - control with its interval; null where nothing was compared. */
  readonly shift: { readonly low: number; readonly high: number; readonly estimate: number } | null;
  /** mean(experiment) / mean(control); null where a mean is 0. */
  readonly meanRatio: number | null;
  /** Critical metric past its critical limits: the whole canary fails. */
  readonly critical: boolean;
}

/** The part of Kayenta's canaryConfig.analysisConfigurations.canary that the judge reads, under its names. */
export interface JudgePlan {
  /** Which direction is harmful. */
  readonly direction: 'increase' | 'decrease' | 'either';
  /** Default `remove`: NaN is left out, and a side without values is Nodata. `replace`: NaN counts 0. */
  readonly nanStrategy?: 'remove' | 'replace';
  /** Default `keep`. `remove`: values outside the wide fences are left out first. */
  readonly outliers?: { readonly strategy: 'keep' | 'remove'; readonly outlierFactor?: number };
  readonly critical?: boolean;
  readonly mustHaveData?: boolean;
  readonly effectSize?: {
    readonly measure?: 'meanRatio' | 'cles';
    readonly allowedIncrease?: number;
    readonly allowedDecrease?: number;
    readonly criticalIncrease?: number;
    readonly criticalDecrease?: number;
  };
  /** Share of the estimated shift that the interval has to clear. */
  readonly tolerance?: number;
  readonly confidence?: number;
}

/** @throws {RangeError} for infinite values */
export function judgeMetric(experiment: Sample, control: Sample, plan: JudgePlan): MetricJudgement {
  const replace = plan.nanStrategy === 'replace';
  const [x, y] = [prepared(experiment, plan, 'experiment'), prepared(control, plan, 'control')];
  const none = { shift: null, meanRatio: null, critical: false };
  if (safeScale(largestSize(withoutNaN(experiment), withoutNaN(control))) > 1)
    // Differences would be infinite, and an infinite shift clears no infinite margin.
    return {
      ...none,
      classification: 'NodataFailMetric',
      reason: 'values are too large to be compared',
      critical: plan.critical === true,
    };
  if (x.length === 0 || y.length === 0) {
    if (replace) return { ...none, classification: 'Pass', reason: 'no values, and NaN is replaced: nothing differs' };
    const side = x.length === 0 ? 'experiment' : 'control';
    // Critical without data fails the canary by itself; a metric that must have data counts as failed.
    const fails = plan.mustHaveData === true && !plan.critical;
    return {
      ...none,
      classification: fails ? 'NodataFailMetric' : 'Nodata',
      reason: `${side} has no values`,
      critical: plan.critical === true && plan.mustHaveData === true,
    };
  }
  const ratio = momentsOf(x).mean / momentsOf(y).mean;
  const meanRatio = ratio !== 0 && Number.isFinite(ratio) ? ratio : null;
  if (equalSorted(x, y))
    return { ...none, meanRatio, classification: 'Pass', reason: 'both sides hold the same values' };
  return classify(x, y, plan, meanRatio);
}

function prepared(values: Sample, plan: JudgePlan, name: string): Float64Array {
  const all =
    plan.nanStrategy === 'replace' ? Float64Array.from(values, (v) => (Number.isNaN(v) ? 0 : v)) : withoutNaN(values);
  requireSample(all, name, 0);
  if (plan.outliers?.strategy !== 'remove' || all.length === 0) return all;
  const [low, high] = wideFences(all, plan.outliers.outlierFactor ?? 3);
  return all.filter((value) => value >= low && value <= high);
}

function equalSorted(x: Float64Array, y: Float64Array): boolean {
  if (x.length !== y.length) return false;
  const [a, b] = [x.toSorted(), y.toSorted()];
  return a.every((value, i) => value === b[i]);
}

function classify(x: Float64Array, y: Float64Array, plan: JudgePlan, meanRatio: number | null): MetricJudgement {
  const { direction, tolerance = 0.25, confidence = 0.98, effectSize = {} } = plan;
  const shift = shiftInterval(x, y, confidence);
  const cles = effectSize.measure === 'cles';
  const effect = cles ? mannWhitneyTest(x, y).commonLanguageEffect : meanRatio;
  const neutral = cles ? 0.5 : 1;
  // An effect that can't be told (a mean of 0) does not excuse a shift.
  const atLeast = (limit: number) => effect === null || effect >= limit;
  const atMost = (limit: number) => effect === null || effect <= limit;
  const margin = tolerance * Math.abs(shift.estimate);
  const isHigh = direction !== 'decrease' && shift.low > margin && atLeast(effectSize.allowedIncrease ?? neutral);
  const isLow = direction !== 'increase' && shift.high < -margin && atMost(effectSize.allowedDecrease ?? neutral);
  const pastCritical =
    (isHigh && atLeast(effectSize.criticalIncrease ?? neutral)) ||
    (isLow && atMost(effectSize.criticalDecrease ?? neutral));
  const classification = isHigh ? 'High' : isLow ? 'Low' : 'Pass';
  const numbers = `shift ${shift.estimate.toPrecision(4)}, interval ${shift.low.toPrecision(4)} to ${shift.high.toPrecision(4)}`;
  return {
    classification,
    reason: classification === 'Pass' ? `not significantly different: ${numbers}` : `${classification}: ${numbers}`,
    shift,
    meanRatio,
    critical: plan.critical === true && pastCritical,
  };
}
