import { approvalRefusal } from '../domain/approval.js';
import type { ListedRollout } from '../ports/rollout-list.js';
import { hasRole, type Principal } from './auth/principal.js';
import type { RolloutSummary } from './schema/rollout.js';

/** What the list and events say of a rollout, to this one who asks. */
export function summaryOf(listed: ListedRollout, who: Principal): RolloutSummary {
  const { rolloutId, service, baseline, candidate, status, phase, step, stepCount, weightPercent, shadowPercent } =
    listed;
  const {
    verdict,
    owner,
    waiting,
    paused,
    startedAt,
    updatedAt,
    reason,
    revision,
    approval = null,
    eta = null,
  } = listed;
  return {
    rolloutId,
    service,
    baseline,
    candidate,
    status,
    phase,
    step,
    stepCount,
    weightPercent,
    shadowPercent,
    verdict,
    owner,
    waiting,
    paused,
    approval,
    eta,
    startedAt,
    updatedAt,
    reason,
    revision,
    needsMe: needs(listed, who),
  };
}

/** Whether a yes or no is waited for that this one may give: by the api's role, and by the spec's rule where there is one. */
export function needs({ waiting, approval }: Pick<ListedRollout, 'waiting' | 'approval'>, who: Principal): boolean {
  if (waiting === null) return false;
  if (waiting.kind !== 'approval' && waiting.kind !== 'hold') return false;
  if (!hasRole(who, 'approver')) return waiting.kind === 'hold' && hasRole(who, 'operator');
  // Who is not known by name is not asked for less: the api can't say no for them.
  return !approval || !who.isProven || approvalRefusal(approval, who) === null;
}
