import { normalQuantile, normalSf } from '../distributions/normal.js';
import { momentsOf } from '../sample/moments.js';
import { requireEqualLength, requireProbability, requireSample, type Sample } from '../sample/sample.js';
import { crossProduct } from './cuped.js';

/** Per unit of randomisation: the sum of the numerator and of the denominator, for instance clicks and page views of a user. */
export interface RatioSample {
  readonly numerator: Sample;
  readonly denominator: Sample;
}

export interface RatioEstimate {
  /** Sum of numerators over sum of denominators. */
  readonly ratio: number;
  /** Of the ratio, by the delta method: units, not rows, are independent. */
  readonly standardError: number;
  readonly units: number;
}

/**
 * A ratio metric of one arm, whose rows are not independent because a unit has many of them.
 * Source: A. Deng, U. Knoblich, J. Lu (2018), KDD, 233-242, eq. 4.
 * @throws {RangeError} for fewer than 2 units, unequal lengths, or denominators that sum to 0
 */
export function ratioEstimate({ numerator, denominator }: RatioSample): RatioEstimate {
  requireSample(numerator, 'numerator', 2);
  requireSample(denominator, 'denominator', 2);
  requireEqualLength(numerator, denominator, 'numerator and denominator');
  const [top, bottom] = [momentsOf(numerator), momentsOf(denominator)];
  if (bottom.mean === 0) throw new RangeError('denominators sum to 0: the ratio has no value');
  const ratio = top.mean / bottom.mean;
  const divisor = top.n - 1;
  const covariance = crossProduct(numerator, denominator) / divisor;
  const variance = top.m2 / divisor - 2 * ratio * covariance + (ratio ** 2 * bottom.m2) / divisor;
  return { ratio, standardError: Math.sqrt(Math.max(0, variance) / top.n) / Math.abs(bottom.mean), units: top.n };
}

export interface RatioDifference {
  readonly difference: number;
  readonly standardError: number;
  readonly interval: [number, number];
  /** Two-sided; null where neither arm varies. */
  readonly pValue: number | null;
}

/** Difference treatment - control of two ratios, normal approximation. */
export function ratioDifference(treatment: RatioSample, control: RatioSample, confidence = 0.95): RatioDifference {
  requireProbability(confidence, 'confidence');
  const [a, b] = [ratioEstimate(treatment), ratioEstimate(control)];
  const difference = a.ratio - b.ratio;
  const standardError = Math.hypot(a.standardError, b.standardError);
  const half = -normalQuantile((1 - confidence) / 2) * standardError;
  return {
    difference,
    standardError,
    interval: [difference - half, difference + half],
    pValue: standardError === 0 ? null : 2 * normalSf(Math.abs(difference) / standardError),
  };
}
