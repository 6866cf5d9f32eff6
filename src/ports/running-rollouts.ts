import type { CommandRequest } from '../domain/decision.js';
import type { RolloutStart } from '../domain/rollout-start.js';

/** Rollouts as they run, each service's own. */
export interface RunningRollouts {
  /**
   * Starts a rollout; a repeat starts nothing and answers the same.
   * @param taskQueue where it waits for a worker
   * @returns its run, or null while another rollout of the service runs
   */
  start(rollout: RolloutStart, taskQueue: string): Promise<string | null>;
  /** Waits until no rollout of the service runs. @param signal ends the wait */
  untilIdle(service: string, signal: AbortSignal): Promise<void>;
  /**
   * Asks what runs to give way, and hears yes.
   * @returns whether anything ran
   * @throws {SluiceError} COMMAND_REFUSED | UNAUTHORIZED
   */
  askToGiveWay(service: string, request: CommandRequest): Promise<boolean>;
}
