import type { ValidationCheck } from '../domain/spec/validation/index.js';
import { type CheckLimits, type CheckResult, checkName } from '../domain/validation.js';
import type { ArmEvidence, Verdict } from '../domain/verdict.js';
import { formatValue } from './format-value.js';

export interface MeasuredValue {
  readonly check: ValidationCheck;
  readonly candidate: ArmEvidence;
  /** Absent: the baseline was not asked. */
  readonly baseline?: ArmEvidence;
  readonly better: 'higher' | 'lower' | null;
  /** What was counted, in the plural. Default: rows. */
  readonly counted?: string;
  /** Why there is no value, where there is none. */
  readonly unknown?: string;
  /** Limits other than those the check gives (its defaults filled in). */
  readonly limits?: CheckLimits;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What needs a look first. */
export const VERDICT_RANK: Readonly<Record<Verdict, number>> = { fail: 0, inconclusive: 1, pass: 2 };

const NOT_ASKED: ArmEvidence = { samples: 0, value: null };

/** Holds a measured value to min, max and the baseline. A value that could not be had is inconclusive, never a pass. */
export function judgeValue(measured: MeasuredValue): CheckResult {
  const { check, baseline = NOT_ASKED, better, counted = 'rows', details } = measured;
  // Sums past the largest double may leave NaN: every comparison with it is false, so that it would break no limit.
  const isCounted = !Number.isNaN(measured.candidate.value);
  const candidate = isCounted ? measured.candidate : { ...measured.candidate, value: null };
  const unknown = isCounted ? measured.unknown : 'its numbers are too large to be added up';
  const limits = measured.limits ?? limitsOf(check);
  const { verdict, faults } = judged({ ...measured, candidate }, limits);
  const against = baseline.value === null ? '' : `, baseline ${formatValue(check.metric, baseline.value)}`;
  const seen =
    candidate.value === null
      ? `nothing measured${unknown === undefined ? '' : `: ${unknown}`}`
      : `candidate ${formatValue(check.metric, candidate.value)}${against} on ${candidate.samples} ${counted}`;
  return result(check, {
    verdict,
    reason: [seen, ...faults].join('; '),
    candidate: recorded(candidate),
    baseline: recorded(baseline),
    limits,
    better,
    ...(details === undefined ? {} : { details }),
  });
}

/** JSON has no infinite numbers; the reason tells it. */
function recorded({ samples, value }: ArmEvidence): ArmEvidence {
  return { samples, value: value !== null && Number.isFinite(value) ? value : null };
}

/** A result of a check that is not one number. @param reason without the check's name, which is put before it */
export function result(
  check: ValidationCheck,
  found: Pick<CheckResult, 'verdict' | 'reason'> & Partial<Omit<CheckResult, 'name' | 'metric' | 'severity'>>,
): CheckResult {
  const name = checkName(check);
  return {
    name,
    metric: check.metric,
    severity: check.severity ?? 'critical',
    candidate: NOT_ASKED,
    baseline: NOT_ASKED,
    limits: {},
    better: null,
    ...found,
    reason: `${name}: ${found.reason}`,
  };
}

/** Whether a value keeps its limits; shared with slices. */
export function judged(
  {
    candidate,
    baseline = NOT_ASKED,
    better,
    check: { metric },
  }: Pick<MeasuredValue, 'candidate' | 'baseline' | 'better' | 'check'>,
  { min, max, noWorseThan, margin = 0 }: CheckLimits,
): { readonly verdict: Verdict; readonly faults: readonly string[] } {
  const { value } = candidate;
  if (value === null) return { verdict: 'inconclusive', faults: [] };
  const faults: string[] = [];
  if (min !== undefined && value < min) faults.push(`below the minimum of ${formatValue(metric, min)}`);
  if (max !== undefined && value > max) faults.push(`over the maximum of ${formatValue(metric, max)}`);
  if (noWorseThan === undefined || faults.length > 0) return { verdict: faults.length > 0 ? 'fail' : 'pass', faults };
  if (baseline.value === null)
    return { verdict: 'inconclusive', faults: ['the baseline has no value to compare with'] };
  const worse = better === 'higher' ? baseline.value - value : value - baseline.value;
  if (Number.isNaN(worse))
    return { verdict: 'inconclusive', faults: ['neither is known to be the worse one: both are too large'] };
  if (worse > margin)
    faults.push(`more than ${formatValue(metric, margin)} ${better === 'higher' ? 'below' : 'above'} the baseline`);
  return { verdict: faults.length > 0 ? 'fail' : 'pass', faults };
}

export function limitsOf(check: ValidationCheck): CheckLimits {
  const { min, max, noWorseThan, margin } = check as CheckLimits;
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(noWorseThan === undefined ? {} : { noWorseThan }),
    ...(margin === undefined ? {} : { margin }),
  };
}

/** Whether the baseline must be asked for this check. */
export function needsBaseline(check: ValidationCheck): boolean {
  if ('noWorseThan' in check && check.noWorseThan === 'baseline') return true;
  if (check.metric === 'prediction_drift') return typeof check.against !== 'object';
  return check.metric === 'agreement';
}
