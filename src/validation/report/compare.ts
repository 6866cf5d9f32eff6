import type { CheckResult, ValidationReport } from '../../domain/validation.js';
import type { Verdict } from '../../domain/verdict.js';

/** Two runs of a suite side by side. */
export interface ReportComparison {
  readonly from: ComparedReport;
  readonly to: ComparedReport;
  /** Why their numbers say little of the versions; empty where they may be compared. */
  readonly notComparable: readonly string[];
  /** In the order of the second report; what only the first has comes last. */
  readonly checks: readonly ComparedCheck[];
}

interface ComparedReport {
  readonly id: string;
  readonly candidate: string;
  readonly endedAt: string;
  readonly verdict: Verdict;
}

/** Values and verdicts of the candidates; null where that report has no such check. */
export interface ComparedCheck {
  readonly name: string;
  readonly metric: string;
  readonly from: (Pick<CheckResult, 'verdict'> & { readonly value: number | null }) | null;
  readonly to: (Pick<CheckResult, 'verdict'> & { readonly value: number | null }) | null;
  /** The second minus the first, in the metric's unit. */
  readonly difference: number | null;
  /** null: neither is, or nobody can say. */
  readonly direction: 'better' | 'worse' | 'same' | null;
}

export function compareReports(from: ValidationReport, to: ValidationReport): ReportComparison {
  const old = new Map(from.checks.map((check) => [check.name, check]));
  const kept = to.checks.map((check) => compareCheck(check, old.get(check.name) ?? null, check));
  const names = new Set(to.checks.map(({ name }) => name));
  const gone = from.checks.filter(({ name }) => !names.has(name)).map((check) => compareCheck(check, check, null));
  return {
    from: headOf(from),
    to: headOf(to),
    notComparable: differencesOf(from, to),
    checks: [...kept, ...gone],
  };
}

function headOf({ id, candidate, endedAt, verdict }: ValidationReport): ComparedReport {
  return { id, candidate: candidate.version, endedAt, verdict };
}

function differencesOf(from: ValidationReport, to: ValidationReport): string[] {
  const pairs = [
    ['of other services', from.service, to.service],
    ['on other data', from.dataset.digest, to.dataset.digest],
    ['by another plan', from.planDigest, to.planDigest],
  ] as const;
  return pairs.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${what} (${a} and ${b})`);
}

function compareCheck(
  { name, metric, better }: CheckResult,
  from: CheckResult | null,
  to: CheckResult | null,
): ComparedCheck {
  const [a, b] = [from?.candidate.value ?? null, to?.candidate.value ?? null];
  const difference = a === null || b === null ? null : b - a;
  return {
    name,
    metric,
    from: from === null ? null : { verdict: from.verdict, value: a },
    to: to === null ? null : { verdict: to.verdict, value: b },
    difference,
    direction: directionOf(difference, better),
  };
}

function directionOf(difference: number | null, better: CheckResult['better']): ComparedCheck['direction'] {
  if (difference === null) return null;
  if (difference === 0) return 'same';
  if (better === null) return null;
  return difference > 0 === (better === 'higher') ? 'better' : 'worse';
}
