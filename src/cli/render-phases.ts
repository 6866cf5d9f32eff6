import type { ImpactState } from '../domain/impact-state.js';
import { PHASE_TITLES, PHASES, type Phase } from '../domain/phase.js';
import { hasEnded, type PhaseStatus, type RolloutState } from '../domain/rollout-state.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { PHASE_SIGNS, type Sign, VERDICT_SIGNS } from './icons.js';
import type { Style } from './output/style.js';
import { shortTime, timeLeft } from './output/time-text.js';
import { evidenceLine } from './render-guardrails.js';
import { stepText } from './step-text.js';

const NOT_REACHED: Sign = { ...PHASE_SIGNS.skipped, word: 'not reached' };

interface TreeView {
  readonly impact: ImpactState | null;
  readonly spec: RolloutSpec | null;
  readonly style: Style;
  readonly now: number;
}

/** A line of a tree, and what hangs below it. */
interface Branch {
  readonly line: string;
  readonly below: readonly string[];
}

/** Phases in their order, below the canary its steps. */
export function phaseTree(state: RolloutState, view: TreeView): string[] {
  return drawn(PHASES.map((phase) => branchOf(state, phase, view)));
}

function branchOf(state: RolloutState, phase: Phase, view: TreeView): Branch {
  const { impact, style } = view;
  if (phase === 'impact' && impact !== null && impact.status === 'done') {
    const sign = VERDICT_SIGNS[impact.verdict];
    const below = impact.evidence.map((one) => evidenceLine(one, style));
    return { line: `${iconOf(sign, style)} ${PHASE_TITLES.impact.padEnd(16)} ${sign.word}`, below };
  }
  const { status, startedAt, endedAt, note } = state.phases[phase];
  // What an ended rollout has not come to, it never will; its impact is looked at afterwards.
  const isLost = status === 'pending' && hasEnded(state.status) && state.status !== 'promoted';
  const sign = isLost ? NOT_REACHED : PHASE_SIGNS[status];
  const took =
    startedAt !== null && endedAt !== null ? ` in ${shortTime(Date.parse(endedAt) - Date.parse(startedAt))}` : '';
  const step = phase === 'canary' && state.step !== null ? `, step ${state.step + 1} of ${state.stepCount}` : '';
  const line = `${iconOf(sign, style)} ${PHASE_TITLES[phase].padEnd(16)} ${sign.word}${took}${step}${note === '' ? '' : `: ${note}`}`;
  return { line, below: phase === 'canary' ? stepLines(state, view) : [] };
}

/** Without a spec there is nothing to say but the step's number, which the line above has. */
function stepLines(state: RolloutState, { spec, style, now }: TreeView): string[] {
  const steps = spec?.phases.canary.steps ?? [];
  return steps.map((step, index) => {
    const sign = PHASE_SIGNS[stepStatus(state, index)];
    const isCurrent = sign.word === 'running';
    const byHand = isCurrent && state.handWeight != null ? `, at ${state.handWeight} % by hand` : '';
    const left = isCurrent && state.waiting?.until ? `, ${timeLeft(state.waiting.until, now)}` : '';
    const line = `${iconOf(sign, style)} ${stepText(step)}${byHand}${left}`;
    return isCurrent ? style.bold(line) : line;
  });
}

/** Steps that were jumped over count as passed: what was done instead stands in the ledger. */
function stepStatus({ phases, step }: RolloutState, index: number): PhaseStatus {
  const { status } = phases.canary;
  if (status === 'pending' || status === 'passed' || status === 'skipped') return status;
  if (step === null) return status === 'failed' ? 'skipped' : 'pending';
  if (index < step) return 'passed';
  if (index === step) return status;
  return status === 'failed' ? 'skipped' : 'pending';
}

function iconOf({ icon, tone }: Sign, style: Style): string {
  return style[tone](icon);
}

function drawn(branches: readonly Branch[]): string[] {
  return branches.flatMap(({ line, below }, index) => {
    const isLast = index === branches.length - 1;
    const stem = isLast ? '   ' : '│  ';
    return [
      `  ${isLast ? '└─' : '├─'}${line}`,
      ...below.map((one, at) => `  ${stem}${at === below.length - 1 ? '└─' : '├─'}${one}`),
    ];
  });
}
