import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { ApiClient } from '../client/api-client.js';
import { listRollouts } from '../client/list-rollouts.js';
import { reading } from '../client/reading.js';
import { workflowIdOf } from '../client/workflow-ids.js';
import type { RolloutState } from '../domain/rollout-state.js';
import { connectTemporal, type TemporalLink, type TemporalSettings } from '../temporal/connection.js';
import type { RunningRollout, TaskQueueFacts, TemporalFacts } from './facts.js';

/** A service has one rollout at most; beyond this many, `--service` looks at one. */
const MOST_ROLLOUTS = 500;
/** Workflow tasks: what a rollout needs before anything else. */
const { TASK_QUEUE_TYPE_WORKFLOW } = proto.temporal.api.enums.v1.TaskQueueType;

export interface TemporalReader {
  readonly settings: TemporalSettings;
  readonly api: ApiClient;
  /** Of the connection, and of all that is asked but the workflows themselves. */
  readonly timeoutMs: number;
}

/**
 * The rollouts that run. Visibility lags behind, so each is described; so are services that visibility does not name, but somebody exposes.
 * @param exposed services to look at in any case
 * @param only this service alone
 * @throws when Temporal can't be asked within the deadline
 */
export async function readTemporal(
  { settings, api, timeoutMs }: TemporalReader,
  exposed: Promise<readonly string[]>,
  only?: string,
): Promise<TemporalFacts> {
  const link = await connectTemporal(settings, timeoutMs);
  try {
    return await link.client.withDeadline(Date.now() + 2 * timeoutMs, async () => {
      const services = only === undefined ? [...(await runningServices(link.client)), ...(await exposed)] : [only];
      const described = await Promise.all(
        [...new Set(services)].map((service) => describeRollout(link.client, service)),
      );
      const running = described.filter((one) => one !== null);
      const rollouts = await Promise.all(running.map((one) => withViews(link.client, api, timeoutMs, one)));
      const names = [...new Set(rollouts.map(({ taskQueue }) => taskQueue))];
      return { rollouts, taskQueues: await Promise.all(names.map((name) => describeTaskQueue(link, name))) };
    });
  } finally {
    await link.close();
  }
}

async function runningServices(client: Client): Promise<string[]> {
  const listed = await listRollouts(client, { active: true, limit: MOST_ROLLOUTS });
  return listed.map(({ service }) => service);
}

type Described = Omit<RunningRollout, 'state' | 'view'>;

/** @returns null where no rollout of the service runs */
async function describeRollout(client: Client, service: string): Promise<Described | null> {
  try {
    const { status, memo, searchAttributes, taskQueue, raw } = await client.workflow
      .getHandle(workflowIdOf(service))
      .describe();
    if (status.name !== 'RUNNING') return null;
    const [rolloutId, weight] = [memo?.['rolloutId'], searchAttributes['SluiceCandidateWeight']?.[0]];
    return {
      service,
      rolloutId: typeof rolloutId === 'string' ? rolloutId : null,
      taskQueue,
      weightPercent: typeof weight === 'number' ? weight : null,
      failing: (raw.pendingActivities ?? []).flatMap(({ activityType, attempt, lastFailure }) =>
        lastFailure
          ? [
              {
                name: activityType?.name ?? 'an activity',
                failures: (attempt ?? 1) - 1,
                error: lastFailure.message ?? '',
              },
            ]
          : [],
      ),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** What workflow and store say of it. Each may be silent: a query needs a worker, the store needs its api. */
async function withViews(
  client: Client,
  api: ApiClient,
  timeoutMs: number,
  described: Described,
): Promise<RunningRollout> {
  const { service, rolloutId } = described;
  const query = client.withDeadline(Date.now() + timeoutMs, () =>
    client.workflow.getHandle(workflowIdOf(service)).query<RolloutState>('state'),
  );
  const [state, view] = await Promise.all([
    reading(() => query),
    reading(() => (rolloutId === null ? Promise.resolve(null) : api.rollout(rolloutId))),
  ]);
  return { ...described, rolloutId: rolloutId ?? (state.kind === 'read' ? state.value.rolloutId : null), state, view };
}

async function describeTaskQueue({ connection, namespace }: TemporalLink, name: string): Promise<TaskQueueFacts> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
  });
  const seen = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  return { name, lastPollAt: seen.length === 0 ? null : new Date(Math.max(...seen)).toISOString() };
}
