import { approvalRefusal, isNamed } from './approval.js';
import type { Command, CommandRequest } from './decision.js';
import type { Identity } from './identity.js';
import { jumpRefusal, weightRefusal } from './moves.js';
import { digestRefusal } from './rollout-models.js';
import { hasEnded, type RolloutState } from './rollout-state.js';
import type { RolloutSpec } from './spec/rollout-spec.js';

/** In the refusal of whatever comes while a rollout goes back. */
export const BEING_STOPPED = 'is being stopped';

/** What a command must bring besides who, why and its id. */
export const COMMAND_FIELDS: Readonly<Partial<Record<Command, 'forMs' | 'weightPercent' | 'step' | 'to'>>> = {
  extend: 'forMs',
  'set-weight': 'weightPercent',
  jump: 'step',
  'set-owner': 'to',
  delegate: 'to',
  supersede: 'to',
};

/** What somebody asks of a rollout. */
export interface Asked {
  readonly command: Command;
  readonly request: Omit<CommandRequest, 'decisionId' | 'statement'>;
  /** Null: nobody has proven who asks; the actor's name is as given, and has no roles. */
  readonly identity: Identity | null;
}

/** Why a rollout can't take a command now, naming the phase; null where it can. Reads the state only. */
export function refusal(state: RolloutState, spec: RolloutSpec, asked: Asked): string | null {
  const where = `rollout ${state.rolloutId} is ${state.status} in phase ${state.phase}`;
  const { command } = asked;
  if (hasEnded(state.status)) return `cannot ${command}: ${where}`;
  return refusedBy(state, spec, asked, where);
}

function refusedBy(state: RolloutState, spec: RolloutSpec, asked: Asked, where: string): string | null {
  const { command, request } = asked;
  const decided = state.phases.cutover.status === 'running' && state.weightPercent === 100;
  switch (command) {
    case 'approve':
      if (!isAsking(state)) return `nothing waits for an approval: ${where}`;
      return approveRefusal(state, asked);
    case 'reject':
      return isAsking(state) ? null : `nothing waits for an approval: ${where}`;
    case 'delegate':
      return delegationRefusal(state, asked, where);
    case 'pause':
      if (decided) return `cannot pause after the cutover: ${where}`;
      return state.paused === null ? null : `already paused by ${state.paused.actor}: ${where}`;
    case 'resume':
      return state.paused === null ? `cannot resume, it is not paused: ${where}` : null;
    case 'abort':
    case 'rollback':
    case 'supersede':
    case 'set-owner':
      return null;
    case 'promote':
      if (state.waiting?.kind === 'approval') return `an approval is waited for, which is given by approve: ${where}`;
      return isGate(state) || state.waiting?.kind === 'hold' ? null : `there is no gate to promote: ${where}`;
    case 'promote-full':
      if (state.phases.validation.status !== 'passed') return `nothing is promoted before its validation: ${where}`;
      if (state.phases.cutover.status !== 'pending') return `all gates before the cutover are passed: ${where}`;
      return rightRefusal(spec, 'promoteFull', 'promote in full', asked);
    case 'extend':
      return isGate(state) && state.waiting?.until ? null : `no time runs that could be extended: ${where}`;
    case 'break-glass':
      if (state.waiting?.kind !== 'freeze') return `no freeze holds it: ${where}`;
      if (request.reason.trim() === '') return 'breaking a freeze needs a reason';
      return rightRefusal(spec, 'breakGlass', 'break a freeze', asked);
    case 'jump':
      return isMovable(state)
        ? jumpRefusal(spec.phases.canary.steps, state.step, request.step ?? -1)
        : `only a canary can be moved: ${where}`;
    case 'set-weight':
      return isMovable(state)
        ? weightRefusal(spec.phases.canary.steps, state.step, request.weightPercent ?? Number.NaN)
        : `only a canary can be moved: ${where}`;
  }
}

/** Who asks, for rules that name people and roles. */
function person({ request, identity }: Asked): Identity {
  return identity ?? { subject: request.actor, roles: [] };
}

function approveRefusal({ approval, models }: RolloutState, asked: Asked): string | null {
  const other = digestRefusal(models, asked.request.artifacts);
  if (other !== null) return `this approval can't be taken: ${other}`;
  return approval ? approvalRefusal(approval, person(asked)) : null;
}

function delegationRefusal(state: RolloutState, asked: Asked, where: string): string | null {
  const { approval } = state;
  if (!approval) return `no approval by rule is waited for: ${where}`;
  const { to = '' } = asked.request;
  if (to === person(asked).subject) return `${to} can not delegate to itself`;
  if (approval.author === to) return `${to} started this rollout; four eyes ask for somebody else`;
  return approvalRefusal(approval, person(asked));
}

function rightRefusal(
  spec: RolloutSpec,
  right: 'promoteFull' | 'breakGlass',
  words: string,
  asked: Asked,
): string | null {
  const who = person(asked);
  return isNamed(spec.rights?.[right] ?? [], who)
    ? null
    : `${who.subject} has no right to ${words} (rights.${right} of the spec)`;
}

/** Whether it stands at a weight that a person may change. */
function isMovable({ phases, step, waiting }: RolloutState): boolean {
  return phases.canary.status === 'running' && step !== null && waiting !== null;
}

/** Whether it waits for time or evidence, which a person may cut short or stretch. */
function isGate({ waiting }: RolloutState): boolean {
  return waiting !== null && (waiting.kind === 'delay' || waiting.kind === 'bake' || waiting.kind === 'samples');
}

/** Whether a person is asked for a yes or no. */
export function isAsking(state: RolloutState): boolean {
  return state.waiting !== null && (state.waiting.kind === 'approval' || state.waiting.kind === 'hold');
}
