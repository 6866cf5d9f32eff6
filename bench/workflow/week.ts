import type { Client } from '@temporalio/client';
import { startRollout } from '../../src/client/start-rollout.js';
import type { BenchWorker } from './bench-worker.js';
import { type RunFigures, runsOf, sum } from './histories.js';
import { benchSpec } from './specs.js';

/** 7 days in windows of 5 minutes, ten ticks of 30 s each. */
export const WEEK = { windows: 2016, ticks: 20_160 } as const;

export interface Week {
  readonly runs: readonly RunFigures[];
  readonly seconds: number;
  /** Of the worker, after a warm-up, and at even distances from there to the end. */
  readonly memoryMb: readonly number[];
}

/** A week at one weight: each window is one activity, which here is over at once. */
export async function measureWeek(client: Client, worker: BenchWorker, windows: number): Promise<Week> {
  const every = Math.floor(windows / 8);
  const memoryMb: number[] = [];
  worker.onEvent((event) => {
    if (event.kind === 'window' && event.count % every === 0) memoryMb.push(worker.memoryMb());
  });
  const spec = benchSpec(`week-${windows}`, [{ setWeight: 10, bake: '1ms', maxDuration: '30d' }]);
  const from = performance.now();
  const { workflowId, runId } = await startRollout(client, spec, 'bench', { taskQueue: 'rollouts' });
  await client.workflow.getHandle(workflowId).result();
  const seconds = (performance.now() - from) / 1000;
  return { runs: await runsOf(client, workflowId, runId ?? ''), seconds, memoryMb };
}

/** As many activities of a workflow that decides nothing. */
export async function measureBareWeek(client: Client, activities: number, payload: unknown) {
  const pairs = Math.round(activities / 2);
  const from = performance.now();
  const handle = await client.workflow.start('bare', {
    taskQueue: 'bare',
    workflowId: `bare-week-${pairs}`,
    args: [{ pairs, payload }],
  });
  await handle.executeUpdate('go', { args: ['bench'] });
  await handle.result();
  const seconds = (performance.now() - from) / 1000;
  return { runs: await runsOf(client, handle.workflowId, handle.firstExecutionRunId), seconds };
}

export function eventsOf(runs: readonly RunFigures[]): number {
  return sum(runs.map(({ events }) => events));
}

export function activitiesOf(runs: readonly RunFigures[]): number {
  return sum(runs.map(({ activities }) => activities));
}
