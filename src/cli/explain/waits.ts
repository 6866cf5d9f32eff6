import { describeApproval } from '../../domain/approval.js';
import { isAsking } from '../../domain/commands.js';
import type { RolloutState } from '../../domain/rollout-state.js';
import { timeLeft } from '../output/time-text.js';
import type { ExplainFacts, Point } from './explanation.js';

/** What the rollout waits for at the moment, and what would end the wait. */
export function waitPoint({ state, spec, freezes }: ExplainFacts, now: number): Point[] {
  const { waiting, service } = state;
  if (!waiting) return [];
  const left = waiting.until === null ? '' : `; ${timeLeft(waiting.until, now)}`;
  const point = (kind: Point['kind'], text: string, ...commands: string[]): Point[] => [
    { kind, effect: 'holds', text: `${text}${left}`, commands },
  ];
  const answers = [`sluice approve ${service}`, `sluice reject ${service} --reason …`];
  const inTime = [`sluice promote ${service}`, `sluice extend ${service} --for 30m`];
  switch (waiting.kind) {
    case 'delay':
      return point('gate', `begins later: ${waiting.note}`, ...inTime);
    case 'bake':
      return point('gate', `bakes: ${waiting.note}`, ...inTime);
    case 'samples':
      return point('gate', `needs evidence: ${waiting.note}${waiting.lacks ? ` (${waiting.lacks})` : ''}`, ...inTime);
    case 'approval':
      return point(
        'approval',
        `${waiting.note}: ${approvalText(state)}`,
        ...answers,
        `sluice delegate ${service} --to …`,
      );
    case 'hold':
      return point('approval', `a person has to decide: ${waiting.note}`, ...answers, `sluice promote ${service}`);
    case 'confirm':
      return point('hook', `a hook is asked: ${waiting.note}`, `sluice history ${service}`);
    case 'scaling':
      return point('scaling', `waits for replicas: ${waiting.note}`, `sluice doctor --service ${service}`);
    case 'warm-baseline':
      return point(
        'gate',
        `serves all, and keeps the baseline warm: ${waiting.note}`,
        `sluice rollback ${service} --reason …`,
      );
    case 'rollback':
      return point('gate', `goes back: ${waiting.note}`, `sluice traffic ${service}`);
    case 'freeze':
      // Those of the organisation have points of their own; without one it is a window of the spec.
      return freezes.length > 0 ? [] : point('window', waiting.note, ...breakGlass(state, spec));
  }
}

function breakGlass({ service }: RolloutState, spec: ExplainFacts['spec']): string[] {
  const may = spec?.rights?.breakGlass.length ?? 0;
  return may > 0 ? [`sluice break-glass ${service} --reason …`] : [];
}

/** Whose yes or no it waits for. */
function approvalText(state: RolloutState): string {
  if (state.approval) return describeApproval(state.approval);
  return isAsking(state) ? 'anybody may answer' : 'nobody is asked';
}
