import type { ByArm, MetricEstimate, UnitReading } from '../domain/experiment.js';
import { formatCount } from '../domain/quantity.js';
import type { MetricDefinition } from '../domain/spec/metric-definition.js';
import { type ArmEstimate, momentsEstimates } from './arm-estimate.js';
import type { Scale } from './design.js';
import { type Difference, differenceOf } from './difference.js';
import { isShare, isShareOfUnits } from './metric-kind.js';
import { quantileEstimate } from './quantile-estimate.js';

/** Units of each arm before anything is said of chance: intervals rest on the law of large numbers. */
export const LEAST_UNITS = 50;
/** A variance that is this far below the squared value is rounding. */
const ROUNDING = 1e-12;

/** One metric of the whole experiment or of a segment, and what it is to be judged by. */
export interface Subject {
  readonly metric: MetricDefinition;
  readonly role: MetricEstimate['role'];
  readonly segment: string | null;
  readonly scale: Scale;
  /** Null: only better or worse can be shown. */
  readonly margin: number | null;
  readonly reading: UnitReading;
}

export interface Measured {
  readonly subject: Subject;
  readonly units: ByArm<number>;
  /** Null with `fault`. */
  readonly arms: ByArm<ArmEstimate> | null;
  readonly absolute: Difference | null;
  readonly relative: Difference | null;
  readonly varianceReduction: number | null;
  readonly isConstant: boolean;
  /** Why nothing can be said of chance; null where it can. */
  readonly fault: string | null;
}

/** Estimates of both arms, and their difference on both scales. */
export function measure(subject: Subject): Measured {
  const { metric, reading } = subject;
  if (reading.kind === 'unreadable') return unmeasured(subject, { baseline: 0, candidate: 0 }, reading.reason);
  const units = { baseline: reading.arms.baseline.units, candidate: reading.arms.candidate.units };
  const fewest = Math.min(units.baseline, units.candidate);
  const estimates = estimatesOf(subject);
  if (estimates === null)
    return unmeasured(subject, units, fewest < LEAST_UNITS ? tooFew(fewest) : 'too few events, or a denominator of 0');
  const isConstant = fewest >= LEAST_UNITS && isWithoutVariation(estimates.arms);
  const arms = isShare(metric)
    ? { baseline: smoothed(estimates.arms.baseline), candidate: smoothed(estimates.arms.candidate) }
    : estimates.arms;
  const absolute = differenceOf(arms, 'absolute');
  const relative = differenceOf(arms, 'relative');
  const judged = subject.scale === 'absolute' ? absolute : relative;
  const fault =
    fewest < LEAST_UNITS
      ? tooFew(fewest)
      : judged === null
        ? absolute === null
          ? 'no variation'
          : 'the baseline is 0'
        : null;
  return {
    subject,
    units,
    arms,
    absolute,
    relative,
    varianceReduction: estimates.varianceReduction,
    isConstant,
    fault,
  };
}

/** On the scale that it is judged on. */
export function judgedDifference({ subject, absolute, relative }: Measured): Difference | null {
  return subject.scale === 'absolute' ? absolute : relative;
}

function estimatesOf({ metric, reading }: Subject) {
  if (reading.kind === 'moments') return momentsEstimates(reading, isShareOfUnits(metric) ? 'share' : 'any');
  if (reading.kind === 'unreadable') return null;
  const [baseline, candidate] = [
    quantileEstimate(reading.arms.baseline, reading.quantile),
    quantileEstimate(reading.arms.candidate, reading.quantile),
  ];
  return baseline === null || candidate === null ? null : { arms: { baseline, candidate }, varianceReduction: null };
}

function isWithoutVariation({ baseline, candidate }: ByArm<ArmEstimate>): boolean {
  return [baseline, candidate].every(({ value, variance }) => variance <= ROUNDING * value ** 2);
}

/**
 * 0 of n is no certainty: one unit that did and one that did not are added to the variance (not to the value).
 * Source: A. Agresti, B. Caffo (2000), The American Statistician 54(4):280-288.
 */
function smoothed(arm: ArmEstimate): ArmEstimate {
  if (arm.variance > ROUNDING * arm.value ** 2) return arm;
  const share = (arm.value * arm.units + 1) / (arm.units + 2);
  return { ...arm, variance: share * (1 - share) };
}

function tooFew(units: number): string {
  return `${formatCount(units)} of ${LEAST_UNITS} units that each arm needs at least`;
}

function unmeasured(subject: Subject, units: ByArm<number>, fault: string): Measured {
  const nothing = { arms: null, absolute: null, relative: null, varianceReduction: null, isConstant: false };
  return { subject, units, ...nothing, fault };
}
