import { approvalRefusal, type OpenApproval } from './approval.js';
import type { Identity } from './identity.js';
import type { RolloutStatus } from './rollout-state.js';

/** What may be asked of a group. */
export const GROUP_COMMANDS = ['approve', 'reject', 'abort'] as const;
export type GroupCommand = (typeof GROUP_COMMANDS)[number];

/**
 * `waiting` needs a person; the last four are endings: all members promoted; some not, and the others went on; ended by a member's
 * failure; ended by a person.
 */
export type GroupStatus = 'progressing' | 'waiting' | 'promoted' | 'partial' | 'failed' | 'aborted';

/** `cut-over`: the candidate serves all, the baseline is still warm. `skipped`: never started. */
export type MemberStatus =
  | 'pending'
  | 'running'
  | 'cut-over'
  | 'skipped'
  | Extract<RolloutStatus, 'promoted' | 'aborted' | 'rolled-back' | 'failed'>;

export interface GroupMember {
  service: string;
  rolloutId: string;
  versions: string;
  status: MemberStatus;
  /** On an ending, why it ended so. */
  reason: string;
}

export type Barrier = 'promoted' | 'cutover';

export interface GroupWave {
  name: string;
  /** What its members must have reached before the next wave: all ended, or all serve. */
  barrier: Barrier;
  /** `failed`: a member did not get there. */
  status: 'pending' | 'running' | 'passed' | 'failed' | 'skipped';
  members: GroupMember[];
}

interface GroupWaiting {
  kind: 'pause' | 'approval' | 'hold';
  since: string;
  /** When it ends by itself; null where only a person ends it. */
  until: string | null;
  note: string;
}

/** The one view of a group. Plain JSON. */
export interface GroupState {
  groupId: string;
  name: string;
  owner: string;
  startedBy: string;
  status: GroupStatus;
  /** The wave in progress; empty before the first. */
  wave: string;
  waves: GroupWave[];
  waiting: GroupWaiting | null;
  approval: OpenApproval | null;
  reason: string;
  startedAt: string;
  updatedAt: string;
  /** Grows with each change of this view. */
  revision: number;
}

export function groupHasEnded(status: GroupStatus): boolean {
  return status !== 'progressing' && status !== 'waiting';
}

/** Whether a member goes on no more. */
function memberHasEnded(status: MemberStatus): boolean {
  return status !== 'pending' && status !== 'running' && status !== 'cut-over';
}

/** Whether a member ended otherwise than it should. */
export function memberHasFailed(status: MemberStatus): boolean {
  return status === 'aborted' || status === 'rolled-back' || status === 'failed';
}

/** Whether a wave need not wait for this member any more. */
export function isThrough(status: MemberStatus, barrier: Barrier): boolean {
  return memberHasEnded(status) || (barrier === 'cutover' && status === 'cut-over');
}

/** Why a group can't take a command now; null where it can. */
export function groupRefusal(state: GroupState, command: GroupCommand, who: Identity): string | null {
  const where = `group ${state.groupId} is ${state.status}${state.wave === '' ? '' : ` in wave ${state.wave}`}`;
  if (groupHasEnded(state.status)) return `cannot ${command}: ${where}`;
  if (command === 'abort') return null;
  const { kind } = state.waiting ?? {};
  if (kind !== 'approval' && kind !== 'hold') return `nothing waits for an approval: ${where}`;
  return command === 'approve' && state.approval !== null ? approvalRefusal(state.approval, who) : null;
}
