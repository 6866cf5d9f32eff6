import type { Command } from 'commander';
import { SluiceError } from '../domain/errors.js';
import { GROUP_COMMANDS, type GroupCommand } from '../domain/group-state.js';
import { dryRunOption, HEARD_AS, output, timeout } from './options.js';

const WHO = 'who decides (default: whoever signs, else the user)';
const MEANINGS: Record<GroupCommand, string> = {
  approve: 'go on with the next wave, or without what has failed',
  reject: 'say no: what runs rolls back, and nothing more starts',
  abort: 'call a group off: what runs rolls back, what was promoted stays',
};

/** What has to do with more than one rollout: waves of them, those that wait, and a new attempt after another. */
export function addGroups(program: Command): void {
  const group = program.command('group').description('rollouts of several services, wave after wave');
  group
    .command('start <file>')
    .description('start a group')
    .option('--actor <name>', WHO)
    .option('--wait', 'follow it to its end')
    .addOption(timeout('30d', 'with --wait: give up after this'))
    .addOption(dryRunOption())
    .addOption(output())
    .action(async (file, options) => (await import('./commands/group.js')).start(file, options));
  group
    .command('get <name>')
    .description('show the newest group of a name')
    .option('-w, --watch', 'follow it to its end')
    .addOption(timeout('30d', 'with --watch: give up after this'))
    .addOption(output())
    .action(async (name, options) => (await import('./commands/group.js')).get(name, options));
  for (const command of GROUP_COMMANDS)
    group
      .command(`${command} <name>`)
      .description(MEANINGS[command])
      .option('--actor <name>', WHO)
      .option('--reason <text>', 'why, for the ledger', '')
      .option('--decision-id <id>', 'the same id again is the same decision')
      .addOption(dryRunOption())
      .addOption(output())
      .action(async (name, options) => (await import('./commands/group.js')).decide(name, command, options));
  addQueues(program);
}

function addQueues(program: Command): void {
  program
    .command('queue <service>')
    .description('show rollouts that wait for their turn (start --on-conflict queue)')
    .addOption(output())
    .action(async (service, options) => (await import('./commands/queue.js')).queue(service, options));
  program
    .command('dequeue <service> <rollout>')
    .description('take a rollout out of the queue')
    .addOption(dryRunOption())
    .action(async (service, rollout, options) =>
      (await import('./commands/queue.js')).takeOut(service, rollout, options),
    );
  program
    .command('retry <service>')
    .description('start a new attempt of the newest rollout, which has ended, with the same spec')
    .option('--from-step <n>', 'begin at this canary step (default: where it ended)', stepNumber)
    .addOption(dryRunOption())
    .option('--actor <name>', `who decides (${HEARD_AS})`)
    .option('--wait', 'follow it to its end')
    .addOption(timeout('30d', 'with --wait: give up after this'))
    .addOption(output())
    .action(async (service, options) => (await import('./commands/retry.js')).retry(service, options));
}

function stepNumber(text: string): number {
  const step = Number(text);
  if (!Number.isInteger(step) || step < 1) throw new SluiceError('USAGE', `"${text}" is not a step: they count from 1`);
  return step;
}
