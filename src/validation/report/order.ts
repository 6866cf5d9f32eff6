import type { CheckResult, ValidationReport } from '../../domain/validation.js';
import type { Verdict } from '../../domain/verdict.js';
import { VERDICT_RANK } from '../judge-value.js';

export const VERDICT_MARKS = { pass: '✔', fail: '✘', inconclusive: '?' } as const satisfies Record<Verdict, string>;

/** What needs a look comes first: failing, then unknown, then passing; in each, critical ones first. */
export function byUrgency(checks: readonly CheckResult[]): CheckResult[] {
  return checks.toSorted((a, b) => urgency(a) - urgency(b));
}

/** Such as `1 of 12 checks fails, 2 are inconclusive`. */
export function countVerdicts({ checks }: Pick<ValidationReport, 'checks'>): string {
  const count = (verdict: CheckResult['verdict'], severity: CheckResult['severity']) =>
    checks.filter((check) => check.verdict === verdict && check.severity === severity).length;
  const parts = [
    [count('fail', 'critical'), 'failed'],
    [count('inconclusive', 'critical'), 'inconclusive'],
    [count('fail', 'warning') + count('inconclusive', 'warning'), 'with a warning'],
    [checks.filter(({ verdict }) => verdict === 'pass').length, 'passed'],
  ] as const;
  const told = parts.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  return `${checks.length} ${checks.length === 1 ? 'check' : 'checks'}: ${told.join(', ')}`;
}

function urgency({ verdict, severity }: CheckResult): number {
  const rank = 2 * VERDICT_RANK[verdict] + (severity === 'critical' ? 0 : 1);
  // A warning stops nothing: what is critical and unknown goes before it.
  return verdict === 'fail' && severity === 'warning' ? 2.5 : rank;
}
