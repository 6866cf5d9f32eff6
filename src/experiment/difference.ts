import type { ByArm } from '../domain/experiment.js';
import {
  normalQuantile,
  normalSf,
  oneSidedHalfwidth,
  sequenceP,
  studentTQuantile,
  studentTTwoSided,
  twoSidedHalfwidth,
} from '../stats/index.js';
import type { ArmEstimate } from './arm-estimate.js';
import type { Scale } from './design.js';

/** An estimated difference, candidate minus baseline, on one scale. */
export interface Difference {
  readonly value: number;
  readonly standardError: number;
  /** Welch's degrees of freedom. */
  readonly df: number;
  /** Units of both arms. */
  readonly units: number;
}

/**
 * @returns null for a relative difference from a baseline of 0, and where neither arm varies
 * Relative effects by the delta method, as GrowthBook has them: the baseline's own error counts. Oracle: test/experiment/oracles/growthbook.json.
 */
export function differenceOf({ baseline, candidate }: ByArm<ArmEstimate>, scale: Scale): Difference | null {
  const [a, b] = [baseline.variance / baseline.units, candidate.variance / candidate.units];
  if (!(a + b > 0)) return null;
  const part = a / (a + b);
  const df = 1 / (part ** 2 / (baseline.units - 1) + (1 - part) ** 2 / (candidate.units - 1));
  const units = baseline.units + candidate.units;
  const value = candidate.adjusted - baseline.adjusted;
  if (scale === 'absolute') return { value, standardError: Math.sqrt(a + b), df, units };
  if (baseline.value === 0) return null;
  const variance = b / baseline.value ** 2 + (a * candidate.value ** 2) / baseline.value ** 4;
  return { value: value / baseline.value, standardError: Math.sqrt(variance), df, units };
}

/** How intervals are made: judged once, or at any look. */
export type Rule = { readonly kind: 'fixed' } | { readonly kind: 'sequential'; readonly tuning: number };

/** At confidence 1 - alpha; a sequence must have the same alpha and tuning at each look. */
export function intervalOf(difference: Difference, rule: Rule, alpha: number): [number, number] {
  const half = halfwidth(difference, rule, alpha);
  return [difference.value - half, difference.value + half];
}

function halfwidth({ standardError, df, units }: Difference, rule: Rule, alpha: number): number {
  return rule.kind === 'fixed'
    ? studentTQuantile(1 - alpha / 2, df) * standardError
    : twoSidedHalfwidth(standardError, units, alpha, rule.tuning);
}

/** Both one-sided bounds, each of which errs with probability alpha: what non-inferiority is judged by. */
export function boundsOf(difference: Difference, rule: Rule, alpha: number): [number, number] {
  const { value, standardError, df, units } = difference;
  const half =
    rule.kind === 'fixed'
      ? studentTQuantile(1 - alpha, df) * standardError
      : oneSidedHalfwidth(standardError, units, alpha, rule.tuning);
  return [value - half, value + half];
}

/** Two-sided, of no difference. @param alpha what the sequence is tuned with */
export function pValueOf({ value, standardError, df, units }: Difference, rule: Rule, alpha: number): number {
  return rule.kind === 'fixed'
    ? studentTTwoSided(value / standardError, df)
    : sequenceP(value, standardError, units, alpha, rule.tuning);
}

/** Standard errors that an effect must exceed, so that `units` of both arms show it with this power at their last look. */
export function criticalDistance(rule: Rule, alpha: number, power: number, units: number): number {
  const bound = rule.kind === 'fixed' ? -normalQuantile(alpha / 2) : twoSidedHalfwidth(1, units, alpha, rule.tuning);
  return bound + normalQuantile(power);
}

/** The chance that an effect of so many standard errors is shown. */
export function powerOf(distance: number, rule: Rule, alpha: number, units: number): number {
  const bound = rule.kind === 'fixed' ? -normalQuantile(alpha / 2) : twoSidedHalfwidth(1, units, alpha, rule.tuning);
  return normalSf(bound - distance);
}
