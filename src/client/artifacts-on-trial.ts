import type { Client } from '@temporalio/client';
import { artifactsSeen, type SeenDigests } from '../domain/rollout-models.js';
import type { RolloutState } from '../domain/rollout-state.js';
import { workflowIdOf } from './workflow-ids.js';

const QUERY_TIMEOUT_MS = 5000;

/**
 * What an approver has before them: digests of the artifacts on trial, to be sent (and signed) with the approval.
 * @param candidate the digest that the approver means; by default the one that the rollout shows
 * @returns nothing where no digest is known; a rollout that does not answer is left to the command itself
 */
export async function artifactsOnTrial(
  client: Client,
  service: string,
  candidate?: string,
): Promise<{ readonly artifacts?: SeenDigests }> {
  const handle = client.workflow.getHandle(workflowIdOf(service));
  const asked = () => handle.query<RolloutState>('state');
  const state = await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, asked).catch(() => null);
  return artifactsSeen(state?.models, { candidate });
}
