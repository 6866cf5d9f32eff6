import { gaussLegendre } from '../distributions/integrate.js';
import { normalCdf, normalPdf, normalQuantile, normalSf } from '../distributions/normal.js';
import { type SpendingPlan, spentAlpha } from './alpha-spending.js';

/** No test looks for anything further out; spending less than this is spending nothing. */
const MOST_Z = 12;
/** Panels of 8 points over the range in which a test goes on. */
const PANELS = 24;

/**
 * How far apart two looks have to be, as a share of the plan. The scores of looks that are nearer spread over less than the grid's points lie apart: at 0.005
 * bounds are right to 0.0003 (measured: 40 of them in a row; 0.00004 where two are so near), at 0.001 to 0.03, at 0.0001 they are arbitrary.
 */
export const LEAST_STEP = 0.005;

export interface GroupSequentialDesign {
  /** |z| (or z, one-sided) from which the look of the same index stops the test. */
  readonly bounds: number[];
  /** Error spent per side up to and with each look. */
  readonly spent: number[];
}

/**
 * Bounds of a test that is looked at several times at planned amounts of information, so that all looks together err with
 * probability alpha. Sampling densities are carried from look to look by numerical integration.
 * Source: P. Armitage, C. K. McPherson, B. C. Rowe (1969), JRSS A 132:235-244; Lan, DeMets (1983). Oracle: sequential.json (group_sequential), which
 * agrees with ldbounds: 4.8769 3.3570 2.6803 2.2898 2.0310 for five O'Brien-Fleming looks at 0.05, two-sided.
 * @param fractions shares of the final information at each look, ascending in (0, 1], at least `LEAST_STEP` apart
 * @throws {RangeError} when they are not
 */
export function groupSequentialDesign(fractions: readonly number[], plan: SpendingPlan): GroupSequentialDesign {
  const bounds: number[] = [];
  const spent: number[] = [];
  let density: Density | null = null;
  for (const [look, t] of fractions.entries()) {
    const isLater = look === 0 ? t > 0 : t - (fractions[look - 1] as number) >= LEAST_STEP;
    if (!(isLater && t <= 1))
      throw new RangeError(
        `information fractions [${fractions.join(', ')}] do not ascend in (0, 1] by ${LEAST_STEP} at least`,
      );
    const target = spentAlpha(t, plan);
    // What the truncated bounds have truly spent, so that a later look may still use it.
    const used = density?.spent ?? 0;
    const bound: number = density === null ? boundOfFirst(target) : density.boundFor(target - used, t);
    bounds.push(bound);
    spent.push(target);
    density = density === null ? Density.first(bound, t, plan.sides) : density.next(bound, t);
  }
  return { bounds, spent };
}

function boundOfFirst(alpha: number): number {
  return alpha < normalSf(MOST_Z) ? MOST_Z : -normalQuantile(alpha);
}

/** Density of the score (z sqrt t) of tests that have not stopped yet, on a grid, after a look at information t. */
class Density {
  private readonly x: Float64Array;
  /** Density times the weight of its grid point. */
  private readonly mass: Float64Array;
  private readonly t: number;
  private readonly sides: 1 | 2;
  /** Error spent per side so far. */
  readonly spent: number;

  private constructor(x: Float64Array, mass: Float64Array, t: number, sides: 1 | 2, spent: number) {
    this.x = x;
    this.mass = mass;
    this.t = t;
    this.sides = sides;
    this.spent = spent;
  }

  static first(bound: number, t: number, sides: 1 | 2): Density {
    const { x, w } = continuation(bound, t, sides);
    const root = Math.sqrt(t);
    const mass = x.map((s, i) => (normalPdf(s / root) / root) * (w[i] as number));
    return new Density(x, mass, t, sides, bound >= MOST_Z ? 0 : normalSf(bound));
  }

  /** The bound at information t that spends `alpha` more per side. */
  boundFor(alpha: number, t: number): number {
    if (!(alpha > this.exit(MOST_Z, t))) return MOST_Z;
    let [low, high] = [-MOST_Z, MOST_Z];
    // Exit probability falls with the bound; 60 halvings reach the last bit.
    for (let step = 0; step < 60 && high - low > 1e-13; step += 1) {
      const middle = (low + high) / 2;
      if (this.exit(middle, t) > alpha) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  next(bound: number, t: number): Density {
    const { x, w } = continuation(bound, t, this.sides);
    const step = Math.sqrt(t - this.t);
    const mass = x.map((s, j) => {
      let total = 0;
      for (let i = 0; i < this.x.length; i += 1)
        total += (this.mass[i] as number) * normalPdf((s - (this.x[i] as number)) / step);
      return (total / step) * (w[j] as number);
    });
    const used = bound >= MOST_Z ? 0 : this.exit(bound, t);
    return new Density(x, mass, t, this.sides, this.spent + used);
  }

  /** Probability to have gone on so far and to lie above the bound at information t. */
  private exit(bound: number, t: number): number {
    const [limit, step] = [bound * Math.sqrt(t), Math.sqrt(t - this.t)];
    let total = 0;
    for (let i = 0; i < this.x.length; i += 1)
      total += (this.mass[i] as number) * normalCdf(((this.x[i] as number) - limit) / step);
    return total;
  }
}

/** Scores at which a test goes on; far below it one-sided tests have no mass worth counting. */
function continuation(bound: number, t: number, sides: 1 | 2): { x: Float64Array; w: Float64Array } {
  const root = Math.sqrt(t);
  const upper = Math.min(bound, 9) * root;
  return gaussLegendre(sides === 2 ? -upper : -9 * root, upper, PANELS);
}
