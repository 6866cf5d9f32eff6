import { sendCommand } from '../../client/send-command.js';
import type { Command } from '../../domain/decision.js';
import { withTemporal } from '../with-temporal.js';

export interface DecideOptions {
  readonly actor: string;
  readonly reason: string;
  readonly decisionId?: string;
  readonly output: string;
}

export async function decide(command: Command, service: string, { output, ...request }: DecideOptions): Promise<void> {
  const state = await withTemporal(({ client }) => sendCommand(client, service, command, request));
  if (output === 'json') process.stdout.write(`${JSON.stringify(state)}\n`);
  else process.stdout.write(`${command} accepted: ${state.rolloutId} in phase ${state.phase}\n`);
}
