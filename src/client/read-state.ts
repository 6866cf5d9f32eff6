import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import axios from 'axios';
import type { rollout } from '../../workflows/index.js';
import type { RolloutPage } from '../api/schema/rollout.js';
import { readConfig } from '../config.js';
import { describeError, SluiceError } from '../domain/errors.js';
import type { ImpactState } from '../domain/impact-state.js';
import { hasEnded, type RolloutState, withAllPhases } from '../domain/rollout-state.js';
import { isDeadline } from './deadline.js';
import { impactWorkflowIdOf, workflowIdOf } from './workflow-ids.js';

const QUERY_TIMEOUT_MS = 5000;

/** A rollout's view, where it came from, and its run in Temporal. */
export interface ReadState {
  readonly state: RolloutState;
  /** `store`: as it was when last recorded, because no worker answers. */
  readonly source: 'workflow' | 'store';
  readonly runId: string | null;
}

/**
 * The newest rollout of a service.
 * @param apiUrl asked when no worker answers
 * @throws {SluiceError} NOT_FOUND | NO_WORKER | TEMPORAL_UNAVAILABLE
 */
export async function readState(client: Client, service: string, apiUrl: string): Promise<ReadState> {
  try {
    return { ...(await queryState(client, service)), source: 'workflow' };
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'NO_WORKER') throw error;
    return { state: await readFromStore(service, apiUrl), source: 'store', runId: null };
  }
}

/**
 * What the workflow itself says.
 * @throws {SluiceError} NOT_FOUND | NO_WORKER where nobody answers in time | TEMPORAL_UNAVAILABLE
 */
export async function queryState(client: Client, service: string): Promise<Pick<ReadState, 'state' | 'runId'>> {
  try {
    return await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, async () => {
      const handle = client.workflow.getHandle<typeof rollout>(workflowIdOf(service));
      const { status, runId } = await handle.describe();
      // An ended workflow's result needs no worker.
      const state = status.name === 'COMPLETED' ? await handle.result() : await handle.query<RolloutState>('state');
      return { state: withAllPhases(state), runId };
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new SluiceError('NOT_FOUND', `no rollout of ${service} was ever started`, { cause: error });
    if (!isDeadline(error)) throw new SluiceError('TEMPORAL_UNAVAILABLE', describeError(error), { cause: error });
    throw new SluiceError('NO_WORKER', `no worker answers within ${QUERY_TIMEOUT_MS / 1000} s`, { cause: error });
  }
}

async function readFromStore(service: string, apiUrl: string): Promise<RolloutState> {
  const { apiToken } = readConfig();
  const options = {
    timeout: QUERY_TIMEOUT_MS,
    proxy: false as const,
    ...(apiToken === null ? {} : { headers: { authorization: `Bearer ${apiToken}` } }),
  };
  try {
    const { data } = await axios.get<RolloutPage>(`${apiUrl}/v1/rollouts`, {
      ...options,
      params: { service, limit: 1 },
    });
    const newest = data.items[0];
    if (!newest) throw new Error('it knows of no rollout');
    return (await axios.get<RolloutState>(`${apiUrl}/v1/rollouts/${newest.rolloutId}`, options)).data;
  } catch (error) {
    throw new SluiceError(
      'NO_WORKER',
      `no worker answered within ${QUERY_TIMEOUT_MS / 1000} s (sluice worker), and the api at ${apiUrl} can't help: ${describeError(error)}`,
    );
  }
}

/** The impact analysis of a rollout; null where there is none (yet) or no worker answers. */
export async function readImpact(client: Client, { service, rolloutId }: RolloutState): Promise<ImpactState | null> {
  const handle = client.workflow.getHandle(impactWorkflowIdOf(service, rolloutId));
  return client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query<ImpactState>('state')).catch(() => null);
}

/**
 * Follows a rollout, calling `onChange` for each new revision, until it ends.
 * @throws {SluiceError} TIMEOUT after `timeoutMs`
 */
export async function followRollout(
  client: Client,
  service: string,
  apiUrl: string,
  options: { timeoutMs: number; intervalMs?: number; onChange: (state: RolloutState) => void },
): Promise<RolloutState> {
  const deadline = performance.now() + options.timeoutMs;
  let seen = '';
  for (;;) {
    const { state } = await readState(client, service, apiUrl);
    const version = `${state.rolloutId}/${state.revision}`;
    if (version !== seen) options.onChange(state);
    seen = version;
    if (hasEnded(state.status)) return state;
    if (performance.now() > deadline)
      throw new SluiceError(
        'TIMEOUT',
        `${state.rolloutId} is still ${state.status} in phase ${state.phase} after ${options.timeoutMs} ms`,
      );
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 500));
  }
}
