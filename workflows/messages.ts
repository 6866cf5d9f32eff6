import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Command, CommandRequest } from '../src/domain/decision.js';
import type { ImpactState } from '../src/domain/impact-state.js';
import type { RolloutState } from '../src/domain/rollout-state.js';

/** The whole view of a rollout. */
export const stateQuery = defineQuery<RolloutState>('state');

/** Commands that are answered: refused by a validator, without leaving a trace in the history, or accepted. */
export const commandUpdates = {
  approve: defineUpdate<RolloutState, [CommandRequest]>('approve'),
  reject: defineUpdate<RolloutState, [CommandRequest]>('reject'),
  pause: defineUpdate<RolloutState, [CommandRequest]>('pause'),
  resume: defineUpdate<RolloutState, [CommandRequest]>('resume'),
  abort: defineUpdate<RolloutState, [CommandRequest]>('abort'),
  rollback: defineUpdate<RolloutState, [CommandRequest]>('rollback'),
  promote: defineUpdate<RolloutState, [CommandRequest]>('promote'),
  'promote-full': defineUpdate<RolloutState, [CommandRequest]>('promote-full'),
  extend: defineUpdate<RolloutState, [CommandRequest]>('extend'),
} as const satisfies Record<Command, unknown>;

/** The same commands as signals, for the Temporal CLI and the Web UI: never answered; one that can't be taken is ignored. */
export const commandSignals = {
  approve: defineSignal<[Partial<CommandRequest>?]>('approve'),
  reject: defineSignal<[Partial<CommandRequest>?]>('reject'),
  pause: defineSignal<[Partial<CommandRequest>?]>('pause'),
  resume: defineSignal<[Partial<CommandRequest>?]>('resume'),
  abort: defineSignal<[Partial<CommandRequest>?]>('abort'),
  rollback: defineSignal<[Partial<CommandRequest>?]>('rollback'),
  promote: defineSignal<[Partial<CommandRequest>?]>('promote'),
  'promote-full': defineSignal<[Partial<CommandRequest>?]>('promote-full'),
  extend: defineSignal<[Partial<CommandRequest>?]>('extend'),
} as const satisfies Record<Command, unknown>;

/** The view of an impact analysis. */
export const impactQuery = defineQuery<ImpactState>('state');
