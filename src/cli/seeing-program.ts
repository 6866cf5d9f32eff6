import { type Command, Option } from 'commander';
import { ROLLOUT_STATUSES } from '../domain/rollout-state.js';
import { exitCodesText } from './errors.js';
import { format, integerIn, timeout, withExamples } from './options.js';

const OF_A_ROLLOUT = [0, 1, 3, 5, 124];

/** Commands that show rollouts and change nothing. */
export function addSeeing(program: Command): void {
  addOne(program);
  addMany(program);
}

function addOne(program: Command): void {
  const get = program
    .command('get <service>')
    .description('show the newest rollout of a service: phases, steps, weights, guardrails, what it waits for')
    .option(
      '-w, --watch',
      'follow it to its end: redrawn on a terminal, a line a change elsewhere, NDJSON with -o json',
    )
    .addOption(timeout('30d', 'with --watch: give up after this'))
    .addOption(format())
    .action(async (service, options) => (await import('./commands/get.js')).get(service, options));
  withExamples(get, 'sluice get digits', 'sluice get digits --watch', 'sluice get digits -o json | jq .evidence');
  const status = program
    .command('status <service>')
    .description('one line, and an exit code that says where the newest rollout stands')
    .option('-w, --watch', 'a line a change, to its end')
    .addOption(timeout('30d', 'with --watch: give up after this'))
    .addOption(format())
    .action(async (service, options) => (await import('./commands/status.js')).status(service, options));
  withExamples(status, 'sluice status digits', 'sluice status digits --watch --timeout 2h || echo "not promoted"');
  const explain = program
    .command('explain <service>')
    .description('say why the newest rollout is in its state, and what would move it')
    .addOption(format())
    .action(async (service, options) => (await import('./commands/explain.js')).explain(service, options));
  withExamples(explain, 'sluice explain digits');
  for (const command of [get, status, explain]) command.addHelpText('after', `\n${exitCodesText(OF_A_ROLLOUT)}`);
  const traffic = program
    .command('traffic <service>')
    .description('show what each gateway serves of a service, beside what the store wants, differences marked')
    .addOption(timeout('5s', 'for each gateway, and for the store'))
    .addOption(format())
    .action(async (service, options) => (await import('./commands/traffic.js')).traffic(service, options));
  withExamples(traffic, 'sluice traffic digits', 'sluice traffic digits -o wide');
}

function addMany(program: Command): void {
  const list = program
    .command('list')
    .description('list rollouts, newest first')
    .option('--active', 'only those that run')
    .option('--needs-me', 'only those that wait for an answer that you may give')
    .option('--service <name>', 'only of this service')
    .addOption(new Option('--status <status>', 'only those that stand so').choices(ROLLOUT_STATUSES))
    .option('--search <text>', 'only those with this in id, service, versions or owner')
    .option('--limit <n>', 'at most this many', integerIn(1, 100_000), 50)
    .option('--all', 'all there are, whatever the limit')
    .option('-w, --watch', 'look again and again: redrawn on a terminal, a line a change elsewhere')
    .addOption(timeout('30d', 'with --watch: end after this'))
    .addOption(format())
    .action(async (options) => (await import('./commands/list.js')).list(options));
  withExamples(list, 'sluice list --active', 'sluice list --needs-me --watch', 'sluice list --search v2 --all -o json');
  const history = program
    .command('history <service|rollout>')
    .description('print the decision ledger: who or what decided, when, why, on which evidence')
    .option('-f, --follow', 'print what is added, until the rollout has ended')
    .addOption(timeout('30d', 'with --follow: give up after this'))
    .addOption(format())
    .action(async (name, options) => (await import('./commands/history.js')).history(name, options));
  withExamples(history, 'sluice history digits', 'sluice history digits --follow -o json');
}
