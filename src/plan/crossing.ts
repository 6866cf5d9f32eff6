import { gaussLegendre } from '../stats/distributions/integrate.js';
import { normalCdf, normalPdf } from '../stats/distributions/normal.js';

/** Panels of 8 points over the scores at which a test goes on. A power to three digits asks for no more. */
const PANELS = 12;
const FAR = 5;

/** A look at a share `t` of the information, and the bound on z that stops there. */
export interface PlannedLook {
  readonly t: number;
  readonly bound: number;
}

/**
 * The chance that a test is stopped at one of its looks by a drift upwards: scores are normal with mean `drift * t` and variance t.
 * Source: P. Armitage, C. K. McPherson, B. C. Rowe (1969), JRSS A 132:235-244, as in src/stats/sequential/group-sequential.ts, with a mean.
 * @param drift the mean of z once all information is there
 * @returns 0..1
 */
export function crossingProbability(looks: readonly PlannedLook[], drift: number): number {
  let points: { x: Float64Array; mass: Float64Array; t: number } | null = null;
  let crossed = 0;
  for (const { t, bound } of looks) {
    const { x, w } = goingOn(bound, t, drift);
    const limit = bound * Math.sqrt(t);
    const before = points;
    if (before === null) {
      crossed += 1 - normalCdf((limit - drift * t) / Math.sqrt(t));
      const root = Math.sqrt(t);
      points = { x, t, mass: x.map((s, i) => (normalPdf((s - drift * t) / root) / root) * (w[i] as number)) };
      continue;
    }
    const gap = t - before.t;
    const step = Math.sqrt(gap);
    // Where a test that has gone on is expected to be by now.
    const moved = before.x.map((score) => score + drift * gap);
    const mass = x.map((s, j) => {
      let sum = 0;
      for (let i = 0; i < moved.length; i += 1)
        sum += (before.mass[i] as number) * normalPdf((s - (moved[i] as number)) / step);
      return (sum / step) * (w[j] as number);
    });
    let left = 0;
    for (let i = 0; i < moved.length; i += 1)
      left += (before.mass[i] as number) * normalCdf(((moved[i] as number) - limit) / step);
    crossed += left;
    points = { x, mass, t };
  }
  return Math.min(1, Math.max(0, crossed));
}

/** Scores that are likely enough to count, below the bound. */
function goingOn(bound: number, t: number, drift: number): { x: Float64Array; w: Float64Array } {
  const root = Math.sqrt(t);
  const low = Math.min(drift * t, bound * root) - FAR * root;
  return gaussLegendre(low, bound * root, PANELS);
}
