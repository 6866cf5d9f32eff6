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
] as const;
export type Command = (typeof COMMANDS)[number];

/** What a person or a machine asks of a running rollout. The id makes a repeat harmless. */
export interface CommandRequest {
  readonly decisionId: string;
  readonly actor: string;
  readonly reason: string;
  /** For `pause`: until it ends by itself; for `extend`: how much longer. Milliseconds. */
  readonly forMs?: number;
}

/** How a command came in: an update is answered, a signal (Temporal CLI, Web UI) is not. */
export type CommandSource = 'update' | 'signal';

/** A command that was accepted, with how and when it came. */
export interface ReceivedCommand extends CommandRequest {
  readonly command: Command;
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
    | 'set-weight'
    | 'hold'
    | 'remind'
    | 'escalate'
    | 'void'
    | 'promote'
    | 'fail'
    | 'impact';
  /** A person's name, or `sluice` where a rule decided. */
  readonly actor: string;
  /** `client`: whoever started the rollout. */
  readonly source: CommandSource | 'client' | 'rule';
  readonly phase: string;
  readonly weightPercent: number;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
}
