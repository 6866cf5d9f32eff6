import { log, workflowInfo } from '@temporalio/workflow';
import type { Decision, ReceivedCommand } from '../../src/domain/decision.js';
import { type GroupMember, type GroupState, groupHasEnded } from '../../src/domain/group-state.js';
import { versionsOf } from '../../src/domain/rollout-start.js';
import { now } from '../run.js';
import type { GroupInput } from './input.js';

/** What ends a group before its time. The first one counts. */
export interface GroupStop {
  readonly outcome: 'failed' | 'aborted';
  readonly line: Pick<Decision, 'action' | 'reason'> & Partial<Pick<Decision, 'actor' | 'subject' | 'source'>>;
}

/** A group in motion. */
export interface GroupRun {
  readonly input: GroupInput;
  readonly state: GroupState;
  /** Decision ids that were seen, so that a repeat is harmless. */
  readonly seen: string[];
  /** A yes that was not acted on yet. */
  approval: ReceivedCommand | null;
  stop: GroupStop | null;
  /** Members that did not end well and that nobody has decided about. */
  unsettled: string[];
  /** Each member that was started, until it has ended. */
  readonly members: Promise<void>[];
  sequence: number;
  /** Lines of the ledger that are not in the store yet. */
  readonly outbox: Decision[];
}

export function openGroup(input: GroupInput): GroupRun {
  const { groupId, name, owner, startedBy } = input;
  const startedAt = workflowInfo().startTime.toISOString();
  const waves = input.waves.map((wave) => ({
    name: wave.name,
    barrier: wave.barrier,
    status: 'pending' as const,
    members: wave.members.map((member) => ({
      service: member.spec.service,
      rolloutId: member.rolloutId,
      versions: versionsOf(member),
      status: 'pending' as const,
      reason: '',
    })),
  }));
  const state: GroupState = {
    groupId,
    name,
    owner,
    startedBy,
    status: 'progressing',
    wave: '',
    waves,
    waiting: null,
    approval: null,
    reason: 'started',
    startedAt,
    updatedAt: startedAt,
    revision: 0,
  };
  const empty = { approval: null, stop: null, unsettled: [], members: [], sequence: 0 };
  return { input, state, seen: [], outbox: [], ...empty };
}

/** Changes the view; every change is one revision. */
export function updateGroup({ state }: GroupRun, change: Partial<GroupState>): void {
  Object.assign(state, change);
  if (!groupHasEnded(state.status)) state.status = needsPerson(state) ? 'waiting' : 'progressing';
  state.updatedAt = now();
  state.revision += 1;
}

function needsPerson({ waiting }: GroupState): boolean {
  return waiting !== null && waiting.kind !== 'pause';
}

export function updateMember(run: GroupRun, member: GroupMember, change: Partial<GroupMember>): void {
  Object.assign(member, change);
  updateGroup(run, {});
}

export function allMembers({ waves }: GroupState): GroupMember[] {
  return waves.flatMap(({ members }) => members);
}

/** What was never begun, and will not be. */
export function skipRest(run: GroupRun): void {
  for (const wave of run.state.waves) {
    if (wave.status === 'pending') wave.status = 'skipped';
    if (wave.status === 'running') wave.status = 'failed';
    for (const member of wave.members) if (member.status === 'pending') member.status = 'skipped';
  }
  updateGroup(run, { waiting: null, approval: null });
}

/** Members that were started and have not reached what their wave waits for: as many may be on their way as the spec says. */
export function onTheWay(state: GroupState): number {
  return allMembers(state).filter(({ status }) => status === 'running').length;
}

/** Writes a line of the ledger. */
export function decideGroup(run: GroupRun, line: GroupStop['line']): void {
  run.sequence += 1;
  run.outbox.push({
    rolloutId: run.input.groupId,
    sequence: run.sequence,
    at: now(),
    actor: 'sluice',
    source: 'rule',
    evidence: [],
    phase: run.state.wave,
    weightPercent: 0,
    ...line,
  });
  log.info(`${line.action}: ${line.reason}`);
  updateGroup(run, {});
}

/** Ends the group by a rule. The first reason to stop counts. */
export function stopGroup(run: GroupRun, outcome: GroupStop['outcome'], reason: string): void {
  run.stop ??= { outcome, line: { action: outcome === 'failed' ? 'fail' : 'abort', reason } };
}
