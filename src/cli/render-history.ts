import type { Decision } from '../domain/decision.js';
import type { Style, Tone } from './output/style.js';
import { type Cell, renderTable } from './render-table.js';

/** What draws the eye: ways back, and what did not work. */
const TONES: Partial<Record<Decision['action'], Tone>> = {
  approve: 'good',
  promote: 'good',
  'promote-full': 'good',
  advance: 'good',
  reject: 'bad',
  abort: 'bad',
  rollback: 'bad',
  fail: 'bad',
  alert: 'bad',
  void: 'warn',
  hold: 'warn',
  pause: 'warn',
  'break-glass': 'warn',
};
const HEADER = ['#', 'AT', 'ACTION', 'WHO', 'PHASE', 'WEIGHT', 'WHY'];

/** The ledger, the first decision first. */
export function renderHistory(decisions: readonly Decision[], style: Style, wide = false): string {
  if (decisions.length === 0) return 'no decision is recorded yet';
  return renderTable(
    wide ? [...HEADER, 'EVIDENCE'] : HEADER,
    decisions.map((one) => rowOf(one, wide)),
    style,
  );
}

/** One line as it comes, for whoever follows. */
export function historyLine({ at, action, actor, source, weightPercent, reason }: Decision): string {
  return `${at}  ${action.padEnd(11)} ${actor} (${source})  ${weightPercent} %  ${reason}`;
}

function rowOf(decision: Decision, wide: boolean): Cell[] {
  const { sequence, at, action, actor, subject, source, phase, weightPercent, reason, evidence } = decision;
  const tone = TONES[action];
  const who = subject === undefined || subject === actor ? actor : `${actor} = ${subject}`;
  const seen = evidence.map(({ metric, verdict }) => `${metric} ${verdict}`).join(', ');
  return [
    String(sequence),
    at,
    tone === undefined ? action : { text: action, tone },
    `${who} (${source})`,
    phase,
    `${weightPercent} %`,
    reason,
    ...(wide ? [seen] : []),
  ];
}
