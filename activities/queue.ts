import { Context } from '@temporalio/activity';
import type { CommandRequest } from '../src/domain/decision.js';
import type { RolloutStart } from '../src/domain/rollout-start.js';
import type { RunningRollouts } from '../src/ports/running-rollouts.js';
import { whileBeating } from './beating.js';

export interface QueueDeps {
  readonly rollouts: RunningRollouts;
}

/** Shorter than the activity's own time-out, so that a wait of weeks is no failure. */
const LONGEST_WAIT_MS = 11 * 3_600_000;

export const createQueueActivities = ({ rollouts }: QueueDeps) => ({
  /** Starts a rollout where the service is free. May be repeated. @returns its run, or null while another one runs */
  startIfIdle: (start: RolloutStart): Promise<string | null> => rollouts.start(start, Context.current().info.taskQueue),

  /** Waits until no rollout of the service runs, or for half a day. Cancellation ends the wait. */
  async untilIdle(service: string): Promise<void> {
    const asking = new AbortController();
    const bound = setTimeout(() => asking.abort(), LONGEST_WAIT_MS);
    const idle = rollouts.untilIdle(service, asking.signal).catch((error: unknown) => {
      if (!asking.signal.aborted) throw error;
    });
    try {
      await whileBeating(({ cancelled }) => Promise.race([idle, cancelled]));
    } finally {
      clearTimeout(bound);
      asking.abort();
    }
  },

  /** Asks the rollout that runs to give way. The request's id makes a repeat harmless. @returns whether one ran */
  askToGiveWay: (service: string, request: CommandRequest): Promise<boolean> => rollouts.askToGiveWay(service, request),
});

export type QueueActivities = ReturnType<typeof createQueueActivities>;
