import { sendCommand } from '../../src/client/send-command.js';
import type { RolloutStatus } from '../../src/domain/rollout-state.js';
import type { RolloutSpec, RolloutSpecInput } from '../../src/domain/spec/rollout-spec.js';
import type { Stage, World } from '../workflow/harness.js';

export type Started = Awaited<ReturnType<Stage['start']>>;

/** One course that a rollout can take, with its ending. Each has a recorded history. */
export interface Scenario {
  readonly name: string;
  readonly ending: RolloutStatus;
  readonly phases?: Partial<RolloutSpecInput['phases']>;
  /** What else of the spec it takes. */
  readonly others?: Partial<RolloutSpec>;
  readonly prepare?: (world: World) => void;
  readonly drive?: (context: { stage: Stage; world: World; service: string; rollout: Started }) => Promise<unknown>;
}

export const waiting = (rollout: Started) => rollout.until((state) => state.status === 'waiting');

/** Waits until the rollout waits for somebody, and gives it the command. */
export const command =
  (name: Parameters<typeof sendCommand>[2]) =>
  async ({ stage, service, rollout }: { stage: Stage; service: string; rollout: Started }) => {
    await waiting(rollout);
    await sendCommand(stage.temporal.client, service, name, { actor: 'bob', reason: 'because' });
  };
