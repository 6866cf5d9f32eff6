/** Where rollouts wait for a worker. */
export const TASK_QUEUE = 'sluice';

/** One id a service: Temporal itself keeps a second rollout from starting. */
export function workflowIdOf(service: string): string {
  return `rollout/${service}`;
}

export function impactWorkflowIdOf(service: string, rolloutId: string): string {
  return `impact/${service}/${rolloutId}`;
}

/** Where rollouts of a service wait for their turn. */
export function queueWorkflowIdOf(service: string): string {
  return `rollout-queue/${service}`;
}

/** One id a name: one group of a name runs at a time. */
export function groupWorkflowIdOf(name: string): string {
  return `rollout-group/${name}`;
}

/** The schedule of a monitor; its runs are called like it, with their time. */
export function monitorScheduleIdOf(service: string, monitor: string): string {
  return `monitor/${service}/${monitor}`;
}

/** The address of a history in the Web UI. */
export function historyUrl(uiUrl: string, namespace: string, workflowId: string, runId: string): string {
  return `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}/${runId}/history`;
}
