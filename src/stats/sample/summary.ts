import { sum } from 'simple-statistics';
import { type Moments, momentsOf } from './moments.js';
import { quantilesOfSorted } from './quantile.js';
import { requireSample, type Sample } from './sample.js';
import { sorted } from './sort.js';

export interface Summary {
  readonly n: number;
  readonly mean: number;
  /** Divisor n - 1; null for one value, whose spread is unknown. */
  readonly variance: number | null;
  readonly sd: number | null;
  readonly min: number;
  readonly max: number;
  readonly median: number;
  /** Third and fourth standardised moments with divisor n (biased, as scipy's default); null where there is no spread. */
  readonly skew: number | null;
  readonly kurtosisExcess: number | null;
}

/** The usual numbers of one sample. Oracle: test/stats/oracles/descriptive.json. @throws {RangeError} when empty or not finite */
export function summarise(values: Sample): Summary {
  requireSample(values, 'sample');
  const moments = momentsOf(values);
  const order = sorted(values);
  const variance = moments.n < 2 ? null : moments.m2 / (moments.n - 1);
  const [median = Number.NaN] = quantilesOfSorted(order, [0.5]);
  return {
    n: moments.n,
    mean: moments.mean,
    variance,
    sd: variance === null ? null : Math.sqrt(variance),
    min: order[0] as number,
    max: order[order.length - 1] as number,
    median,
    ...shape(values, moments),
  };
}

function shape(values: Sample, { n, mean, m2 }: Moments): Pick<Summary, 'skew' | 'kurtosisExcess'> {
  if (m2 === 0) return { skew: null, kurtosisExcess: null };
  let [third, fourth] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const d = (values[i] as number) - mean;
    third += d ** 3;
    fourth += d ** 4;
  }
  const variance = m2 / n;
  return { skew: third / n / variance ** 1.5, kurtosisExcess: fourth / n / variance ** 2 - 3 };
}

/** Sum with compensation for rounding (Neumaier 1974, by simple-statistics): right where plain addition loses small terms. */
export function exactSum(values: readonly number[]): number {
  return sum([...values]);
}
