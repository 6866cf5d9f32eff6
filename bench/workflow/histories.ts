import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** What one run of a workflow left behind. */
export interface RunFigures {
  readonly events: number;
  readonly activities: number;
  readonly bytes: number;
  readonly spanMs: number;
  /** Events of each kind, without their common ending. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** Each run of a workflow, oldest first: it continues as new under one id. */
export async function runsOf(client: Client, workflowId: string, firstRunId: string): Promise<RunFigures[]> {
  const figures: RunFigures[] = [];
  for (let runId: string | null = firstRunId; runId !== null; ) {
    const all = await eventsOf(client, workflowId, runId);
    const kinds: Record<string, number> = {};
    for (const event of all) {
      const [name = ''] = Object.entries(event).find(([key, value]) => key.endsWith('Attributes') && value) ?? [];
      const kind = name.replace(/EventAttributes$/, '');
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    figures.push({
      events: all.length,
      activities: kinds['activityTaskScheduled'] ?? 0,
      bytes: Number((await client.workflow.getHandle(workflowId, runId).describe()).historySize ?? 0),
      spanMs: tsToMs(all.at(-1)?.eventTime) - tsToMs(all[0]?.eventTime),
      kinds,
    });
    runId = all.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? null;
  }
  return figures;
}

async function eventsOf(client: Client, workflowId: string, runId: string): Promise<HistoryEvent[]> {
  return (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
