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
  }
}

/** Whether a person is asked for a yes or no. */
export function isAsking(state: RolloutState): boolean {
  return state.waiting !== null && (state.waiting.kind === 'approval' || state.waiting.kind === 'hold');
}
