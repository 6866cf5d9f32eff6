import type { RolloutState } from '../domain/rollout-state.js';
import type { Evidence } from '../domain/verdict.js';
import { VERDICT_SIGNS } from './icons.js';
import type { Style } from './output/style.js';
import { type Cell, renderTable } from './render-table.js';

/** Digits that matter on a screen; JSON has all of them. */
const DIGITS = 4;

/** What each guardrail says: in words, or wide as a table of its numbers. */
export function guardrailLines(
  { evidence, verdict }: RolloutState,
  { style, wide }: { readonly style: Style; readonly wide: boolean },
): string[] {
  if (evidence.length === 0) return [];
  const sign = VERDICT_SIGNS[verdict];
  const title = `  guardrails  ${style[sign.tone](`${sign.icon} ${sign.word}`)}`;
  if (!wide) return [title, ...evidence.map((one) => `    ${evidenceLine(one, style)}`)];
  const header = ['', 'GUARDRAIL', 'BASELINE', 'CANDIDATE', 'DIFFERENCE', 'BOUND', 'MARGIN', 'RULE', 'BECAUSE'];
  const table = renderTable(header, evidence.map(rowOf), style);
  return [title, ...table.split('\n').map((line) => `    ${line}`)];
}

export function evidenceLine({ verdict, reason, dryRun }: Evidence, style: Style): string {
  const { icon, tone } = VERDICT_SIGNS[verdict];
  return `${style[tone](icon)} ${reason}${dryRun ? ' (dry run)' : ''}`;
}

function rowOf(one: Evidence): Cell[] {
  const { icon, tone } = VERDICT_SIGNS[one.verdict];
  const name = `${one.metric}${one.segment === undefined ? '' : ` in ${one.segment}`}${one.dryRun ? ' (dry run)' : ''}`;
  return [
    { text: icon, tone },
    name,
    armText(one.baseline),
    armText(one.candidate),
    numberText(one.difference),
    numberText(one.bound),
    numberText(one.margin),
    one.rule,
    one.reason,
  ];
}

/** `0.012 (n=412)` */
function armText({ value, samples }: Evidence['baseline']): string {
  return `${numberText(value)} (n=${samples})`;
}

function numberText(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(DIGITS)));
}
