import { refusal } from '../../../src/domain/commands.js';
import { hasEnded } from '../../../src/domain/rollout-state.js';
import { roleRefusal } from '../data/access.js';
import type { CommandName, Me, RolloutDetail } from '../data/types.js';

/** Those that take traffic away from the candidate, or keep it away. */
export const STOPPING: ReadonlySet<CommandName> = new Set(['abort', 'rollback', 'reject', 'force']);

/**
 * Why a command can't be given now; null where it may well be taken. By the same rules as the workflow, over the state that the page knows:
 * the workflow, which knows the newest, has the last word.
 */
export function whyNot(rollout: RolloutDetail, command: CommandName, me: Me): string | null {
  const byRole = roleRefusal(me.role, command);
  if (byRole !== null) return byRole;
  const isOver = hasEnded(rollout.status);
  if (command === 'retry') return isOver ? retryRefusal(rollout) : 'it has not ended';
  if (command === 'force') return null;
  if (rollout.spec === null) return isOver ? `the rollout is ${rollout.status}` : null;
  const identity = { subject: me.subject, roles: me.roles };
  // Values that are asked for in the dialog: what is sure to be takeable, so that only the state can refuse.
  const request = { actor: me.subject, reason: 'asked', ...plausible(rollout, command) };
  return refusal(rollout, rollout.spec, { command, request, identity });
}

/** By what became of it. */
export function retryRefusal({ status }: Pick<RolloutDetail, 'status'>): string | null {
  return status === 'promoted' ? 'it was promoted, and there is nothing to try again' : null;
}

function plausible({ step, weightPercent }: RolloutDetail, command: CommandName) {
  switch (command) {
    case 'jump':
      return { step: (step ?? 0) + 1 };
    case 'set-weight':
      return { weightPercent: Math.max(weightPercent, 0.01) };
    case 'delegate':
      return { to: 'somebody-else' };
    default:
      return {};
  }
}
