import type { ValidationCheck } from './spec/validation/index.js';
import { type ArmEvidence, type Evidence, type Verdict, worstVerdict } from './verdict.js';

/** What runs of a suite are called, at every edge. */
export const VALIDATION_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/;

/** What one check came to. */
export interface CheckResult {
  /** Unique in a suite, and the same from version to version. */
  readonly name: string;
  readonly metric: string;
  readonly severity: 'critical' | 'warning';
  readonly verdict: Verdict;
  /** One line, with the numbers in it. */
  readonly reason: string;
  /** In the metric's unit; null where nothing could be computed or the arm was not asked. */
  readonly candidate: ArmEvidence;
  readonly baseline: ArmEvidence;
  /** What it was held to. */
  readonly limits: CheckLimits;
  /** Whether more is better; null where neither is. */
  readonly better: 'higher' | 'lower' | null;
  /** Of a check by slices, the worst first, at most 50 of them. */
  readonly slices?: readonly SliceResult[];
  /** The slice that decided. */
  readonly slice?: string;
  /** What a report shows beside the number: a confusion matrix, a calibration curve, examples. Bounded, plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface CheckLimits {
  readonly min?: number;
  readonly max?: number;
  readonly noWorseThan?: 'baseline';
  readonly margin?: number;
}

export interface SliceResult {
  readonly slice: string;
  readonly rows: number;
  readonly candidate: number | null;
  readonly baseline: number | null;
  /** `inconclusive`: too few rows. */
  readonly verdict: Verdict;
}

/** One run of a suite; what is kept and compared between versions. */
export interface ValidationReport {
  readonly id: string;
  readonly service: string;
  /** Absent where the suite ran alone. */
  readonly rolloutId: string | null;
  readonly candidate: ValidatedVersion;
  readonly baseline: ValidatedVersion;
  readonly dataset: { readonly source: string; readonly digest: string; readonly rows: number };
  /** Of the part of the spec that says what is checked: equal digests are comparable. */
  readonly planDigest: string;
  /** ISO. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** Over the critical checks. */
  readonly verdict: Verdict;
  readonly checks: readonly CheckResult[];
  /** Of the pass over the data set. */
  readonly pass: PassSummary;
}

export interface ValidatedVersion {
  readonly version: string;
  readonly url: string;
  /** Digest of the artifact, where a registry knows it. */
  readonly digest: string | null;
}

interface PassSummary {
  readonly requests: number;
  readonly rowsPerSecond: number;
  /** How often it began again from where it was. */
  readonly resumed: number;
}

/** What a check is called when nobody named it. */
export function checkName(check: ValidationCheck): string {
  if (check.name !== undefined) return check.name;
  const { metric } = check;
  const parts: string[] = [metric];
  if ('average' in check && check.average !== undefined) parts.push(check.average);
  if (metric === 'prediction_drift') parts.push(check.method, check.of ?? '');
  if (metric === 'robustness') parts.push(check.change);
  if (metric === 'invariance' || metric === 'directional') parts.push(Object.keys(check.change).join(' '));
  if ('by' in check && check.by !== undefined) parts.push(`by ${check.by}`);
  return parts.filter((part) => part !== '').join(' ');
}

/** The verdict over the critical ones. No check is no pass. */
export function suiteVerdict(checks: readonly Pick<CheckResult, 'severity' | 'verdict'>[]): Verdict {
  if (checks.length === 0) return 'inconclusive';
  return worstVerdict(checks.filter(({ severity }) => severity === 'critical').map(({ verdict }) => verdict));
}

/** As a rollout shows it: small enough for its history. */
export function evidenceOf(check: CheckResult): Evidence {
  const { metric, verdict, reason, candidate, baseline, limits, severity, slice } = check;
  const difference = baseline.value === null || candidate.value === null ? null : candidate.value - baseline.value;
  return {
    metric,
    verdict,
    reason,
    baseline,
    candidate,
    difference,
    bound: candidate.value,
    margin: limits.margin ?? 0,
    rule: 'threshold',
    alpha: 0,
    dryRun: severity === 'warning',
    ...(slice === undefined ? {} : { segment: slice }),
  };
}
