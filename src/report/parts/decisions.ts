import { cutText } from '../../domain/cut-text.js';
import type { Decision } from '../../domain/decision.js';
import { type DecisionLine, none, type Part, part, type WeightPoint } from '../../domain/report.js';
import type { RolloutState } from '../../domain/rollout-state.js';
import type { Some } from '../../ports/report-data.js';
import { leftOut } from '../thin.js';

const LONGEST_REASON = 1000;
const LONGEST_NAME = 200;

export function decisionLines({ total, rows }: Some<Decision>): Part<readonly DecisionLine[]> {
  if (rows.length === 0) return none('No decision has been recorded.');
  const lines = rows.map(lineOf);
  const note = leftOut(lines.length, total, 'decisions');
  return part(lines, note === null ? null : `${note}: the first, the newest, and what people and signals said.`);
}

function lineOf(decision: Decision): DecisionLine {
  const { sequence, at, action, actor, subject, source, phase, weightPercent, reason } = decision;
  const line = {
    sequence,
    at,
    action,
    actor: cutText(actor, LONGEST_NAME),
    source,
    phase,
    weightPercent,
    reason: cutText(reason, LONGEST_REASON),
  };
  return subject === undefined ? line : { ...line, subject: cutText(subject, LONGEST_NAME) };
}

/** The weight that the view says last is where it stands; decisions say how it came there. */
export function weightPoints({ total, rows }: Some<WeightPoint>, state: RolloutState): Part<readonly WeightPoint[]> {
  const last = rows.at(-1);
  const now = { at: state.updatedAt, weightPercent: state.weightPercent };
  const isLater = last === undefined || Date.parse(last.at) <= Date.parse(now.at);
  const points = isLater ? [...rows, now] : rows;
  const note = leftOut(rows.length, total, 'changes of weight');
  return part(points, note === null ? null : `${note}, the newest.`);
}
