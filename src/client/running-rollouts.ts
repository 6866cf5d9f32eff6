import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { BEING_STOPPED } from '../domain/commands.js';
import { SluiceError } from '../domain/errors.js';
import { hasEnded, type RolloutState } from '../domain/rollout-state.js';
import type { RunningRollouts } from '../ports/running-rollouts.js';
import { launchRollout, newestRollout } from './launch-rollout.js';
import { sendCommand } from './send-command.js';
import { workflowIdOf } from './workflow-ids.js';

/** Rollouts on Temporal, for activities. @param client over the worker's own connection */
export function createRunningRollouts(client: Client): RunningRollouts {
  return {
    async start(start, taskQueue) {
      const newest = await newestRollout(client, start.spec.service);
      // An attempt before this one may have started it without being heard.
      if (newest?.rolloutId === start.rolloutId) return newest.runId;
      return launchRollout(client, start, taskQueue).catch((error: unknown) => {
        if (error instanceof SluiceError && error.code === 'ROLLOUT_CONFLICT') return null;
        throw error;
      });
    },

    async untilIdle(service, signal) {
      const ended = () => client.workflow.getHandle(workflowIdOf(service)).result();
      await client.withAbortSignal(signal, ended).catch((error: unknown) => {
        // However it ended, it runs no more.
        if (!(error instanceof WorkflowFailedError) && !(error instanceof WorkflowNotFoundError)) throw error;
      });
    },

    async askToGiveWay(service, request) {
      try {
        await sendCommand(client, service, 'supersede', request);
        return true;
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        if (error.code === 'NOT_FOUND') return false;
        if (error.code !== 'COMMAND_REFUSED') throw error;
        // Somebody else was sooner: it gives way to whoever comes next as well.
        if (error.message.includes(BEING_STOPPED) || (await isEnding(client, service))) return true;
        throw error;
      }
    },
  };
}

/** Whether what runs is over and only writes its last lines. */
async function isEnding(client: Client, service: string): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowIdOf(service));
  const { status } = await handle.query<RolloutState>('state');
  return hasEnded(status);
}
