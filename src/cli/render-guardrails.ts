import { comparisonOf } from '../domain/comparison.js';
import { metricUnit } from '../domain/metric.js';
import { formatQuantity, type Unit } from '../domain/quantity.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { Evidence } from '../domain/verdict.js';
import { VERDICT_SIGNS } from './icons.js';
import type { Style } from './output/style.js';
import { type Cell, renderTable } from './render-table.js';

/** What each guardrail says: in words, or wide as a table of its numbers. */
export function guardrailLines(
  { evidence, verdict }: RolloutState,
  { style, wide }: { readonly style: Style; readonly wide: boolean },
): string[] {
  if (evidence.length === 0) return [];
  const sign = VERDICT_SIGNS[verdict];
  const title = `  guardrails  ${style[sign.tone](`${sign.icon} ${sign.word}`)}`;
  if (!wide) return [title, ...evidence.map((one) => `    ${evidenceLine(one, style)}`)];
  const header = ['', 'GUARDRAIL', 'BASELINE', 'CANDIDATE', 'DIFFERENCE', 'BOUND', 'LIMIT', 'RULE', 'BECAUSE'];
  const table = renderTable(header, evidence.map(rowOf), style);
  return [title, ...table.split('\n').map((line) => `    ${line}`)];
}

export function evidenceLine({ verdict, reason, dryRun }: Evidence, style: Style): string {
  const { icon, tone } = VERDICT_SIGNS[verdict];
  return `${style[tone](icon)} ${reason}${dryRun ? ' (dry run)' : ''}`;
}

function rowOf(one: Evidence): Cell[] {
  const { icon, tone } = VERDICT_SIGNS[one.verdict];
  const unit = metricUnit(one.metric);
  const compared = comparisonOf(one);
  const name = `${one.metric}${one.segment === undefined ? '' : ` in ${one.segment}`}${one.dryRun ? ' (dry run)' : ''}`;
  return [
    { text: icon, tone },
    name,
    armText(one.baseline, unit),
    armText(one.candidate, unit),
    formatQuantity(one.difference, unit),
    formatQuantity(compared?.bound, compared?.unit),
    formatQuantity(compared?.limit, compared?.unit),
    one.rule,
    one.reason,
  ];
}

/** `1.20 % (n=412)` */
function armText({ value, samples }: Evidence['baseline'], unit: Unit): string {
  return `${formatQuantity(value, unit)} (n=${samples})`;
}
