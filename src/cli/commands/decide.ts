import { sendCommand } from '../../client/send-command.js';
import type { Command } from '../../domain/decision.js';
import { withTemporal } from '../with-temporal.js';

export interface DecideOptions {
  readonly actor: string;
  readonly reason: string;
  readonly decisionId?: string;
  /** Milliseconds. */
  readonly for?: number;
  readonly full?: boolean;
  readonly output: string;
}

export async function decide(name: Command, service: string, options: DecideOptions): Promise<void> {
  const { output, full, for: forMs, ...request } = options;
  const command = full === true ? 'promote-full' : name;
  const asked = { ...request, ...(forMs === undefined ? {} : { forMs }) };
  const state = await withTemporal(({ client }) => sendCommand(client, service, command, asked));
  if (output === 'json') process.stdout.write(`${JSON.stringify(state)}\n`);
  else process.stdout.write(`${command} accepted: ${state.rolloutId} in phase ${state.phase}\n`);
}
