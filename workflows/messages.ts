import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { COMMANDS, type Command, type CommandRequest } from '../src/domain/decision.js';
import { GROUP_COMMANDS, type GroupState } from '../src/domain/group-state.js';
import type { ImpactState } from '../src/domain/impact-state.js';
import type { Enqueued, QueueState } from '../src/domain/queue-state.js';
import type { RolloutStart } from '../src/domain/rollout-start.js';
import type { RolloutState } from '../src/domain/rollout-state.js';

/** The whole view of a rollout. */
export const stateQuery = defineQuery<RolloutState>('state');

/** Commands that are answered: refused by a validator, without leaving a trace in the history, or accepted. */
export const commandUpdates = forEach((name) => defineUpdate<RolloutState, [CommandRequest]>(name));

/** What a monitoring system says; `Alert`, checked when it comes. Only ever stops or holds. */
export const alertSignal = defineSignal<[unknown]>('alert');

function forEach<Definition>(define: (name: Command) => Definition): Record<Command, Definition> {
  return forEachOf(COMMANDS, define);
}

function forEachOf<Name extends string, Definition>(
  names: readonly Name[],
  define: (name: Name) => Definition,
): Record<Name, Definition> {
  return Object.fromEntries(names.map((name) => [name, define(name)])) as Record<Name, Definition>;
}

/** The view of an impact analysis. */
export const impactQuery = defineQuery<ImpactState>('state');
/** The same, by the name that people try first. */
export const impactNamedQuery = defineQuery<ImpactState>('impact');

/** A rollout that is to wait for its turn. */
export interface EnqueueRequest {
  readonly start: RolloutStart;
  /** Set: what runs is asked to give way with this, and what waited before is dropped. */
  readonly supersede?: CommandRequest;
}

/** What waits for a service. */
export const queueQuery = defineQuery<QueueState>('queue');
export const enqueueUpdate = defineUpdate<Enqueued, [EnqueueRequest]>('enqueue');
/** Takes a rollout out of the queue, by its id. */
export const dequeueUpdate = defineUpdate<void, [string]>('dequeue');

/** The whole view of a group. */
export const groupQuery = defineQuery<GroupState>('state');
export const groupUpdates = forEachOf(GROUP_COMMANDS, (name) => defineUpdate<GroupState, [CommandRequest]>(name));
export const groupSignals = forEachOf(GROUP_COMMANDS, (name) => defineSignal<[Partial<CommandRequest>?]>(name));
/** A member tells its group that its candidate serves all, by its rollout's id. */
export const memberCutOverSignal = defineSignal<[string]>('memberCutOver');
