import { type NoVariance, type TTest, welchTest } from '../comparison/t-test.js';
import { momentsOf } from '../sample/moments.js';
import type { Sample } from '../sample/sample.js';

export interface BenchmarkComparison {
  /** Mean before: what is taken to have gone on. */
  readonly counterfactual: number;
  readonly mean: number;
  /** after - before, with Welch's interval. */
  readonly change: TTest | NoVariance;
  /** Change as a share of the benchmark; null where that is 0. */
  readonly relativeChange: number | null;
}

/**
 * Before against after, without a concurrent control: everything else that changed in between is in it too. For trends use
 * `interruptedSeries`, with a control group `differenceInDifferences`.
 * @throws {RangeError} for fewer than 2 values on a side
 */
export function compareWithBenchmark(before: Sample, after: Sample, confidence = 0.95): BenchmarkComparison {
  const change = welchTest(after, before, confidence);
  const counterfactual = momentsOf(before).mean;
  return {
    counterfactual,
    mean: momentsOf(after).mean,
    change,
    relativeChange: counterfactual === 0 ? null : change.meanDifference / Math.abs(counterfactual),
  };
}
