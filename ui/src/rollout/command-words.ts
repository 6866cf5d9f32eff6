import type { CommandName, RolloutDetail } from '../data/types.js';
import { percent } from '../format.js';

export interface CommandWords {
  readonly label: string;
  /** What will come of it, before somebody says yes. */
  readonly consequence: (rollout: RolloutDetail) => string;
  readonly needsReason: boolean;
  /** What else has to be said. */
  readonly field?: CommandField;
}

export interface CommandField {
  readonly name: 'forMs' | 'weightPercent' | 'step' | 'to';
  readonly label: string;
  readonly isOptional?: boolean;
}

const back = ({ candidate, weightPercent, baseline }: RolloutDetail) =>
  `${candidate} goes from ${percent(weightPercent)} to 0 % at once; ${baseline} serves everybody.`;

export const COMMAND_WORDS: Readonly<Record<CommandName, CommandWords>> = {
  approve: {
    label: 'Approve',
    consequence: ({ candidate, weightPercent }) =>
      `You approve what you see: ${candidate} at ${percent(weightPercent)} with the evidence above. Should the evidence change before it is enough, your approval is void.`,
    needsReason: false,
  },
  reject: { label: 'Reject', consequence: (rollout) => `The rollout ends. ${back(rollout)}`, needsReason: true },
  delegate: {
    label: 'Delegate',
    consequence: () => 'Somebody else may approve in your place; you no longer may.',
    needsReason: false,
    field: { name: 'to', label: 'Who may approve in your place' },
  },
  pause: {
    label: 'Pause',
    consequence: ({ weightPercent }) =>
      `The weight stays at ${percent(weightPercent)} until somebody resumes. Guardrails go on, and can still roll back.`,
    needsReason: false,
    field: { name: 'forMs', label: 'Minutes until it goes on by itself', isOptional: true },
  },
  resume: { label: 'Resume', consequence: () => 'The rollout goes on from where it was paused.', needsReason: false },
  promote: {
    label: 'Promote',
    consequence: () => 'The wait in progress is over; the next step begins.',
    needsReason: false,
  },
  'promote-full': {
    label: 'Promote in full',
    consequence: ({ candidate }) =>
      `All steps before the cutover are left out; ${candidate} serves everybody once the cutover’s own conditions are met.`,
    needsReason: true,
  },
  extend: {
    label: 'Extend the wait',
    consequence: () => 'The wait in progress takes longer.',
    needsReason: false,
    field: { name: 'forMs', label: 'Minutes longer' },
  },
  'set-weight': {
    label: 'Set the weight',
    consequence: () => 'The weight holds until the next step. It can not go over the next approval.',
    needsReason: false,
    field: { name: 'weightPercent', label: 'Weight in percent' },
  },
  jump: {
    label: 'Jump to a step',
    consequence: () => 'The canary goes on at that step; what is between is left out.',
    needsReason: false,
    field: { name: 'step', label: 'Step, counted from 1' },
  },
  abort: { label: 'Abort', consequence: (rollout) => `The rollout ends. ${back(rollout)}`, needsReason: true },
  rollback: {
    label: 'Roll back',
    consequence: (rollout) => `The rollout ends and goes back as its spec says. ${back(rollout)}`,
    needsReason: true,
  },
  retry: {
    label: 'Retry',
    consequence: ({ candidate }) => `A new rollout of ${candidate} begins by the same spec.`,
    needsReason: false,
  },
  'set-owner': {
    label: 'Hand over',
    consequence: () => 'The rollout gets another owner.',
    needsReason: false,
    field: { name: 'to', label: 'The new owner' },
  },
  'break-glass': {
    label: 'Break the freeze',
    consequence: () => 'The rollout goes on in spite of the freeze. It is recorded, with your name.',
    needsReason: true,
  },
  force: {
    label: 'Force a rollback',
    consequence: ({ service }) =>
      `Gateways are told directly what serves ${service}, past the workflow. For when no worker can.`,
    needsReason: true,
    field: { name: 'to', label: 'The version that is to serve', isOptional: true },
  },
};
