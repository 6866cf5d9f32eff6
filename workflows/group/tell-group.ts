import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { memberCutOverSignal } from '../messages.js';

/** Tells the group that started this rollout, if one did, that the candidate serves all. */
export function tellGroup(rolloutId: string): void {
  const { parent } = workflowInfo();
  if (!parent?.workflowId.startsWith('rollout-group/')) return;
  getExternalWorkflowHandle(parent.workflowId, parent.runId)
    .signal(memberCutOverSignal, rolloutId)
    // A group that is gone needs to know nothing.
    .catch(() => undefined);
}
