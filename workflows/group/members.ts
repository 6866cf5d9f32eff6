import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type ChildWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { type GroupMember, type MemberStatus, memberHasFailed } from '../../src/domain/group-state.js';
import { labelsOf, type RolloutStart } from '../../src/domain/rollout-start.js';
import type { rollout } from '../rollout.js';
import { causeOf } from '../run.js';
import { decideGroup, type GroupRun, stopGroup, updateMember } from './run.js';

/** Characters: a group may have a hundred of them in its view. */
const LONGEST_REASON = 500;

/** Starts a member and follows it to its end. Never throws: what goes wrong is how the member ended. */
export async function runMember(run: GroupRun, member: GroupMember, start: RolloutStart): Promise<void> {
  updateMember(run, member, { status: 'running', reason: '' });
  updateMember(run, member, await endOf(member, start));
  if (memberHasFailed(member.status)) judgeFailure(run, member);
}

async function endOf({ service }: GroupMember, start: RolloutStart): Promise<{ status: MemberStatus; reason: string }> {
  try {
    const child = await startMember(service, start);
    const { status, reason } = await child.result();
    // A rollout returns endings only.
    return { status: status as MemberStatus, reason: reason.slice(0, LONGEST_REASON) };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      return { status: 'failed', reason: `a rollout of ${service} runs already` };
    return { status: 'failed', reason: causeOf(error).slice(0, LONGEST_REASON) };
  }
}

/** When the group is gone, what it started rolls back. */
function startMember(service: string, start: RolloutStart): Promise<ChildWorkflowHandle<typeof rollout>> {
  return startChild<typeof rollout>('rollout', {
    workflowId: `rollout/${service}`,
    args: [start],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    ...labelsOf(start),
  });
}

/** What becomes of the others when a member did not end well. */
function judgeFailure(run: GroupRun, { service, status, reason }: GroupMember): void {
  if (run.stop !== null) return;
  const words = `${service} is ${status}: ${reason}`;
  switch (run.input.onFailure) {
    case 'abort':
      return stopGroup(run, 'failed', words);
    case 'hold':
      run.unsettled = [...run.unsettled, words];
      return decideGroup(run, { action: 'hold', reason: words });
    case 'continue':
      return decideGroup(run, { action: 'fail', reason: `${words}; the others go on` });
  }
}
