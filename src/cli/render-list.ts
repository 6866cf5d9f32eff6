import type { RolloutSummary } from '../api/schema/rollout.js';
import { hasEnded } from '../domain/rollout-state.js';
import { statusSign } from './icons.js';
import type { Style } from './output/style.js';
import { ageOf, timeLeft } from './output/time-text.js';
import { type Cell, renderTable } from './render-table.js';

/** One line of a list. What Temporal alone knows of is less: its worker has not written it down yet, or the store is away. */
export type ListLine = Pick<
  RolloutSummary,
  'rolloutId' | 'service' | 'baseline' | 'candidate' | 'startedAt' | 'needsMe'
> & {
  readonly status: string;
  readonly phase: string;
  readonly weightPercent: number | null;
  /** Absent where the store does not know it. */
  readonly stored?: RolloutSummary;
};

interface ListView {
  readonly now: number;
  readonly style: Style;
  readonly wide?: boolean;
}

/** Newest first, as they come. */
export function renderList(lines: readonly ListLine[], { now, style, wide = false }: ListView): string {
  if (lines.length === 0) return 'no rollouts; sluice start <spec> begins one';
  const header = ['SERVICE', 'VERSIONS', 'STATUS', 'PHASE', 'WEIGHT', 'STARTED', 'ROLLOUT'];
  const more = ['STEP', 'VERDICT', 'OWNER', 'UPDATED', 'WAITS FOR'];
  return renderTable(
    wide ? [...header, ...more] : header,
    lines.map((line) => [...rowOf(line), ...(wide ? moreOf(line, now) : [])]),
    style,
  );
}

function rowOf(line: ListLine): Cell[] {
  const { tone } = statusSign(line.status);
  const status = `${line.status}${line.needsMe ? ' (needs you)' : ''}`;
  return [
    line.service,
    `${line.baseline} → ${line.candidate}`,
    { text: status, tone },
    line.phase,
    line.weightPercent === null ? '' : `${line.weightPercent} %`,
    line.startedAt,
    line.rolloutId,
  ];
}

function moreOf({ stored }: ListLine, now: number): Cell[] {
  if (stored === undefined) return ['', '', '', '', 'a worker, to be taken up'];
  const { step, stepCount, verdict, owner, updatedAt, waiting, status, reason } = stored;
  const left = waiting?.until ? ` ${timeLeft(waiting.until, now)}` : '';
  return [
    step === null ? '' : `${step + 1}/${stepCount}`,
    verdict,
    owner,
    hasEnded(status) ? updatedAt : `${ageOf(updatedAt, now)} ago`,
    waiting === null ? (hasEnded(status) ? reason : '') : `${waiting.kind}${left}: ${waiting.note}`,
  ];
}
