import type { SeenDigests } from './rollout-models.js';
import type { Evidence } from './verdict.js';

export const COMMANDS = [
  'approve',
  'reject',
  'pause',
  'resume',
  'abort',
  'rollback',
  'promote',
  'promote-full',
  'extend',
  'set-weight',
  'jump',
  'set-owner',
  'delegate',
  'supersede',
  'break-glass',
] as const;
export type Command = (typeof COMMANDS)[number];

/** What a person or a machine asks of a running rollout. The id makes a repeat harmless. */
export interface CommandRequest {
  readonly decisionId: string;
  readonly actor: string;
  readonly reason: string;
  /** For `pause`: until it ends by itself; for `extend`: how much longer. Milliseconds. */
  readonly forMs?: number;
  /** For `set-weight`: percent of units, above 0, in steps of 0.01. */
  readonly weightPercent?: number;
  /** For `jump`: which canary step, counted from 0. */
  readonly step?: number;
  /** For `set-owner`: the new owner; for `delegate`: who may approve in the actor's place; for `supersede`: the newer rollout. */
  readonly to?: string;
  /** For `approve`: digests of the artifacts that the approver had before them. Others than those on trial are refused. */
  readonly artifacts?: SeenDigests;
  /** A compact JWS over all of the above: who really asks. */
  readonly statement?: string;
}

/** How a command came in: an update is answered, a signal (Temporal CLI, Web UI) is not. */
export type CommandSource = 'update' | 'signal';

/** A command that was accepted, with how and when it came. */
export interface ReceivedCommand extends Omit<CommandRequest, 'statement'> {
  readonly command: Command;
  /** Who was proven to ask; absent where the actor is as given. */
  readonly subject?: string;
  readonly source: CommandSource;
  readonly at: string;
}

/** One line of the decision ledger: who or what decided, when, on which numbers. Never changed once written. */
export interface Decision {
  readonly rolloutId: string;
  /** Integer >= 1, in the order the workflow decided; with the rollout id it is the key. */
  readonly sequence: number;
  readonly at: string;
  /** A command, or what the workflow did of itself. */
  readonly action:
    | Command
    | 'start'
    | 'advance'
    | 'hold'
    | 'remind'
    | 'escalate'
    | 'void'
    | 'alert'
    | 'drill'
    | 'check'
    | 'hook'
    | 'cleanup'
    | 'registry'
    | 'scaling'
    | 'plan'
    | 'fail'
    | 'impact';
  /** A person's name, or `sluice` where a rule decided. */
  readonly actor: string;
  /** The actor has proven to be this; absent where the name is as given. */
  readonly subject?: string;
  /** `client`: whoever started the rollout. */
  readonly source: CommandSource | 'client' | 'rule';
  readonly phase: string;
  readonly weightPercent: number;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}
