import type { Client } from '@temporalio/client';
import { startRollout } from '../../src/client/start-rollout.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { BenchWorker } from './bench-worker.js';
import { approveRollout } from './crowd.js';
import { type RunFigures, runsOf } from './histories.js';
import { benchSpec } from './specs.js';

/** Some workflows from start to end, all at once. */
export interface Round {
  /** Until the last one is through. */
  readonly ms: number;
  readonly runs: readonly RunFigures[];
}

/** Rollouts with two weights and one approval, given as soon as it is asked for. @returns also the last view of one, as the size of a payload */
export async function roundOfRollouts(
  client: Client,
  worker: BenchWorker,
  size: number,
  round: number,
): Promise<Round & { state: RolloutState }> {
  const answered = new Set<string>();
  const approvals: Promise<unknown>[] = [];
  worker.onEvent(({ kind, service }) => {
    if (kind !== 'waits' || !service.startsWith(`short-${round}-`) || answered.has(service)) return;
    answered.add(service);
    approvals.push(approveRollout(client, service));
  });
  const from = performance.now();
  const started = await Promise.all(
    Array.from({ length: size }, (_, i) =>
      startRollout(client, shortSpec(`short-${round}-${i}`), 'bench', { taskQueue: 'rollouts' }),
    ),
  );
  const states = await Promise.all(
    started.map(({ workflowId }) => client.workflow.getHandle(workflowId).result() as Promise<RolloutState>),
  );
  const ms = performance.now() - from;
  await Promise.all(approvals);
  const [one] = started;
  const runs = await runsOf(client, one?.workflowId ?? '', one?.runId ?? '');
  return { ms, runs, state: states[0] as RolloutState };
}

function shortSpec(service: string) {
  return benchSpec(service, [
    { setWeight: 10, bake: '1ms', maxDuration: '1h' },
    { pause: { approval: {} } },
    { setWeight: 50, bake: '1ms', maxDuration: '1h' },
  ]);
}

/** Bare workflows with as many activities and one update. */
export async function roundOfBare(
  client: Client,
  size: number,
  round: number,
  { activities, payload }: { activities: number; payload: unknown },
): Promise<Round> {
  const pairs = Math.round(activities / 2);
  const from = performance.now();
  const handles = await Promise.all(
    Array.from({ length: size }, (_, i) =>
      client.workflow.start('bare', {
        taskQueue: 'bare',
        workflowId: `bare-${round}-${i}`,
        args: [{ pairs, payload }],
      }),
    ),
  );
  await Promise.all(
    handles.map(async (handle) => {
      await handle.executeUpdate('go', { args: ['bench'] });
      await handle.result();
    }),
  );
  const ms = performance.now() - from;
  const [one] = handles;
  return { ms, runs: await runsOf(client, one?.workflowId ?? '', one?.firstExecutionRunId ?? '') };
}
