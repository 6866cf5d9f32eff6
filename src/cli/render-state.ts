import { describeApproval } from '../domain/approval.js';
import type { ImpactState } from '../domain/impact-state.js';
import { PHASE_TITLES, PHASES } from '../domain/phase.js';
import type { PhaseStatus, RolloutState, RolloutStatus } from '../domain/rollout-state.js';
import type { Evidence, Verdict } from '../domain/verdict.js';

const PHASE_ICONS: Record<PhaseStatus, string> = { pending: '◌', running: '◐', passed: '✔', failed: '✖', skipped: '–' };
const VERDICT_ICONS: Record<Verdict, string> = { pass: '✔', fail: '✖', inconclusive: '?' };
const STATUS_WORDS: Record<RolloutStatus, string> = {
  progressing: 'progressing',
  waiting: 'waiting for a person',
  paused: 'paused',
  promoted: 'promoted',
  aborted: 'aborted',
  'rolled-back': 'rolled back',
  failed: 'failed',
};

/** A rollout as a tree of phases, with what it waits for and what its guardrails say. */
export function renderState(state: RolloutState, impact: ImpactState | null): string {
  const { waiting } = state;
  const lines = [
    `${state.service}  ${state.baseline} → ${state.candidate}  ${STATUS_WORDS[state.status]}`,
    `  rollout  ${state.rolloutId}`,
    `  weight   ${state.weightPercent} % (shadow ${state.shadowPercent} %, epoch ${state.epoch})`,
    `  because  ${state.reason}`,
    ...modelLines(state),
  ];
  if (waiting)
    lines.push(
      `  waits    ${waiting.note} (${waiting.kind}${waiting.until === null ? '' : `, until ${waiting.until}`})`,
    );
  if (state.approval) lines.push(`  approved ${describeApproval(state.approval)}`);
  if (state.eta) lines.push(`  through  at ${state.eta} at the earliest`);
  if (state.pending?.length) lines.push(`  pending  ${state.pending.join(', ')}`);
  if (state.retryOf) lines.push(`  retry    of ${state.retryOf}`);
  if (state.paused) lines.push(`  paused   by ${state.paused.actor}: ${state.paused.reason}`);
  lines.push(...PHASES.flatMap((phase) => phaseLines(state, phase, impact)));
  if (state.evidence.length > 0) lines.push('  guardrails', ...state.evidence.map(evidenceLine));
  return lines.join('\n');
}

/** The artifacts behind the versions' names, where a registry knows them. */
function modelLines({ models, baseline, candidate }: RolloutState): string[] {
  if (!models) return [];
  return [['baseline', baseline] as const, ['candidate', candidate] as const].map(([arm, label]) => {
    const known = models[arm];
    const what = known === null ? 'not registered' : `${known.id} ${known.digest}`;
    return `  ${arm.padEnd(10)}${models.model}:${label} ${what}`;
  });
}

function phaseLines(state: RolloutState, phase: (typeof PHASES)[number], impact: ImpactState | null): string[] {
  const progress = state.phases[phase];
  const step = phase === 'canary' && state.step !== null ? `, step ${state.step + 1} of ${state.stepCount}` : '';
  const line = `  ${PHASE_ICONS[progress.status]} ${PHASE_TITLES[phase].padEnd(16)} ${progress.status}${step}${progress.note === '' ? '' : `: ${progress.note}`}`;
  if (phase !== 'impact' || impact === null || impact.status !== 'done') return [line];
  return [
    `  ${VERDICT_ICONS[impact.verdict]} ${PHASE_TITLES.impact.padEnd(16)} ${impact.verdict}`,
    ...impact.evidence.map(evidenceLine),
  ];
}

function evidenceLine(evidence: Evidence): string {
  return `    ${VERDICT_ICONS[evidence.verdict]} ${evidence.reason}${evidence.dryRun ? ' (dry run)' : ''}`;
}
