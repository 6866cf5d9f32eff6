import { countPairs } from '../comparison/mann-whitney.js';
import { normalQuantile } from '../distributions/normal.js';
import type { Sample } from '../sample/sample.js';
import { sorted } from '../sample/sort.js';

export interface ShiftInterval {
  readonly low: number;
  readonly high: number;
  /** Hodges-Lehmann estimate of the shift experiment - control. */
  readonly estimate: number;
}

/**
 * Interval of a shift: those mu for which experiment - mu and control pass a Mann-Whitney test with normal approximation, tie and
 * continuity correction. As R's wilcox.test(conf.int = TRUE), which Kayenta ports; the roots are found by halving, not by Brent's
 * method, so that they do not depend on where the search begins.
 * Oracle: test/stats/oracles/kayenta_judge.json.
 */
export function shiftInterval(experiment: Sample, control: Sample, confidence: number): ShiftInterval {
  const [x, y] = [sorted(experiment), sorted(control)];
  const least = (x[0] as number) - (y[y.length - 1] as number);
  const most = (x[x.length - 1] as number) - (y[0] as number);
  const bound = -normalQuantile((1 - confidence) / 2);
  const scale = Math.max(1e-12, (most - least) * 1e-10);
  const rootOf = (target: number, correct: boolean) => {
    const f = (mu: number) => zOfShift(x, y, mu, correct) - target;
    if (f(least) <= 0) return least;
    if (f(most) >= 0) return most;
    let [low, high] = [least, most];
    while (high - low > scale) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      if (f(middle) > 0) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { low: rootOf(bound, true), high: rootOf(-bound, true), estimate: rootOf(0, false) };
}

/** Falls as mu grows. */
function zOfShift(x: Float64Array, y: Float64Array, mu: number, correct: boolean): number {
  const { wins, ties, tieTerm } = countPairs(
    x.map((value) => value - mu),
    y,
  );
  const [n, m] = [x.length, y.length];
  const gap = wins + ties / 2 - (n * m) / 2;
  const total = n + m;
  const sd = Math.sqrt(((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1))));
  if (sd === 0) return 0;
  return (gap - (correct ? Math.sign(gap) / 2 : 0)) / sd;
}
