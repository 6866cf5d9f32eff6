import { type Counts, differenceStandardError, share } from '../../src/stats/comparison/proportion.js';
import { type Moments, varianceOf } from '../../src/stats/sample/moments.js';
import { oneSidedHalfwidth, twoSidedHalfwidth } from '../../src/stats/sequential/confidence-sequence.js';

/** An estimate with what a confidence sequence needs of it. Made anew at each look from sums that add up over looks and replicas. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
  /** Observations behind it; of a difference, those of the smaller arm. */
  readonly n: number;
}

/** @throws {RangeError} for fewer than 2 values */
export function meanEstimate(moments: Moments): Estimate {
  return { value: moments.mean, standardError: Math.sqrt(varianceOf(moments) / moments.n), n: moments.n };
}

/** One success and one failure are added to the error (not to the value), so that 0 of n is no certainty. */
export function shareEstimate(counts: Counts): Estimate {
  const p = (counts.successes + 1) / (counts.trials + 2);
  return { value: share(counts), standardError: Math.sqrt((p * (1 - p)) / (counts.trials + 2)), n: counts.trials };
}

/** a - b of two means. */
export function meanDifferenceEstimate(a: Moments, b: Moments): Estimate {
  const [x, y] = [meanEstimate(a), meanEstimate(b)];
  return {
    value: x.value - y.value,
    standardError: Math.hypot(x.standardError, y.standardError),
    n: Math.min(x.n, y.n),
  };
}

/** a - b of two shares. */
export function shareDifferenceEstimate(a: Counts, b: Counts): Estimate {
  return {
    value: share(a) - share(b),
    standardError: differenceStandardError(a, b),
    n: Math.min(a.trials, b.trials),
  };
}

export interface SequencePlan {
  /** Error probability over all looks together. */
  readonly alpha: number;
  /** Observations at which the sequence shall be narrowest. */
  readonly tuning: number;
  readonly sides?: 1 | 2;
}

/**
 * Confidence sequence of an estimate: contains the truth at all looks at once with probability 1 - alpha.
 * @returns [low, high]; one-sided, each end for itself has that probability
 */
export function confidenceSequence({ value, standardError, n }: Estimate, plan: SequencePlan): [number, number] {
  const halfwidth = plan.sides === 1 ? oneSidedHalfwidth : twoSidedHalfwidth;
  const half = halfwidth(standardError, n, plan.alpha, plan.tuning);
  return [value - half, value + half];
}
