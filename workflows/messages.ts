import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { COMMANDS, type Command, type CommandRequest } from '../src/domain/decision.js';
import type { ImpactState } from '../src/domain/impact-state.js';
import type { RolloutState } from '../src/domain/rollout-state.js';

/** The whole view of a rollout. */
export const stateQuery = defineQuery<RolloutState>('state');

/** Commands that are answered: refused by a validator, without leaving a trace in the history, or accepted. */
export const commandUpdates = forEach((name) => defineUpdate<RolloutState, [CommandRequest]>(name));

/** The same commands as signals, for the Temporal CLI and the Web UI: never answered; one that can't be taken is ignored. */
export const commandSignals = forEach((name) => defineSignal<[Partial<CommandRequest>?]>(name));

function forEach<Definition>(define: (name: Command) => Definition): Record<Command, Definition> {
  return Object.fromEntries(COMMANDS.map((name) => [name, define(name)])) as Record<Command, Definition>;
}

/** The view of an impact analysis. */
export const impactQuery = defineQuery<ImpactState>('state');
