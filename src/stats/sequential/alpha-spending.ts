import { normalQuantile, normalSf } from '../distributions/normal.js';
import { requireProbability } from '../sample/sample.js';

/** How the error budget is spent over the information gathered. */
export type Spending = 'obrien-fleming' | 'pocock' | 'power';

export interface SpendingPlan {
  readonly spending: Spending;
  /** Error budget of all looks together, both sides together where there are two. */
  readonly alpha: number;
  readonly sides: 1 | 2;
  /** Exponent of `power` spending: alpha t^phi. */
  readonly phi?: number;
}

/**
 * Error spent per side when a share `t` of the planned information is there.
 * Source: K. K. G. Lan, D. L. DeMets (1983), Biometrika 70(3):659-663; power family: K. Kim, D. L. DeMets (1987), Biometrika 74:149-154.
 * @param t 0 < t <= 1
 */
export function spentAlpha(t: number, { spending, alpha, sides, phi = 2 }: SpendingPlan): number {
  requireProbability(alpha, 'alpha');
  if (!(t > 0 && t <= 1)) throw new RangeError(`information fraction ${t} is not in (0, 1]`);
  const side = alpha / sides;
  switch (spending) {
    case 'obrien-fleming':
      return 2 * normalSf(-normalQuantile(side / 2) / Math.sqrt(t));
    case 'pocock':
      return side * Math.log1p((Math.E - 1) * t);
    case 'power':
      return side * t ** phi;
  }
}
