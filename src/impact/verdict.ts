import type { ImpactVerdict, MethodFinding, PlaceboTest } from '../domain/impact-report.js';
import { METHOD_NAMES, type Question } from './finding.js';
import { formatChange } from './words.js';

/** Harm that would be borne, as a part of what would have been; and, of shares, an absolute one, since a tenth of nearly nothing is nothing. */
export interface Tolerance {
  readonly relative: number;
  readonly share: number;
}

export interface CombinedVerdict {
  readonly verdict: ImpactVerdict;
  readonly reason: string;
  readonly agreement: string;
}

/**
 * One verdict of several methods. Any may make a claim, as each has its part of the error budget. A claim of the series alone does not stand where placebos
 * are found as well, or where units under the same weather without the candidate went the same way. Methods that claim opposite things give no verdict, but
 * for the holdback: chance drew it.
 * @param findings strongest first
 */
export function combine(
  question: Question,
  findings: readonly MethodFinding[],
  placebo: PlaceboTest,
  tolerance: Tolerance,
): CombinedVerdict {
  const doubted = doubtsAbout(question, findings, placebo);
  const trusted = findings.filter(
    (one) => one.says !== 'unknown' && !(one.method === 'regression' && doubted !== null),
  );
  const claims = trusted.filter(({ says }) => says === 'better' || says === 'worse');
  const agreement = agreementOf(findings, doubted);
  const [first] = claims;
  if (first === undefined) return { ...withoutClaim(question, findings, trusted, tolerance, doubted), agreement };
  const isContradicted = claims.some(({ says }) => says !== first.says);
  if (isContradicted && first.method !== 'holdback')
    return { verdict: 'inconclusive', reason: `${question.metric}: the methods contradict each other`, agreement };
  return { verdict: first.says === 'better' ? 'improved' : 'harmed', reason: first.reason, agreement };
}

/** Why a claim of the regression does not stand; null where it may. */
function doubtsAbout({ unit }: Question, findings: readonly MethodFinding[], placebo: PlaceboTest): string | null {
  const regression = findings.find(({ method }) => method === 'regression');
  if (!regression?.mean || (regression.says !== 'better' && regression.says !== 'worse')) return null;
  if (placebo.verdict === 'not-clean') return `the regression finds changes where there were none (${placebo.reason})`;
  const { effect } = regression.mean;
  const other = findings.find(
    ({ method, says, mean }) =>
      method !== 'regression' &&
      says === 'no-change' &&
      mean &&
      (effect < mean.interval[0] || effect > mean.interval[1]),
  );
  if (other === undefined) return null;
  return `the series changed by ${formatChange(effect, unit, null)}, and the ${METHOD_NAMES[other.method]} shows that something else did it`;
}

function withoutClaim(
  { metric, goal, unit }: Question,
  findings: readonly MethodFinding[],
  trusted: readonly MethodFinding[],
  { relative, share }: Tolerance,
  doubted: string | null,
): Pick<CombinedVerdict, 'verdict' | 'reason'> {
  const [first] = trusted;
  if (first === undefined) {
    const why = doubted ?? findings.map(({ reason }) => reason).join('; ');
    return { verdict: 'inconclusive', reason: doubted === null ? why : `${metric}: ${why}` };
  }
  const bearable = trusted.find(({ mean }) => {
    if (mean === null) return false;
    const worst = (interval: readonly [number, number]) => (goal === 'increase' ? -interval[0] : interval[1]);
    const isSmallPart = mean.relativeInterval !== null && worst(mean.relativeInterval) < relative;
    return isSmallPart || (unit === 'share' && worst(mean.interval) < share);
  });
  const limit = `${Math.round(1000 * relative) / 10} %${unit === 'share' ? ` or ${Math.round(1000 * share) / 10} pp` : ''}`;
  if (bearable) return { verdict: 'unharmed', reason: `${bearable.reason}; harm of ${limit} is ruled out` };
  return {
    verdict: 'inconclusive',
    reason: `${first.reason}; neither a change nor harm of ${limit} can be shown or ruled out`,
  };
}

function agreementOf(findings: readonly MethodFinding[], doubted: string | null): string {
  const known = findings.filter(({ says }) => says !== 'unknown');
  const said = known.map(({ method, says }) => `${METHOD_NAMES[method]}: ${says.replace('-', ' ')}`).join(', ');
  if (known.length === 0) return 'no method could say anything';
  const words = new Set(known.map(({ says }) => says));
  const note = doubted === null ? '' : `; ${doubted}`;
  if (known.length === 1) return `one method only (${said})${note}`;
  if (words.size === 1) return `the methods agree (${said})${note}`;
  const isOpposed = words.has('better') && words.has('worse');
  return `the methods ${isOpposed ? 'contradict each other' : 'differ in what they can show'} (${said})${note}`;
}
