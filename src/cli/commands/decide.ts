import type { CommandRequest } from '../../domain/decision.js';
import { assertMeant } from '../ask.js';
import { openControl, type PersonsCommand } from '../control/control.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';

export interface DecideOptions extends MaybeDry {
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
  /** No question whether it is meant. */
  readonly yes?: boolean;
  /** Milliseconds that an answer is waited for. */
  readonly timeout: number;
}

export async function decide(name: PersonsCommand, service: string, options: DecideOptions): Promise<void> {
  const { output, full, for: forMs, to, digest, dryRun, yes, timeout, reason, decisionId } = options;
  const command = full === true ? 'promote-full' : name;
  const control = await openControl(options.actor);
  const asked = { reason, decisionId, ...(forMs === undefined ? {} : { forMs }), ...target(name, to) };
  if (dryRun === true) {
    const artifacts = digest === undefined ? {} : { artifacts: { candidate: digest } };
    return printDryRun(
      `tell the rollout of ${service}: ${command}`,
      { service, command, ...control.person, ...asked, ...artifacts },
      output,
    );
  }
  if (yes !== true && SKIPS.includes(command))
    await assertMeant(`${command} of ${service} skips what its spec asks for. Go on?`);
  const state = await control.decide(service, command, { ...asked, digest }, timeout);
  if (output === 'json') process.stdout.write(`${JSON.stringify(state)}\n`);
  else process.stdout.write(`${command} accepted: ${state.rolloutId} in phase ${state.phase}\n`);
}

/** What skips what the spec asks for. What stops a rollout is never asked about: it must be quick. */
const SKIPS: readonly PersonsCommand[] = ['promote-full', 'break-glass'];

function target(
  name: PersonsCommand,
  to: number | string | undefined,
): Pick<CommandRequest, 'weightPercent' | 'step' | 'to'> {
  if (to === undefined) return {};
  if (name === 'set-weight') return { weightPercent: Number(to) };
  return name === 'jump' ? { step: Number(to) - 1 } : { to: String(to) };
}
