import type { ByArm, MomentsReading, UnitColumn, UnitSums } from '../domain/experiment.js';

/** One arm's value. `variance` is of one unit: divided by `units` it is the squared standard error of `adjusted`. */
export interface ArmEstimate {
  readonly units: number;
  /** As measured. */
  readonly value: number;
  /** The same, but for what the time before explains (CUPED); equal to `value` without. */
  readonly adjusted: number;
  readonly variance: number;
}

export interface ArmEstimates {
  readonly arms: ByArm<ArmEstimate>;
  /** Share of the variance that the time before took away; null where it was not used. */
  readonly varianceReduction: number | null;
}

/** Whether a unit's value is 0 or 1, whose variance follows from its mean. */
export type ValueKind = 'any' | 'share';

type Vector = readonly number[];
type Matrix = readonly Vector[];

/**
 * A mean or a ratio of each arm from sums over units, with CUPED where there are columns of the time before. Every value is linear in the columns'
 * means, near enough: with its gradient g, a unit's variance is g' S g (the delta method), and the part that the time before explains is
 * theta = g' S h / h' S h over both arms together, h being the gradient of the same value before.
 * Sources: A. Deng, U. Knoblich, J. Lu (2018), KDD, 233-242, eq. 4; A. Deng, Y. Xu, R. Kohavi, T. Walker (2013), WSDM, 123-132.
 * Oracle: test/experiment/oracles/growthbook.json.
 * @returns null where an arm has fewer than 2 units, or a denominator that sums to 0
 */
export function momentsEstimates({ columns, arms }: MomentsReading, kind: ValueKind = 'any'): ArmEstimates | null {
  const [a, b] = [arms.baseline, arms.candidate];
  if (a.units < 2 || b.units < 2) return null;
  const after = places(columns, 'value', 'denominator');
  const before = places(columns, 'valueBefore', 'denominatorBefore');
  if (valueOf(a, after) === null || valueOf(b, after) === null) return null;
  const theta = before === null ? 0 : thetaOf(joined(a, b), after, before);
  const plain = { baseline: estimate(a, after, null, 0, kind), candidate: estimate(b, after, null, 0, kind) };
  if (before === null || theta === 0) return { arms: plain, varianceReduction: null };
  const adjusted = {
    baseline: estimate(a, after, before, theta, 'any'),
    candidate: estimate(b, after, before, theta, 'any'),
  };
  const spread = (of: ByArm<ArmEstimate>) =>
    of.baseline.variance / of.baseline.units + of.candidate.variance / of.candidate.units;
  return { arms: adjusted, varianceReduction: 1 - spread(adjusted) / spread(plain) };
}

/** The same of one arm alone, such as all units of a history. */
export function oneArmEstimate(
  { columns }: MomentsReading,
  arm: UnitSums,
  kind: ValueKind = 'any',
): ArmEstimates['arms']['baseline'] | null {
  const after = places(columns, 'value', 'denominator');
  const before = places(columns, 'valueBefore', 'denominatorBefore');
  if (arm.units < 2 || valueOf(arm, after) === null) return null;
  const theta = before === null ? 0 : thetaOf(arm, after, before);
  return estimate(arm, after, theta === 0 ? null : before, theta, theta === 0 ? kind : 'any');
}

/** Where a value stands among the columns. */
interface Places {
  readonly value: number;
  /** -1 of a mean. */
  readonly denominator: number;
}

function places(columns: readonly UnitColumn[], value: UnitColumn, denominator: UnitColumn): Places;
function places(columns: readonly UnitColumn[], value: 'valueBefore', denominator: UnitColumn): Places | null;
function places(columns: readonly UnitColumn[], value: UnitColumn, denominator: UnitColumn): Places | null {
  const at = columns.indexOf(value);
  return at < 0 ? null : { value: at, denominator: columns.indexOf(denominator) };
}

function estimate(arm: UnitSums, after: Places, before: Places | null, theta: number, kind: ValueKind): ArmEstimate {
  const value = valueOf(arm, after) as number;
  const slope = gradient(arm, after);
  const old = before === null ? null : valueOf(arm, before);
  // Without a value before there is nothing to take away from this arm.
  if (before === null || old === null)
    return {
      units: arm.units,
      value,
      adjusted: value,
      variance: kind === 'share' ? value * (1 - value) : Math.max(0, form(slope, covariance(arm), slope)),
    };
  const past = gradient(arm, before);
  const mixed = slope.map((part, k) => part - theta * (past[k] as number));
  return {
    units: arm.units,
    value,
    adjusted: value - theta * old,
    variance: Math.max(0, form(mixed, covariance(arm), mixed)),
  };
}

function thetaOf(both: UnitSums, after: Places, before: Places): number {
  if (valueOf(both, after) === null || valueOf(both, before) === null) return 0;
  const [slope, past] = [gradient(both, after), gradient(both, before)];
  const spread = covariance(both);
  const [own, old] = [form(slope, spread, slope), form(past, spread, past)];
  return own > 0 && old > 0 ? form(slope, spread, past) / old : 0;
}

/** @returns null where the denominators sum to 0 */
function valueOf({ units, sums }: UnitSums, at: Places): number | null {
  const top = sums[at.value] as number;
  if (at.denominator < 0) return top / units;
  const bottom = sums[at.denominator] as number;
  return bottom === 0 ? null : top / bottom;
}

/** Of the value, by the columns' means. */
function gradient(arm: UnitSums, at: Places): number[] {
  const slope = arm.sums.map(() => 0);
  if (at.denominator < 0) slope[at.value] = 1;
  else {
    const mean = (arm.sums[at.denominator] as number) / arm.units;
    slope[at.value] = 1 / mean;
    slope[at.denominator] = -(valueOf(arm, at) as number) / mean;
  }
  return slope;
}

function covariance({ units, sums, products }: UnitSums): Matrix {
  return products.map((row, i) =>
    row.map((product, j) => (product - ((sums[i] as number) * (sums[j] as number)) / units) / (units - 1)),
  );
}

/** x' M y. */
function form(x: Vector, matrix: Matrix, y: Vector): number {
  return x.reduce((sum, a, i) => sum + a * y.reduce((row, b, j) => row + b * (matrix[i]?.[j] as number), 0), 0);
}

function joined(a: UnitSums, b: UnitSums): UnitSums {
  return {
    units: a.units + b.units,
    sums: a.sums.map((sum, k) => sum + (b.sums[k] as number)),
    products: a.products.map((row, i) => row.map((product, j) => product + (b.products[i]?.[j] as number))),
  };
}
