import { approvalRefusal } from './approval.js';
import type { Command } from './decision.js';
import { hasEnded, type RolloutState } from './rollout-state.js';

/** Why a rollout can't take a command now, naming the phase; null where it can. Reads the state only. */
export function refusal(state: RolloutState, command: Command, actor: string): string | null {
  const where = `rollout ${state.rolloutId} is ${state.status} in phase ${state.phase}`;
  if (hasEnded(state.status)) return `cannot ${command}: ${where}`;
  const decided = state.phases.cutover.status === 'running' && state.weightPercent === 100;
  switch (command) {
    case 'approve':
      if (!isAsking(state)) return `nothing waits for an approval: ${where}`;
      return state.approval ? approvalRefusal(state.approval, actor) : null;
    case 'reject':
      return isAsking(state) ? null : `nothing waits for an approval: ${where}`;
    case 'pause':
      if (decided) return `cannot pause after the cutover: ${where}`;
      return state.paused === null ? null : `already paused by ${state.paused.actor}: ${where}`;
    case 'resume':
      return state.paused === null ? `cannot resume, it is not paused: ${where}` : null;
    case 'abort':
    case 'rollback':
      return null;
    case 'promote':
      if (state.waiting?.kind === 'approval') return `an approval is waited for, which is given by approve: ${where}`;
      return isGate(state) || state.waiting?.kind === 'hold' ? null : `there is no gate to promote: ${where}`;
    case 'promote-full':
      if (state.phases.validation.status !== 'passed') return `nothing is promoted before its validation: ${where}`;
      if (state.phases.cutover.status !== 'pending') return `all gates before the cutover are passed: ${where}`;
      return state.rights?.promoteFull.includes(actor)
        ? null
        : `${actor} has no right to promote in full (rights.promoteFull of the spec)`;
    case 'extend':
      return isGate(state) && state.waiting?.until ? null : `no time runs that could be extended: ${where}`;
  }
}

/** Whether it waits for time or evidence, which a person may cut short or stretch. */
function isGate({ waiting }: RolloutState): boolean {
  return waiting !== null && (waiting.kind === 'bake' || waiting.kind === 'samples');
}

/** Whether a person is asked for a yes or no. */
export function isAsking(state: RolloutState): boolean {
  return state.waiting !== null && (state.waiting.kind === 'approval' || state.waiting.kind === 'hold');
}
