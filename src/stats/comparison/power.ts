import { noncentralTCdf } from '../distributions/noncentral-t.js';
import { normalQuantile } from '../distributions/normal.js';
import { bisect } from '../distributions/root.js';
import { studentTQuantile } from '../distributions/student-t.js';
import { requireProbability } from '../sample/sample.js';
import { cohensH } from './proportion.js';

/** What a planned two-sided test shall keep. */
export interface Plan {
  /** Chance of a false alarm. */
  readonly alpha: number;
  /** Chance to find the effect where it is there. */
  readonly power: number;
}

function criticalSum({ alpha, power }: Plan): number {
  requireProbability(alpha, 'alpha');
  requireProbability(power, 'power');
  return -normalQuantile(alpha / 2) + normalQuantile(power);
}

/**
 * Power of a two-sided two-sample t test.
 * @param effect difference of means in standard deviations (Cohen's d)
 * @param n values of the first sample @param ratio values of the second for each of the first
 * Source: J. Cohen (1988), 2.3; noncentral t. Oracle: test/stats/oracles/power.json (t_ind).
 */
export function tTestPower(effect: number, n: number, alpha: number, ratio = 1): number {
  requireProbability(alpha, 'alpha');
  const df = n * (1 + ratio) - 2;
  if (!(df > 0)) throw new RangeError(`${n} values and ratio ${ratio} leave ${df} degrees of freedom`);
  const shift = effect * Math.sqrt((n * ratio) / (1 + ratio));
  const critical = -studentTQuantile(alpha / 2, df);
  return Math.min(1, noncentralTCdf(-critical, df, -shift) + noncentralTCdf(-critical, df, shift));
}

/** Values the first sample needs (not rounded) for `tTestPower` to reach the plan's power. */
export function tTestSampleSize(effect: number, plan: Plan, ratio = 1): number {
  if (!(Math.abs(effect) > 0)) throw new RangeError(`effect ${effect}: no sample finds a difference of 0`);
  const guess = (criticalSum(plan) / effect) ** 2 * (1 + 1 / ratio);
  const short = (n: number) => tTestPower(effect, n, plan.alpha, ratio) - plan.power;
  return bisect(short, Math.max(2.1 / (1 + ratio) + 1e-6, guess / 2), guess * 2 + 10, 1e-9);
}

export interface ProportionSampleSize {
  /** Variances of both shares. The default: it assumes least. */
  readonly unpooled: number;
  /** Variance under equality for alpha, under the alternative for power. */
  readonly pooled: number;
  /** By Cohen's h. */
  readonly arcsine: number;
}

/**
 * Observations an arm (not rounded) for a two-sided test of two shares.
 * Source: J. L. Fleiss, B. Levin, M. C. Paik (2003), Statistical Methods for Rates and Proportions, 4.2. Oracle: power.json (two_proportions).
 * @throws {RangeError} unless both shares lie in 0..1 and differ
 */
export function proportionSampleSize(p1: number, p2: number, plan: Plan): ProportionSampleSize {
  if (!(p1 >= 0 && p1 <= 1 && p2 >= 0 && p2 <= 1 && p1 !== p2))
    throw new RangeError(`shares ${p1} and ${p2}: two different numbers in 0..1 are needed`);
  const sum = criticalSum(plan);
  const [zAlpha, zPower] = [-normalQuantile(plan.alpha / 2), normalQuantile(plan.power)];
  const variance = p1 * (1 - p1) + p2 * (1 - p2);
  const mean = (p1 + p2) / 2;
  return {
    unpooled: (sum ** 2 * variance) / (p1 - p2) ** 2,
    pooled: ((zAlpha * Math.sqrt(2 * mean * (1 - mean)) + zPower * Math.sqrt(variance)) / (p1 - p2)) ** 2,
    arcsine: 2 * (sum / cohensH(p1, p2)) ** 2,
  };
}

/**
 * Observations an arm that find a given change of a share.
 * @param effect absolute, > 0; taken in the direction where the share stays within 0..1
 * @returns an integer @throws {RangeError} when neither base + effect nor base - effect lies in 0..1
 */
export function samplesPerArm(base: number, effect: number, alpha: number, power: number): number {
  const other = base + effect <= 1 ? base + effect : base - effect;
  if (!(base >= 0 && base <= 1 && effect > 0 && other >= 0))
    throw new RangeError(`effect ${effect} does not fit a share of ${base}`);
  return Math.ceil(proportionSampleSize(base, other, { alpha, power }).unpooled);
}

/** The smallest difference of means that `n` observations an arm find, in the unit of `sd`. Oracle: power.json (mde). */
export function detectableDifference(sd: number, n: number, plan: Plan): number {
  if (!(sd >= 0 && n > 0)) throw new RangeError(`standard deviation ${sd} and ${n} observations an arm`);
  return criticalSum(plan) * sd * Math.sqrt(2 / n);
}
