import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import { workflowIdOf } from '../../src/client/workflow-ids.js';
import type { Route } from '../../src/domain/route.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** A change of traffic that a workflow decided on. Times are those of Temporal's events, ms since 1970. */
export interface Move {
  readonly epoch: number;
  /** Percent of users on the candidate: 100 after the cutover. */
  readonly weightPercent: number;
  readonly approvedAt: number;
  /** When all gateways had confirmed it; null where they never did. */
  readonly confirmedAt: number | null;
}

/** All runs of the rollout of a service, oldest first. */
export async function runIdsOf(client: Client, service: string): Promise<string[]> {
  const runs: { runId: string; startTime: Date }[] = [];
  for await (const run of client.workflow.list({ query: `WorkflowId = "${workflowIdOf(service)}"` })) runs.push(run);
  return runs.toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime()).map(({ runId }) => runId);
}

/** What the workflow itself decided, from its histories: nobody's word but Temporal's. */
export async function movesOf(client: Client, service: string): Promise<Move[]> {
  const moves: Move[] = [];
  for (const runId of await runIdsOf(client, service)) {
    const history = await client.workflow.getHandle(workflowIdOf(service), runId).fetchHistory();
    moves.push(...movesIn(history.events ?? []));
  }
  return moves;
}

function movesIn(events: readonly HistoryEvent[]): Move[] {
  const confirmed = new Map<string, number>();
  for (const { eventTime, activityTaskCompletedEventAttributes: completed } of events)
    if (completed) confirmed.set(String(completed.scheduledEventId), tsToMs(eventTime));
  return events.flatMap(({ eventId, eventTime, activityTaskScheduledEventAttributes: scheduled }) => {
    if (scheduled?.activityType?.name !== 'setTraffic') return [];
    const route = JSON.parse(Buffer.from(scheduled.input?.payloads?.[0]?.data ?? '').toString()) as Route;
    const weightPercent = route.baseline.version === 'v1' ? route.weightPercent : 100;
    const confirmedAt = confirmed.get(String(eventId)) ?? null;
    return [{ epoch: route.epoch, weightPercent, approvedAt: tsToMs(eventTime), confirmedAt }];
  });
}
