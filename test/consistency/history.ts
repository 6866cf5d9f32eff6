import type { Client } from '@temporalio/client';
import type { WatchSummary } from '../../activities/index.js';
import type { Decision } from '../../src/domain/decision.js';

/** What a workflow's history has of its looks, and of the lines that it gave to the store. */
export interface RecordedHistory {
  readonly looks: readonly WatchSummary[];
  readonly decisions: readonly Decision[];
}

/** What a rollout, and what an impact analysis, gives lines of the ledger to. */
const RECORDERS: ReadonlySet<string> = new Set(['record', 'recordDecisions']);

type Payloads = { readonly payloads?: readonly { readonly data?: Uint8Array | null }[] | null } | null | undefined;

export async function readHistory(client: Client, workflowId: string): Promise<RecordedHistory> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const names = new Map<string, string>();
  const looks: WatchSummary[] = [];
  const decisions = new Map<number, Decision>();
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    const name = scheduled?.activityType?.name ?? '';
    if (scheduled) names.set(String(event.eventId), name);
    const given = RECORDERS.has(name) ? (valueOf(scheduled?.input) as Decision[] | { decisions: Decision[] }) : [];
    for (const line of Array.isArray(given) ? given : given.decisions) decisions.set(line.sequence, line);
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed && names.get(String(completed.scheduledEventId)) === 'watch')
      looks.push(valueOf(completed.result) as WatchSummary);
  }
  return { looks, decisions: [...decisions.values()].sort((a, b) => a.sequence - b.sequence) };
}

function valueOf(payloads: Payloads): unknown {
  return JSON.parse(Buffer.from(payloads?.payloads?.[0]?.data ?? []).toString());
}
