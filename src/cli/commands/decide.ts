import { artifactsOnTrial } from '../../client/artifacts-on-trial.js';
import { sendCommand } from '../../client/send-command.js';
import type { Command, CommandRequest } from '../../domain/decision.js';
import { environmentSigner } from '../../identity/private-key.js';
import { withTemporal } from '../with-temporal.js';

export interface DecideOptions {
  readonly actor?: string;
  readonly reason: string;
  readonly decisionId?: string;
  /** Milliseconds. */
  readonly for?: number;
  readonly full?: boolean;
  /** A weight, a step counted from 1, or a name, as the command has it. */
  readonly to?: number | string;
  /** Of `approve`: the candidate's artifact. */
  readonly digest?: string;
  readonly output: string;
}

export async function decide(name: Command, service: string, options: DecideOptions): Promise<void> {
  const { output, full, for: forMs, to, digest, ...request } = options;
  const command = full === true ? 'promote-full' : name;
  const signer = await environmentSigner();
  const actor = options.actor ?? (signer === null ? (process.env['USER'] ?? 'unknown') : undefined);
  const asked = { ...request, actor, ...(forMs === undefined ? {} : { forMs }), ...target(name, to) };
  const state = await withTemporal(async ({ client }) => {
    const artifacts = command === 'approve' ? await artifactsOnTrial(client, service, digest) : {};
    return sendCommand(client, service, command, { ...asked, ...artifacts }, signer);
  });
  if (output === 'json') process.stdout.write(`${JSON.stringify(state)}\n`);
  else process.stdout.write(`${command} accepted: ${state.rolloutId} in phase ${state.phase}\n`);
}

function target(name: Command, to: number | string | undefined): Pick<CommandRequest, 'weightPercent' | 'step' | 'to'> {
  if (to === undefined) return {};
  if (name === 'set-weight') return { weightPercent: Number(to) };
  return name === 'jump' ? { step: Number(to) - 1 } : { to: String(to) };
}
