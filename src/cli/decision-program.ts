import { type Command, Option } from 'commander';
import type { Command as RolloutCommand } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import { addForceOptions } from './doctor-program.js';
import { dryRunOption, duration, HEARD_AS, output, timeout } from './options.js';

const MEANINGS = {
  approve: 'say yes to what a rollout waits for',
  reject: 'say no: the rollout is rolled back',
  delegate: 'let somebody else approve in your place (--to)',
  pause: 'hold all forward moves; guardrails go on',
  resume: 'end a pause',
  abort: 'stop a rollout: all traffic back to the baseline',
  rollback: 'return to the baseline, also after the cutover while it is warm',
  promote: 'pass the gate in progress without its time or evidence; with --full, all gates up to the cutover',
  extend: 'give the gate in progress more time (--for)',
  'set-weight': 'give the canary another weight, up to what is approved (--to); later steps go on above it',
  jump: 'go to another canary step, back or forth, no further than the next approval (--to)',
  'set-owner': 'hand a rollout over (--to)',
  'break-glass': 'move forward once in spite of a freeze (needs the right and a reason)',
} as const satisfies Partial<Record<RolloutCommand, string>>;

/** What people say to a running rollout. */
export function addDecisionCommands(program: Command): void {
  for (const name of Object.keys(MEANINGS) as (keyof typeof MEANINGS)[]) {
    const command = deciding(program.command(`${name} <service>`).description(MEANINGS[name]));
    addArguments(command, name);
    command.action(async (service, options) => (await import('./commands/decide.js')).decide(name, service, options));
    if (name === 'rollback') addForceOptions(command);
  }
  addSet(program);
}

/** `set weight`, `set owner`: the same as set-weight and set-owner, as other tools have it. */
function addSet(program: Command): void {
  const set = program.command('set').description('change a running rollout: its weight or its owner');
  const weight = set.command('weight <service>').description(MEANINGS['set-weight'].replace(' (--to)', ''));
  weight.argument('<percent>', 'of units', numberOf('a percentage'));
  deciding(weight).action(async (service: string, to: number, options) =>
    (await import('./commands/decide.js')).decide('set-weight', service, { ...options, to }),
  );
  const owner = set.command('owner <service> <name>').description(MEANINGS['set-owner'].replace(' (--to)', ''));
  deciding(owner).action(async (service: string, to: string, options) =>
    (await import('./commands/decide.js')).decide('set-owner', service, { ...options, to }),
  );
}

/** What every decision may be given. */
function deciding(command: Command): Command {
  return command
    .option('--actor <name>', `who decides (${HEARD_AS})`)
    .option('--reason <text>', 'why, for the ledger', '')
    .option('--decision-id <id>', 'the same id again is the same decision')
    .option('-y, --yes', 'no question whether it is meant (asked in a terminal, before gates are skipped)')
    .addOption(timeout('15s', 'until the rollout must have answered'))
    .addOption(dryRunOption())
    .addOption(output());
}

function addArguments(command: Command, name: keyof typeof MEANINGS): void {
  switch (name) {
    case 'approve':
      command.option('--digest <sha256>', 'what the candidate’s artifact must be (default: what the rollout shows)');
      return;
    case 'pause':
      command.option('--for <duration>', 'until it ends by itself', duration);
      return;
    case 'extend':
      command.requiredOption('--for <duration>', 'how much longer', duration);
      return;
    case 'promote':
      command.option('--full', 'all gates up to the cutover (needs the right)');
      return;
    case 'set-weight':
      command.addOption(mandatory('--to <percent>', 'of units').argParser(numberOf('a percentage')));
      return;
    case 'jump':
      command.addOption(mandatory('--to <step>', 'counted from 1').argParser(numberOf('the number of a step')));
      return;
    case 'delegate':
    case 'set-owner':
      command.addOption(mandatory('--to <name>', 'whom'));
      return;
    default:
      return;
  }
}

function mandatory(flags: string, description: string): Option {
  return new Option(flags, description).makeOptionMandatory();
}

function numberOf(what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw new SluiceError('USAGE', `"${text}" is not ${what}`);
    return value;
  };
}
