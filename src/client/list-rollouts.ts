import type { Client } from '@temporalio/client';

/** What Temporal itself knows of a rollout, without asking a worker. */
export interface VisibleRollout {
  readonly service: string;
  readonly rolloutId: string;
  readonly versions: string;
  readonly status: string;
  readonly phase: string;
  readonly weightPercent: number | null;
  readonly awaitingApproval: boolean;
  readonly startedAt: string;
  readonly runId: string;
}

/** @param active only those that still run */
export async function listRollouts(
  client: Client,
  { active, limit }: { active: boolean; limit: number },
): Promise<VisibleRollout[]> {
  const found: VisibleRollout[] = [];
  const query = `WorkflowType = 'rollout'${active ? " AND ExecutionStatus = 'Running'" : ''}`;
  for await (const { memo, searchAttributes, startTime, runId, workflowId } of client.workflow.list({ query })) {
    const attribute = (name: string) => searchAttributes[name]?.[0];
    const weight = attribute('SluiceCandidateWeight');
    found.push({
      service: workflowId.replace(/^rollout\//, ''),
      rolloutId: textOf(memo?.['rolloutId']),
      versions: textOf(memo?.['versions']),
      status: String(attribute('SluiceStatus') ?? 'unknown'),
      phase: String(attribute('SluicePhase') ?? 'unknown'),
      weightPercent: typeof weight === 'number' ? weight : null,
      awaitingApproval: attribute('SluiceAwaitingApproval') === true,
      startedAt: startTime.toISOString(),
      runId,
    });
    if (found.length >= limit) break;
  }
  return found;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
