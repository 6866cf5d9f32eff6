import { momentsOf, varianceOf } from '../sample/moments.js';
import { requireCount, requireSample, type Sample } from '../sample/sample.js';

/** What a process looked like while it was in order. */
export interface Reference {
  readonly mean: number;
  readonly sd: number;
}

/** Mean and standard deviation (divisor n - 1) of the first `length` values. */
export function referenceOf(values: Sample, length: number): Reference {
  requireCount(length, 'training length', 2);
  requireSample(values, 'series', length);
  const moments = momentsOf(Array.from(values).slice(0, length));
  return { mean: moments.mean, sd: Math.sqrt(varianceOf(moments)) };
}

export interface EwmaChart {
  readonly values: number[];
  /** Half-width of the control limits around the reference mean, value by value: they widen until the chart has settled. */
  readonly limits: number[];
  readonly alarms: number[];
}

/**
 * Exponentially weighted moving average, which sees small lasting shifts: z_i = lambda x_i + (1 - lambda) z_(i-1), from the reference mean on.
 * Source: S. W. Roberts (1959), Technometrics 1(3):239-250; exact limits: D. C. Montgomery, Introduction to Statistical Quality Control, 9.2.
 * Oracle: test/stats/oracles/anomaly.json.
 * @param width of the limits in standard deviations of z
 */
export function ewmaChart(values: Sample, { mean, sd }: Reference, lambda = 0.2, width = 3): EwmaChart {
  requireSample(values, 'series');
  if (!(lambda > 0 && lambda <= 1)) throw new RangeError(`lambda ${lambda} is not in (0, 1]`);
  let z = mean;
  const chart = Array.from(values, (value) => {
    z = lambda * value + (1 - lambda) * z;
    return z;
  });
  const settled = width * sd * Math.sqrt(lambda / (2 - lambda));
  const limits = chart.map((_, i) => settled * Math.sqrt(1 - (1 - lambda) ** (2 * (i + 1))));
  const alarms = chart.flatMap((value, i) => (Math.abs(value - mean) > (limits[i] as number) ? [i] : []));
  return { values: chart, limits, alarms };
}

export interface CusumChart {
  /** Sums, in standard deviations, of what exceeds (falls short of) the mean by more than the slack; both >= 0. */
  readonly high: number[];
  readonly low: number[];
  readonly alarms: number[];
}

/**
 * Tabular CUSUM, which sees a lasting shift soonest.
 * Source: E. S. Page (1954), Biometrika 41:100-115; Montgomery, 9.1. Oracle: test/stats/oracles/anomaly.json.
 * @param slack half of the shift to find, in standard deviations @param decision alarm level, in standard deviations
 * @throws {RangeError} when the reference does not vary but the series does: a distance has no unit then
 */
export function cusumChart(values: Sample, { mean, sd }: Reference, slack = 0.5, decision = 5): CusumChart {
  requireSample(values, 'series');
  let [up, down] = [0, 0];
  const [high, low]: [number[], number[]] = [[], []];
  for (let i = 0; i < values.length; i += 1) {
    const gap = (values[i] as number) - mean;
    if (sd === 0 && gap !== 0)
      throw new RangeError(`series[${i}] is ${values[i]}; the reference is constant at ${mean}`);
    const z = gap === 0 ? 0 : gap / sd;
    up = Math.max(0, up + z - slack);
    down = Math.max(0, down - z - slack);
    high.push(up);
    low.push(down);
  }
  const alarms = high.flatMap((value, i) => (Math.max(value, low[i] as number) > decision ? [i] : []));
  return { high, low, alarms };
}
